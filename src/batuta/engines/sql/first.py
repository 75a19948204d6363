"""The first row of each group: the one way in which duplicates are dropped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.keys import everything
from batuta.sets.algebra import Set

PLACE = "_place"


def first_rows(
    query: exp.Query, kept: Sequence[str], partition: Sequence[str], order: Sequence[str], context: Context
) -> exp.Select:
    """Return, of each group of rows equal in `partition`, the first by `order`; only the `kept` columns."""
    inner = context.names.take("r")
    rank = trees.over(
        exp.RowNumber(),
        [trees.column(inner, name) for name in partition],
        [trees.ascending(trees.column(inner, name)) for name in order],
    )
    columns = [trees.column(inner, name) for name in dict.fromkeys((*kept, *partition))]
    ranked = trees.query([*columns, trees.aliased(rank, PLACE)], trees.subquery(query, inner))
    outer = context.names.take("r")
    return trees.query(
        [trees.column(outer, name) for name in kept],
        trees.subquery(ranked, outer),
        trees.equal(trees.column(outer, PLACE), trees.number(1)),
    )


def one_per_key(source: Set, key: Sequence[str], build: Builder) -> tuple[exp.Expr, Row]:
    """Return a source with one row for each value of a part of its row key, and its row.

    Rows without target are left out where nothing else would tell them apart.
    """
    rows, row = build.population(source)
    given = source.shape
    partition = [name for name in given.row_columns if name in key]
    if len(partition) == len(given.row_columns):
        return rows, row
    names = [*given.row_columns, *(column.name for column in given.columns)]
    there = trees.is_not_null(trees.column(row.alias, partition[0])) if given.keyless else None
    query = trees.query(everything(given, row.alias), rows, there)
    first = first_rows(query, names, partition, given.row_columns, build.context)
    alias = build.context.names.take("p")
    return trees.subquery(first, alias), Row.of_population(build.context, given, alias)
