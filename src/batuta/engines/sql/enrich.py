"""Enrichment: values, lines of linked rows and totals, joined so that no row is added or lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder, in_type
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.figures import figure
from batuta.engines.sql.keys import everything
from batuta.engines.sql.links import Chain, chain, group_meets, of_population, present
from batuta.engines.sql.lookups import found
from batuta.engines.sql.predicates import condition
from batuta.sets.algebra import Addition, Enriched, Lines, Sort, Total, Value
from batuta.sets.lookup import Found
from batuta.sets.shape import Column, Shape

_PLACE, _COUNT = "_place", "_count"


def enriched(node: Enriched, build: Builder) -> exp.Select:
    """Return a population with more columns. A later addition may name the columns of an earlier one."""
    rows, row = build.population(node.source)
    added: dict[str, exp.Expr] = {}
    for addition in node.additions:
        for name, tree in _ADDED[type(addition)](addition, node, row, build):
            column = _column(node.shape, name)
            added[name] = in_type(tree, column, build)
            row.columns[name] = added[name].copy
    names = node.source.shape
    columns = [column for column in everything(names, row.alias) if column.name not in added]
    return row.join(trees.query([*columns, *(trees.aliased(tree, name) for name, tree in added.items())], rows))


def _column(shape: Shape, name: str) -> Column:
    column = shape.column(name)
    assert column is not None  # a shape declares what its additions bring
    return column


Added = list[tuple[str, exp.Expr]]


def _value(addition: Value, _node: Enriched, row: Row, _build: Builder) -> Added:
    return [(addition.name, value(addition.expression, row))]


def _total(addition: Total, _node: Enriched, of: Row, build: Builder) -> Added:
    found = figure(addition, of.root(addition.root), condition)
    return [(addition.name, build.context.dialect.fitted(found, addition.type))]


def _lines(addition: Lines, _node: Enriched, of: Row, build: Builder) -> Added:
    alias, row = build.context.names.take("t"), of.root(addition.root)
    row.reach(lambda: trees.subquery(_gathered(addition, row, build), alias), group_meets(addition.path[0], row, alias))
    added: Added = [(name, trees.column(alias, name)) for name, _, _ in _numbered(addition)]
    objects = [
        {attribute: trees.column(alias, name) for name, place, attribute in _numbered(addition) if place == number}
        for number in range(1, addition.count + 1)
    ]
    count = exp.Coalesce(this=trees.column(alias, _COUNT), expressions=[trees.number(0)])
    added.append((addition.name, build.context.dialect.first_objects(objects, count)))
    return added


def _numbered(addition: Lines) -> list[tuple[str, int, str]]:
    """Return the columns of the single lines: name, number of the line, attribute."""
    return [
        (f"{addition.name}_{number}_{attribute}", number, attribute)
        for number in range(1, addition.count + 1)
        for attribute, _ in addition.attributes
    ]


def _gathered(addition: Lines, row: Row, build: Builder) -> exp.Select:
    """Return one row for each group of linked rows: its first lines side by side, and how many there are."""
    alias = build.context.names.take("l")
    ranked = _ranked(addition, row)
    keys = [f"k{place}" for place, _ in enumerate(addition.path[0].pairs, 1)]
    columns: list[exp.Expr] = [trees.column(alias, key) for key in keys]
    fields = {attribute: f"a{place}" for place, (attribute, _) in enumerate(addition.attributes, 1)}
    for name, number, attribute in _numbered(addition):
        is_line = trees.equal(trees.column(alias, _PLACE), trees.number(number))
        chosen = trees.case([(is_line, trees.column(alias, fields[attribute]))])
        columns.append(trees.aliased(exp.Max(this=chosen), name))
    columns.append(trees.aliased(exp.Count(this=exp.Star()), _COUNT))
    few = exp.LTE(this=trees.column(alias, _PLACE), expression=trees.number(addition.count))
    query = trees.query(columns, trees.subquery(ranked, alias), few)
    query.set("group", exp.Group(expressions=[trees.column(alias, key) for key in keys]))
    return query


def _ranked(addition: Lines, row: Row) -> exp.Select:
    """Return the linked rows with their places: in the order of the sort, then primary keys along the path."""
    along = chain(addition.path, row)
    ends = [theirs for _, theirs in addition.path[0].pairs]
    keys = [trees.column(along.first, name) for name in ends]
    order = [ordered(item, along.end) for item in addition.sort]
    order += [trees.ascending(key) for key in _path_keys(along, addition)]
    place = trees.over(exp.RowNumber(), [key.copy() for key in keys], order)
    columns = [trees.aliased(key, f"k{number}") for number, key in enumerate(keys, 1)]
    columns += [
        trees.aliased(value(expression, along.end), f"a{number}")
        for number, (_, expression) in enumerate(addition.attributes, 1)
    ]
    wanted = of_population(addition.path[0], along, row)
    if addition.where is not None:
        wanted.append(condition(addition.where, along.end))
    return along.select([*columns, trees.aliased(place, _PLACE)], trees.every(wanted) if wanted else None)


def _path_keys(along: Chain, addition: Lines) -> list[exp.Expr]:
    """Return the primary keys of the tables along a path, the last one first."""
    keys: list[exp.Expr] = []
    for link, alias in zip(reversed(addition.path), reversed(along.aliases), strict=True):
        schema = along.end.context.schema(link.there)
        keys += [trees.column(alias, name) for name in schema.primary_key]
    return keys


def ordered(item: Sort, row: Row) -> exp.Ordered:
    """Return one part of an order, empties last."""
    tree = present(item.expression, row)
    return trees.descending(tree) if item.descending else trees.ascending(tree)


def _found(addition: Found, node: Enriched, row: Row, build: Builder) -> Added:
    return found(addition, node.source, row, build)


_ADDED: Mapping[type[Addition], Callable[..., Added]] = {Value: _value, Lines: _lines, Total: _total, Found: _found}
