"""Bound predicates as SQL conditions, each true exactly where the predicate holds, else false or empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.comparisons import Folding, compare, computed, side
from batuta.engines.sql.context import Row, not_blank
from batuta.engines.sql.expressions import present, value
from batuta.engines.sql.figures import Wanted, figure
from batuta.engines.sql.links import some_linked
from batuta.rules.bound import (
    AggregateIs,
    All,
    AllOf,
    Among,
    AnyOf,
    AttributeOf,
    Compare,
    IsTrue,
    LeadsTo,
    Linked,
    Matched,
    Member,
    Predicate,
    Without,
)
from batuta.rules.tree import AggregateFunction, Operator
from batuta.sets.shape import TARGET

_COUNTS = frozenset({AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT})
"""Figures that are never empty."""


def condition(predicate: Predicate, row: Row) -> exp.Expr:
    """Return the condition that a predicate holds for a row."""
    return _CONDITIONS[type(predicate)](predicate, row)


def _without(predicate: Without, row: Row) -> exp.Expr:
    others = [trees.negated(condition(other, row)) for other in predicate.others]
    return trees.every([condition(predicate.first, row), *others])


def _compare(predicate: Compare, row: Row) -> exp.Expr:
    folding = Folding(predicate.fold_case, predicate.fold_accents)
    plain = predicate.operator in _UNFOLDED
    left = side(predicate.left, row, Folding() if plain else folding)
    return compare(predicate.operator, left, predicate.right, row, folding)


def _aggregate(predicate: AggregateIs, row: Row) -> exp.Expr:
    folding = Folding(predicate.fold_case, predicate.fold_accents)
    wanted = Wanted.of(predicate, present, condition)
    tree = figure(predicate.path, wanted, row.root(predicate.root))
    left = computed(tree, predicate.type, row, folding)
    found = compare(predicate.operator, left, predicate.right, row, folding)
    if predicate.function in _COUNTS or predicate.operator is Operator.IS_EMPTY:
        return found
    return trees.every([trees.is_not_null(tree.copy()), found])


def _linked(predicate: Linked, row: Row) -> exp.Expr:
    found = some_linked(predicate.path, predicate.where, row.root(predicate.root), condition)
    return trees.negated(found) if predicate.negated else found


def _member(predicate: Member, row: Row) -> exp.Expr:
    found = _in_table(row.context.tables.audience(predicate.audience), "audience", row)
    return trees.negated(found) if predicate.negated else found


def _among(predicate: Among, row: Row) -> exp.Expr:
    if predicate.table is None:
        return trees.true() if predicate.negated else trees.false()
    found = _in_table(row.context.tables.row_keys(predicate.table), "people", row)
    return trees.negated(found) if predicate.negated else found


def _in_table(table: exp.Table, base: str, row: Row) -> exp.Expr:
    """Return the condition that the row's key is one of the targets in a table."""
    alias = row.context.names.take(base)
    pairs = [(key, trees.column(alias, f"{TARGET}{place}")) for place, key in enumerate(row.key, 1)]
    return row.context.dialect.found(pairs, trees.query([], trees.under(table, alias)))


def _leads_to(predicate: LeadsTo, row: Row) -> exp.Expr:
    start = row.root(predicate.root)
    schema = row.context.schema(predicate.path[-1].there)
    parts = [AttributeOf(predicate.path, name, schema.attribute(name).type) for name in schema.primary_key]
    if predicate.keys is None:
        found = trees.is_not_null(value(parts[0], start))
    elif len(parts) == 1:
        found = _compare(Compare(Operator.IN, parts[0], tuple(part for (part,) in predicate.keys)), start)
    else:
        found = trees.some(
            trees.every(
                _compare(Compare(Operator.EQUAL, *pair), start)
                for pair in zip(parts, ((part,) for part in key), strict=True)
            )
            for key in predicate.keys
        )
    return trees.negated(found) if predicate.negated else found


def _matched(predicate: Matched, row: Row) -> exp.Expr:
    source, alias = row.context.rows(predicate.schema)
    there = Row.of_rows(row.context, predicate.schema, alias)
    pairs = []
    conditions = []
    for expression, name in predicate.pairs:
        kept_folded = there.schema.attribute(name).folded
        sought = side(expression, row, Folding(case=kept_folded, accents=kept_folded))
        pairs.append((sought.tree, there.here(name)))
        if expression.type.is_text:
            conditions.append(not_blank(there.here(name)))
    if predicate.where is not None:
        conditions.append(condition(predicate.where, there))
    query = there.join(trees.query([], source, trees.every(conditions) if conditions else None))
    found = row.context.dialect.found(pairs, query)
    return trees.negated(found) if predicate.negated else found


_UNFOLDED = frozenset({Operator.MATCHES, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY})
"""Operators that see a text as it is: patterns ignore case in their own way."""

_CONDITIONS: Mapping[type[Any], Callable[[Any, Row], exp.Expr]] = {
    All: lambda _, __: trees.true(),
    AllOf: lambda predicate, row: trees.every([condition(child, row) for child in predicate.children]),
    AnyOf: lambda predicate, row: trees.some([condition(child, row) for child in predicate.children]),
    Without: _without,
    Compare: _compare,
    Linked: _linked,
    AggregateIs: _aggregate,
    Member: _member,
    Among: _among,
    LeadsTo: _leads_to,
    Matched: _matched,
    IsTrue: lambda predicate, row: value(predicate.expression, row),
}
