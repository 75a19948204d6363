"""Outputs that only choose among the rows of a working table: keys of their own, columns where they were computed.

A column that an activity computed stands in the table of that activity. An output that merely passes rows on
holds their keys; the columns are joined when someone reads them, as attributes are.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.distinct import distinct
from batuta.engines.sql.keys import row_key, same_row
from batuta.engines.sql.split import part
from batuta.engines.sql.tables import Tables
from batuta.sets.algebra import Distinct, Exclusion, Filtered, Fresh, Part, Set, Table


@dataclass(frozen=True, slots=True)
class Keys:
    """The row keys of a population without its columns."""

    of: Set


def carrier(node: Set, tables: Tables) -> str | None:
    """Return the working table that has the columns of all rows of a population, unless it is to hold them itself."""
    while not isinstance(node, Table):
        source = _chosen_from(node)
        if source is None or source.shape.columns != node.shape.columns:
            return None
        node = source
    return tables.carrier(node.name) if node.shape.columns else None


def _chosen_from(node: Set) -> Set | None:
    """Return the population whose rows a node passes on or leaves out, as they are."""
    if isinstance(node, (Filtered, Fresh)):
        return node.source
    if isinstance(node, Part):
        return node.split.source
    if isinstance(node, Distinct):
        return None if node.complement else node.source
    if isinstance(node, Exclusion):
        return None if node.complement else node.primary
    return None


def keys(node: Keys, build: Builder) -> exp.Select:
    """Return the row keys of a population."""
    if isinstance(node.of, Part):
        return part(node.of, build, bare=True)
    if isinstance(node.of, Distinct) and node.of.keep:
        return distinct(node.of, build, bare=True)
    alias = build.context.names.take("k")
    return trees.query(row_key(node.of.shape, alias), build.source(node.of, alias))


def with_columns(rows: exp.Expr, table: Table, holder: exp.Table, dialect: Dialect) -> exp.Select:
    """Return rows of the keys of a table with the columns that another table holds for them."""
    columns = [*row_key(table.shape, "k"), *(trees.column("c", column.name) for column in table.shape.columns)]
    same = same_row(dialect, table.shape, "k", "c")
    return trees.joined(trees.query(columns, trees.under(rows, "k")), trees.under(holder, "c"), same)
