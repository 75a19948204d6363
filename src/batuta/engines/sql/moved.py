"""Changes of dimension: the rows that links lead to, with the key that they were reached from."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.context import Context, Getter, Row, linked, single
from batuta.engines.sql.first import first_rows
from batuta.engines.sql.keys import everything
from batuta.engines.sql.links import some_linked
from batuta.engines.sql.predicates import condition
from batuta.schema.model import Link
from batuta.sets.algebra import Moved


def moved(node: Moved, build: Builder) -> exp.Select:
    """Return the rows at the end of a path, or with complement those from which it leads nowhere."""
    rows, row = build.population(node.source)
    if node.complement:
        nowhere = trees.negated(some_linked(node.path, None, row, condition))
        return row.join(trees.query(everything(node.shape, row.alias), rows, nowhere))
    return _arrived(node, rows, row, build)


def _arrived(node: Moved, rows: exp.Expr, row: Row, build: Builder) -> exp.Select:
    shape, former = node.shape, node.source.shape
    here: Getter = row.here
    steps: list[tuple[exp.Expr, exp.Expr]] = []
    for link in node.path:
        source, alias, condition_ = _step(build.context, link, here)
        steps.append((source, condition_))
        here = _columns(alias)
    keys = [here(name) for name in build.context.schema(shape.schema).primary_key]
    columns: list[exp.Expr] = [trees.aliased(key, name) for key, name in zip(keys, shape.target_columns, strict=True)]
    if shape.secondary_key:
        old = zip(former.target_columns, shape.secondary_columns, strict=True)
        columns += [trees.aliased(trees.column(row.alias, was), name) for was, name in old]
    columns += [trees.column(row.alias, column.name) for column in shape.columns]
    if _comes_once(node):
        return _joined(trees.query(columns, rows), row, steps)
    if not shape.columns:
        query = _joined(trees.query(columns, rows), row, steps)
        query.set("distinct", exp.Distinct())
        return query
    order = {f"_o{name}": trees.column(row.alias, name) for name in former.row_columns}
    columns += [trees.aliased(tree, name) for name, tree in order.items()]
    kept = [*shape.row_columns, *(column.name for column in shape.columns)]
    query = _joined(trees.query(columns, rows), row, steps)
    return first_rows(query, kept, shape.row_columns, list(order), build.context)


def _joined(query: exp.Select, row: Row, steps: list[tuple[exp.Expr, exp.Expr]]) -> exp.Select:
    row.join(query)
    for source, meets in steps:
        trees.joined(query, source, meets)
    return query


def _step(context: Context, link: Link, here: Getter) -> tuple[exp.Expr, str, exp.Expr]:
    """Return the table that a link leads to, its alias, and the condition that a row there is linked."""
    source, alias = context.rows(link.there) if link.many else single(context, link)
    return source, alias, linked(context, link, here, alias)


def _columns(alias: str) -> Getter:
    return lambda name: trees.column(alias, name)


def _comes_once(node: Moved) -> bool:
    """Tell whether no two ways give one row key: each row has its own target, and no two ways meet again."""
    former = node.source.shape
    own = bool(node.shape.secondary_key) and former.row_columns == former.target_columns
    return own and not any(link.many for link in node.path[:-1])
