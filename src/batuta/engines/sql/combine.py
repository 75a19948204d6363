"""Union and intersection by keys: semi and anti joins, never set operators that compare whole rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import reconcile, trees
from batuta.engines.sql.build import Builder, projected
from batuta.engines.sql.context import Row
from batuta.engines.sql.first import one_per_key
from batuta.engines.sql.keys import everything, key_pairs
from batuta.sets.algebra import Intersection, Set, Union
from batuta.sets.shape import Shape, shared_key


def union(node: Union, build: Builder) -> exp.Select:
    """Return everyone in any source, each once; of equal rows the first source's, with what only others have."""
    if node.on:
        return reconcile.union(node, build)
    parts = [_part(node, place, build) for place, _ in enumerate(node.sources)]
    alias = build.context.names.take("u")
    return trees.query(everything(node.shape, alias), trees.subquery(trees.union_all(parts), alias))


def _part(node: Union, place: int, build: Builder) -> exp.Select:
    """Return the rows of one source that no earlier source has; its empty columns come from later sources."""
    source = node.sources[place]
    rows, row = one_per_key(source, node.shape.row_columns, build)
    query = trees.query(projected(node.shape, source.shape, row.alias, build), rows)
    key = common_key(node.shape, node.sources)
    _fill(query, node, place, row, build)
    earlier = [_present(other, node.shape, key, row, build) for other in node.sources[:place]]
    if earlier:
        query.set("where", exp.Where(this=trees.every([trees.negated(found) for found in earlier])))
    return query


def _fill(query: exp.Select, node: Union, place: int, row: Row, build: Builder) -> None:
    """Give a source's rows the columns it lacks: those of the first later source that has the row."""
    own = node.sources[place].shape
    lacking = [column for column in node.shape.columns if own.column(column.name) is None]
    key = common_key(node.shape, node.sources)
    found: dict[str, list[tuple[exp.Expr, exp.Expr]]] = {}
    for other in node.sources[place + 1 :]:
        given = [column.name for column in lacking if other.shape.column(column.name) is not None]
        if not given:
            continue
        joined, there = one_per_key(other, key, build)
        trees.joined(query, joined, _same(node.shape, key, there, row), left=True)
        present = trees.is_not_null(trees.column(there.alias, key[-1]))
        for name in given:
            found.setdefault(name, []).append((present.copy(), trees.column(there.alias, name)))
    taken = {name: trees.aliased(trees.case(branches), name) for name, branches in found.items()}
    query.set("expressions", [taken.get(tree.alias_or_name, tree) for tree in query.expressions])


def _same(shape: Shape, key: Sequence[str], left: Row, right: Row) -> exp.Expr:
    pairs = key_pairs(left.context.dialect, shape, key, left.alias, right.alias)
    return trees.every(trees.equal(here, there) for here, there in pairs)


def _present(source: Set, shape: Shape, key: Sequence[str], row: Row, build: Builder) -> exp.Expr:
    """Return the condition that a population has the key of the row, which is of a shape."""
    alias = build.context.names.take("q")
    pairs = key_pairs(build.context.dialect, shape, key, row.alias, alias)
    return build.context.dialect.found(pairs, trees.query([], build.bare_source(source, alias)))


def common_key(shape: Shape, sources: Sequence[Set]) -> tuple[str, ...]:
    """Return the columns by which sources are compared: the whole row key of the shape if all share it, or targets."""
    whole = all(shared_key(shape, source.shape) for source in sources)
    return shape.row_columns if whole else shape.target_columns


def intersection(node: Intersection, build: Builder) -> exp.Select:
    """Return everyone in all sources, or with complement everyone in some but not in all."""
    if node.complement:
        return _in_some_only(node, build)
    if node.on:
        return reconcile.intersection(node, build)
    first, *others = node.sources
    rows, row = one_per_key(first, node.shape.row_columns, build)
    key = common_key(node.shape, node.sources)
    columns = {column.name: row.alias for column in first.shape.columns}
    query = exp.Select(from_=exp.From(this=rows))
    conditions = []
    for other in others:
        new = [column.name for column in other.shape.columns if column.name not in columns]
        if not new:
            conditions.append(_present(other, node.shape, key, row, build))
            continue
        joined, there = one_per_key(other, key, build)
        trees.joined(query, joined, _same(node.shape, key, there, row))
        columns |= dict.fromkeys(new, there.alias)
    taken = [trees.column(row.alias, name) for name in node.shape.row_columns]
    taken += [trees.column(columns[column.name], column.name) for column in node.shape.columns]
    query.set("expressions", taken)
    if conditions:
        query.set("where", exp.Where(this=trees.every(conditions)))
    return query


def parts_of_complement(node: Intersection) -> tuple[Union, Intersection]:
    """Return the two populations between which the complement of an intersection lies."""
    return Union(node.sources, node.shape, node.on), Intersection(node.sources, node.shape, node.on)


def _in_some_only(node: Intersection, build: Builder) -> exp.Select:
    some, every = parts_of_complement(node)
    rows, row = build.population(some)
    inside = _present(every, node.shape, node.shape.row_columns, row, build)
    return trees.query(everything(node.shape, row.alias), rows, trees.negated(inside))
