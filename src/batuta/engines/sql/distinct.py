"""Deduplication: rows ranked within groups of equals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.comparisons import Folding, Side, equals, side
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present, value
from batuta.engines.sql.keys import chance, everything, row_key, same_row
from batuta.rules.bound import Expr
from batuta.sets.algebra import Choice, Criterion, Distinct

_KEPT, _PLACE = "kept_", "_place"


@dataclass(frozen=True, slots=True)
class Ranked:
    """The keys of a deduplication with their places in their groups, and if `kept` the key of the group's first."""

    distinct: Distinct
    kept: bool


def ranked_of(node: Distinct) -> Ranked:
    """Return the table that both outputs of a deduplication are taken from."""
    return Ranked(replace(node, shape=node.source.shape, complement=False), kept=node.complement)


def distinct(node: Distinct, build: Builder, *, bare: bool = False) -> exp.Select:
    """Return the rows kept, or with complement those removed and the key of the row kept instead.

    `bare` leaves the columns out, of rows that are kept.
    """
    alias = build.context.names.take("g")
    if node.keep == 0 and not node.complement:
        rows, row = build.population(node.source)
        return trees.query(everything(node.shape, row.alias), rows)
    source = ranked_of(node)
    wide = replace(source, kept=True)
    ranks = build.source(wide if wide in build.shared else source, alias)
    place, keep = trees.column(alias, _PLACE), trees.number(node.keep)
    if not node.complement:
        chosen: exp.Expr = exp.LTE(this=place, expression=keep)
    else:
        chosen = trees.false() if node.keep == 0 else exp.GT(this=place, expression=keep)
    if bare:
        return trees.query(row_key(node.shape, alias), ranks, chosen)
    if not node.source.shape.columns:
        return trees.query(everything(node.shape, alias), ranks, chosen)
    return _with_columns(node, ranks, alias, chosen, build)


def _with_columns(node: Distinct, ranks: exp.Expr, alias: str, chosen: exp.Expr, build: Builder) -> exp.Select:
    """Return the chosen rows with their columns, which are dear to sort and so joined to the keys afterwards."""
    rows, row = build.population(node.source)
    kept = _kept(node) if node.complement else []
    columns = [
        trees.column(alias if column.name in kept else row.alias, column.name)
        for column in everything(node.shape, row.alias)
    ]
    same = same_row(build.context.dialect, node.source.shape, alias, row.alias)
    return trees.joined(trees.query(columns, rows, chosen), ranks, same)


def _kept(node: Distinct) -> list[str]:
    """Return the columns of the key of the row kept instead."""
    return [f"{_KEPT}{place}" for place, _ in enumerate(node.source.shape.row_columns, 1)]


def ranked(node: Ranked, build: Builder) -> exp.Select:
    """Return the rows of the source with their places, from 1, in their groups.

    What is compared and ordered by is computed in a query of its own: engines would do it over and over.
    """
    distinct, shape = node.distinct, node.distinct.source.shape
    alias = build.context.names.take("w")
    values = _valued(distinct, build)
    fields = [trees.column(alias, name) for name in _fields(distinct)]
    order = [
        (trees.descending if criterion.choice is Choice.DESCENDING else trees.ascending)(trees.column(alias, name))
        for name, criterion in _orders(distinct)
    ]
    order += map(trees.ascending, row_key(shape, alias))
    alone = None if distinct.empty_are_duplicates else trees.every(trees.is_null(field.copy()) for field in fields)
    names = _kept(distinct) if node.kept else []
    columns = row_key(shape, alias)
    columns.append(trees.aliased(_placed(trees.over(exp.RowNumber(), fields, order), alone, trees.number(1)), _PLACE))
    for name, key in zip(names, row_key(shape, alias), strict=False):
        first = trees.over(exp.FirstValue(this=key), _copies(fields), [item.copy() for item in order])
        columns.append(trees.aliased(_placed(first, alone, key.copy()), name))
    return trees.query(columns, trees.subquery(values, alias))


def _fields(node: Distinct) -> list[str]:
    return [f"_f{place}" for place, _ in enumerate(node.fields, 1)]


def _orders(node: Distinct) -> list[tuple[str, Criterion]]:
    return [(f"_o{place}", criterion) for place, criterion in enumerate(node.criteria, 1)]


def _valued(node: Distinct, build: Builder) -> exp.Select:
    """Return the rows of the source with the values that they are compared and ordered by."""
    rows, row = build.population(node.source)
    columns = row_key(node.source.shape, row.alias)
    for name, field in zip(_fields(node), node.fields, strict=True):
        columns.append(trees.aliased(_compared(field, node, row), name))
    for name, criterion in _orders(node):
        columns.append(trees.aliased(_ordering(criterion, node, row), name))
    return row.join(trees.query(columns, rows))


def _compared(field: Expr, node: Distinct, row: Row) -> exp.Expr:
    """Return a field as it is compared: case and space set aside if asked for, NULL where empty."""
    tree = value(field, row)
    if not field.type.is_text:
        return tree
    if node.ignore_space:
        tree = row.context.dialect.trimmed(tree)
    if node.ignore_case:
        tree = row.context.dialect.folded(tree, case=True, accents=False)
    return trees.or_null(tree)


def _placed(window: exp.Expr, alone: exp.Expr | None, single: exp.Expr) -> exp.Expr:
    return window if alone is None else trees.case([(alone.copy(), single)], window)


def _copies(items: Sequence[exp.Expr]) -> list[exp.Expr]:
    return [item.copy() for item in items]


def _ordering(criterion: Criterion, node: Distinct, row: Row) -> exp.Expr:
    """Return the value that a criterion orders by."""
    if criterion.choice is Choice.RANDOM or criterion.expression is None:
        return chance(row.context.dialect, node.salt, node.source.shape, row.alias)
    if criterion.choice is Choice.PREFERRED:
        return _preference(criterion, row)
    tree = present(criterion.expression, row)
    if criterion.choice is Choice.NOT_EMPTY:
        return trees.case([(trees.is_null(tree), trees.number(1))], trees.number(0))
    return tree


def _preference(criterion: Criterion, row: Row) -> exp.Expr:
    """Return the place of a value in the list of preferred ones; the others come after."""
    assert criterion.expression is not None  # only chance goes without
    found: Side = side(criterion.expression, row, Folding())
    branches = [
        (equals(found, side(preferred, row, Folding())), trees.number(place))
        for place, preferred in enumerate(criterion.preferred)
    ]
    return trees.case(branches, trees.number(len(criterion.preferred)))
