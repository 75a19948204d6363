"""Union and intersection of populations whose rows are equal by values instead of keys."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder, projected
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present
from batuta.engines.sql.first import first_rows, one_per_key
from batuta.rules.bind import names_in
from batuta.rules.bound import Computed, Expr, Rooted
from batuta.sets.algebra import Intersection, Set, Union
from batuta.sets.shape import Shape

SOURCE = "_source"


def union(node: Union, build: Builder) -> exp.Select:
    """Return everyone in any source; of rows with equal values or equal keys the first source's stays."""
    parts = []
    for place, source in enumerate(node.sources):
        part = _brought(node, place, build) if source.shape.schema != node.shape.schema else _own(node, place, build)
        part.append("expressions", trees.aliased(trees.number(place), SOURCE))
        parts.append(part)
    names, values = _names(node.shape), _values(node.on[0])
    by_key = first_rows(
        trees.union_all(parts), [*names, *values, SOURCE], node.shape.row_columns, [SOURCE], build.context
    )
    return _one_per_value(by_key, node.shape, values, [SOURCE, *node.shape.row_columns], build)


def _names(shape: Shape) -> list[str]:
    return [*shape.row_columns, *(column.name for column in shape.columns)]


def _values(expressions: Sequence[Expr]) -> list[str]:
    return [f"_v{place}" for place, _ in enumerate(expressions, 1)]


def _valued(expressions: Sequence[Expr], row: Row) -> list[exp.Expr]:
    """Return the values of a row, NULL where they are empty."""
    return [
        trees.aliased(present(expression, row), name)
        for expression, name in zip(expressions, _values(expressions), strict=True)
    ]


def _own(node: Union | Intersection, place: int, build: Builder) -> exp.Select:
    """Return a source of the first dimension in the common shape, one row for each key, with its values."""
    source = node.sources[place]
    rows, row = one_per_key(source, node.shape.row_columns, build)
    columns = [*projected(node.shape, source.shape, row.alias, build), *_valued(node.on[place], row)]
    return row.join(trees.query(columns, rows))


def _brought(node: Union, place: int, build: Builder) -> exp.Select:
    """Return the first dimension's rows that those of another match, each with the columns of the first to match.

    A row that matches several takes the smallest key.
    """
    source, values = node.sources[place], _values(node.on[place])
    rows, row = build.population(source)
    own = build.context.names.take("o")
    given = [trees.column(row.alias, column.name) for column in source.shape.columns]
    before = [trees.aliased(trees.column(row.alias, name), f"_o{name}") for name in source.shape.row_columns]
    other = row.join(trees.query([*before, *given, *_valued(node.on[place], row)], rows))
    match, target = _targets(node, build)
    same = trees.every(trees.equal(trees.column(target, name), trees.column(own, name)) for name in values)
    target_shape = Shape(node.shape.dimension, node.shape.schema, node.shape.key)
    columns = [_taken(item, source.shape, own) for item in projected(node.shape, target_shape, target, build)]
    columns += [trees.column(own, name) for name in values]
    columns += [trees.column(own, f"_o{name}") for name in source.shape.row_columns]
    query = trees.joined(trees.query(columns, trees.subquery(other, own)), match, same)
    origin = [f"_o{name}" for name in source.shape.row_columns]
    found = [*_names(node.shape), *values]
    one_each = first_rows(query, [*found, *origin], origin, node.shape.target_columns, build.context)
    return first_rows(one_each, found, node.shape.row_columns, origin, build.context)


def _taken(item: exp.Expr, given: Shape, alias: str) -> exp.Expr:
    return trees.column(alias, item.alias_or_name) if given.column(item.alias_or_name) is not None else item


def _targets(node: Union, build: Builder) -> tuple[exp.Expr, str]:
    """Return the keys of the first dimension with their values: all its rows, or those of the first source.

    The latter only where the values come from columns computed on the canvas, which only its rows have.
    """
    first, expressions = node.sources[0], node.on[0]
    alias = build.context.names.take("d")
    if any(isinstance(name, (Computed, Rooted)) for expression in expressions for name in names_in(expression)):
        rows, row = build.population(first)
    else:
        rows, table = build.context.rows(node.shape.schema)
        row = Row.of_rows(build.context, node.shape.schema, table)
    keys = [trees.aliased(key, name) for key, name in zip(row.key, node.shape.target_columns, strict=True)]
    return trees.subquery(row.join(trees.query([*keys, *_valued(expressions, row)], rows)), alias), alias


def _one_per_value(
    query: exp.Select, shape: Shape, values: Sequence[str], order: Sequence[str], build: Builder
) -> exp.Select:
    """Return the first row of each combination of values; a row with an empty one stays as it is."""
    inner, outer = (build.context.names.take("r") for _ in range(2))
    rank = trees.over(
        exp.RowNumber(),
        [trees.column(inner, name) for name in values],
        [trees.ascending(trees.column(inner, name)) for name in order],
    )
    lonely = trees.some(trees.is_null(trees.column(inner, name)) for name in values)
    place = trees.case([(lonely, trees.number(1))], rank)
    names = _names(shape)
    columns = [*(trees.column(inner, name) for name in names), trees.aliased(place, "_place")]
    ranked = trees.query(columns, trees.subquery(query, inner))
    return trees.query(
        [trees.column(outer, name) for name in names],
        trees.subquery(ranked, outer),
        trees.equal(trees.column(outer, "_place"), trees.number(1)),
    )


def intersection(node: Intersection, build: Builder) -> exp.Select:
    """Return the first source's rows, one for each combination of values, whose values all sources have."""
    first, *others = node.sources
    values = _values(node.on[0])
    alias = build.context.names.take("i")
    query = exp.Select(from_=exp.From(this=trees.subquery(_own(node, 0, build), alias)))
    columns = {column.name: alias for column in first.shape.columns}
    conditions = []
    for place, other in enumerate(others, 1):
        new = [column.name for column in other.shape.columns if column.name not in columns]
        there = build.context.names.take("i")
        source = trees.subquery(_by_value(other, node.on[place], new, build), there)
        pairs = [(trees.column(alias, name), trees.column(there, name)) for name in values]
        if new:
            trees.joined(query, source, trees.every(trees.equal(theirs, mine) for mine, theirs in pairs))
            columns |= dict.fromkeys(new, there)
        else:
            conditions.append(build.context.dialect.found(pairs, trees.query([], source)))
    query.set("expressions", _result(node.shape, alias, columns, values))
    if conditions:
        query.set("where", exp.Where(this=trees.every(conditions)))
    return _one_per_value(query, node.shape, values, node.shape.row_columns, build)


def _result(shape: Shape, alias: str, columns: dict[str, str], values: Sequence[str]) -> list[exp.Expr]:
    taken: list[exp.Expr] = [trees.column(alias, name) for name in shape.row_columns]
    taken += [trees.column(columns[column.name], column.name) for column in shape.columns]
    return taken + [trees.column(alias, name) for name in values]


def _by_value(source: Set, expressions: Sequence[Expr], new: Sequence[str], build: Builder) -> exp.Select:
    """Return the values of a population; with new columns, the first row of each combination of values."""
    rows, row = build.population(source)
    columns = [trees.column(row.alias, name) for name in (*source.shape.row_columns, *new)]
    query = row.join(trees.query([*columns, *_valued(expressions, row)], rows))
    if not new:
        return query
    values = _values(expressions)
    return first_rows(query, [*new, *values], values, source.shape.row_columns, build.context)
