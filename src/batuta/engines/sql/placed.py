"""The rows of a population in their order within each target, and the first of them for all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import everything, row_key, same_key
from batuta.engines.sql.lines import ordered
from batuta.rules.bound import Expr
from batuta.sets.addressed import OTHERS, Addressed
from batuta.sets.algebra import Set, Sort
from batuta.sets.shape import Shape

_NTH = "_nth"


@dataclass(frozen=True, slots=True)
class Placed:
    """The rows of a population with their places within their target, and the values that a list of them has."""

    source: Set
    sort: tuple[Sort, ...]
    listed: tuple[tuple[str, Expr], ...] = ()


def placed_of(node: Addressed) -> Placed | None:
    """Return the table from which the first row of each target is taken; None where each row is a message."""
    shape = node.source.shape
    if node.by_row or shape.row_columns == shape.target_columns:
        return None
    return Placed(node.source, node.sort, node.others)


def placed(node: Placed, build: Builder) -> exp.Select:
    """Return the rows with their places, from 1; a row without target is the first of its own."""
    rows, row = build.population(node.source)
    shape = node.source.shape
    target = [trees.column(row.alias, name) for name in shape.target_columns]
    rest = [trees.ascending(key) for key in row_key(shape, row.alias)[len(target) :]]
    nth: exp.Expr = trees.over(exp.RowNumber(), target, [*(ordered(item, row) for item in node.sort), *rest])
    if shape.keyless:
        nth = trees.case([(trees.is_null(target[0].copy()), trees.number(1))], nth)
    columns = [*everything(shape, row.alias), trees.aliased(nth, _NTH)]
    columns += [trees.aliased(value(expression, row), name) for name, (_, expression) in _listed(node)]
    return row.join(trees.query(columns, rows))


def _listed(node: Placed) -> list[tuple[str, tuple[str, Expr]]]:
    return [(f"_l{place}", item) for place, item in enumerate(node.listed, 1)]


def first_of_targets(node: Addressed, build: Builder) -> tuple[exp.Expr, Row]:
    """Return the rows that messages are made of: at level target the first of each, with the list of the others."""
    found = placed_of(node)
    if found is None:
        return build.population(node.source)
    shape = node.source.shape
    inner, outer = build.context.names.take("f"), build.context.names.take("p")
    first = trees.equal(trees.column(inner, _NTH), trees.number(1))
    chosen = trees.query(everything(shape, inner), build.source(found, inner), first)
    if node.others:
        _with_others(chosen, found, inner, node, build)
    return trees.subquery(chosen, outer), Row.of_population(build.context, _with_list(shape, node), outer)


def _with_others(query: exp.Select, found: Placed, inner: str, node: Addressed, build: Builder) -> None:
    """Join the list of a target's other rows to its first."""
    shape, dialect = node.source.shape, build.context.dialect
    rest, alias = build.context.names.take("g"), build.context.names.take("o")
    target = [trees.column(rest, name) for name in shape.target_columns]
    item = {name: trees.column(rest, column) for column, (name, _) in _listed(found)}
    gathered = dialect.list_of(item, [trees.ascending(trees.column(rest, _NTH))])
    beyond = exp.GT(this=trees.column(rest, _NTH), expression=trees.number(1))
    lists = trees.query([*target, trees.aliased(gathered, OTHERS)], build.source(found, rest), beyond)
    lists.set("group", exp.Group(expressions=[key.copy() for key in target]))
    same = same_key(shape.target_columns, inner, alias)
    trees.joined(query, trees.subquery(lists, alias), same, left=True)
    column = node.list_column
    assert column is not None  # it is there with the others
    typed = exp.Cast(this=trees.column(alias, OTHERS), to=dialect.column_type(column))
    query.append("expressions", trees.aliased(typed, OTHERS))


def _with_list(shape: Shape, node: Addressed) -> Shape:
    column = node.list_column
    return shape if column is None else replace(shape, columns=(*shape.columns, column))
