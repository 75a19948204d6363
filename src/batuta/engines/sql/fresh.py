"""Rows that were not returned before: an anti join with the keys that are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.keys import everything
from batuta.schema.types import INSTANT
from batuta.sets.algebra import Fresh

WINDOW, AT = "_window", "_at"
"""Columns of remembered keys beside those of the key: the window that returned them, and the instant of it."""


def fresh(node: Fresh, build: Builder) -> exp.Select:
    """Return the rows of a population without those whose key is remembered and counts."""
    rows, row = build.population(node.source)
    kept = build.context.tables.memory(node.memory)
    if kept is None:
        return trees.query(everything(node.shape, row.alias), rows)
    alias = build.context.names.take("m")
    pairs = [(trees.column(row.alias, name), trees.column(alias, name)) for name in node.shape.row_columns]
    met = build.context.dialect.found(pairs, trees.query([], trees.under(kept, alias), _counting(node, alias, build)))
    return trees.query(everything(node.shape, row.alias), rows, trees.negated(met))


def _counting(node: Fresh, alias: str, build: Builder) -> exp.Expr | None:
    """Return the condition that a remembered key counts, or None where all do."""
    conditions: list[exp.Expr] = []
    if node.without:
        conditions.append(trees.tight(exp.Not(this=_of(node.without, alias))))
    if node.since is not None:
        since = build.context.dialect.constant(node.since, INSTANT)
        recent = trees.tight(exp.GT(this=trees.column(alias, AT), expression=since))
        conditions.append(trees.some([recent, _of(node.held, alias)] if node.held else [recent]))
    return trees.every(conditions) if conditions else None


def _of(windows: Sequence[int], alias: str) -> exp.Expr:
    """Return the condition that a remembered key is of one of some windows."""
    return trees.tight(exp.In(this=trees.column(alias, WINDOW), expressions=[trees.number(one) for one in windows]))
