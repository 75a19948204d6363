"""Deduplication: rows ranked within groups of equals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.comparisons import Folding, Side, equals, side
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import chance, everything, row_key
from batuta.engines.sql.links import present
from batuta.rules.bound import Expr
from batuta.sets.algebra import Choice, Criterion, Distinct

_KEPT, _PLACE = "kept_", "_place"


@dataclass(frozen=True, slots=True)
class Ranked:
    """The rows of a deduplication with their places in their groups, and if `kept` the key of the group's first."""

    distinct: Distinct
    kept: bool


def ranked_of(node: Distinct) -> Ranked:
    """Return the table that both outputs of a deduplication are taken from."""
    return Ranked(replace(node, shape=node.source.shape, complement=False), kept=node.complement)


def distinct(node: Distinct, build: Builder) -> exp.Select:
    """Return the rows kept, or with complement those removed and the key of the row kept instead."""
    alias = build.context.names.take("g")
    if node.keep == 0 and not node.complement:
        rows, row = build.population(node.source)
        return trees.query(everything(node.shape, row.alias), rows)
    source = ranked_of(node)
    wide = replace(source, kept=True)
    rows = build.source(wide if wide in build.shared else source, alias)
    place, keep = trees.column(alias, _PLACE), trees.number(node.keep)
    if node.complement:
        removed = trees.false() if node.keep == 0 else exp.GT(this=place, expression=keep)
        return trees.query(everything(node.shape, alias), rows, removed)
    return trees.query(everything(node.shape, alias), rows, exp.LTE(this=place, expression=keep))


def ranked(node: Ranked, build: Builder) -> exp.Select:
    """Return the rows of the source with their places, from 1, in their groups."""
    distinct = node.distinct
    rows, row = build.population(distinct.source)
    fields = [_compared(field, distinct, row) for field in distinct.fields]
    partition, alone = _groups(distinct, fields)
    order = [*_order(distinct, row), *map(trees.ascending, row_key(distinct.source.shape, row.alias))]
    place = _placed(trees.over(exp.RowNumber(), partition, order), alone, trees.number(1))
    names = (
        {f"{_KEPT}{number}" for number, _ in enumerate(distinct.source.shape.row_columns, 1)} if node.kept else set()
    )
    columns = [column for column in everything(distinct.source.shape, row.alias) if column.name not in names]
    columns.append(trees.aliased(place, _PLACE))
    if node.kept:
        for number, key in enumerate(row_key(distinct.source.shape, row.alias), 1):
            first = trees.over(exp.FirstValue(this=key), _copies(partition), [item.copy() for item in order])
            columns.append(trees.aliased(_placed(first, alone, key.copy()), f"{_KEPT}{number}"))
    return row.join(trees.query(columns, rows))


def _compared(field: Expr, node: Distinct, row: Row) -> exp.Expr:
    """Return a field as it is compared: case and space set aside if asked for, NULL where empty."""
    if not field.type.is_text:
        return value(field, row)
    tree = value(field, row)
    if node.ignore_space:
        tree = row.context.dialect.trimmed(tree)
    if node.ignore_case:
        tree = row.context.dialect.folded(tree, case=True, accents=False)
    return trees.or_null(tree)


def _groups(node: Distinct, fields: Sequence[exp.Expr]) -> tuple[list[exp.Expr], exp.Expr | None]:
    """Return what groups are made by, and the condition that a row stands alone."""
    if node.empty_are_duplicates:
        return list(fields), None
    return list(fields), trees.every(trees.is_null(field.copy()) for field in fields)


def _placed(window: exp.Expr, alone: exp.Expr | None, single: exp.Expr) -> exp.Expr:
    return window if alone is None else trees.case([(alone.copy(), single)], window)


def _copies(items: Sequence[exp.Expr]) -> list[exp.Expr]:
    return [item.copy() for item in items]


def _order(node: Distinct, row: Row) -> list[exp.Ordered]:
    return [_ordered(criterion, node, row) for criterion in node.criteria]


def _ordered(criterion: Criterion, node: Distinct, row: Row) -> exp.Ordered:
    if criterion.choice is Choice.RANDOM or criterion.expression is None:
        return trees.ascending(chance(row.context.dialect, node.salt, node.source.shape, row.alias))
    if criterion.choice is Choice.PREFERRED:
        return trees.ascending(_preference(criterion, row))
    tree = present(criterion.expression, row)
    if criterion.choice is Choice.NOT_EMPTY:
        return trees.ascending(trees.case([(trees.is_null(tree), trees.number(1))], trees.number(0)))
    return trees.descending(tree) if criterion.choice is Choice.DESCENDING else trees.ascending(tree)


def _preference(criterion: Criterion, row: Row) -> exp.Expr:
    """Return the place of a value in the list of preferred ones; the others come after."""
    assert criterion.expression is not None  # only chance goes without
    found: Side = side(criterion.expression, row, Folding())
    branches = [
        (equals(found, side(preferred, row, Folding())), trees.number(place))
        for place, preferred in enumerate(criterion.preferred)
    ]
    return trees.case(branches, trees.number(len(criterion.preferred)))
