"""Exclusions: the primary population without those in barriers, by anti joins."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.context import Context, Getter, Row, linked, single
from batuta.engines.sql.expressions import present
from batuta.engines.sql.keys import everything, key_pairs, meeting_columns
from batuta.schema.model import Link
from batuta.sets.algebra import Barrier, Exclusion

EXCLUDED_BY = "excluded_by"


def exclusion(node: Exclusion, build: Builder) -> exp.Select:
    """Return the primary population without those in any barrier, or with complement those taken out."""
    rows, row = build.population(node.primary)
    barriers = [(_meets(barrier, node, row, build), barrier.label) for barrier in node.barriers]
    if not node.complement:
        free = trees.every(trees.negated(met) for met, _ in barriers)
        return row.join(trees.query(everything(node.shape, row.alias), rows, free))
    label = trees.case((met, trees.text(label)) for met, label in barriers)
    names = [*node.shape.row_columns, *(column.name for column in node.shape.columns if column.name != EXCLUDED_BY)]
    columns = [trees.column(row.alias, name) for name in names]
    judged = row.join(trees.query([*columns, trees.aliased(label, EXCLUDED_BY)], rows))
    alias = build.context.names.take("e")
    taken = trees.is_not_null(trees.column(alias, EXCLUDED_BY))
    return trees.query(everything(node.shape, alias), trees.subquery(judged, alias), taken)


def _meets(barrier: Barrier, node: Exclusion, row: Row, build: Builder) -> exp.Expr:
    """Return the condition that a row of the primary population is in a barrier."""
    rows, there = build.population(barrier.source, "x", bare=not barrier.pairs)
    if barrier.path:
        return _along(barrier.path, rows, there, row)
    if barrier.pairs:
        pairs = [(present(own, row), present(other, there)) for own, other in barrier.pairs]
    else:
        shape = node.primary.shape
        key = meeting_columns(shape, barrier.source.shape)
        pairs = key_pairs(build.context.dialect, shape, key, row.alias, there.alias)
    return build.context.dialect.found(pairs, there.join(trees.query([], rows)))


def _along(path: tuple[Link, ...], rows: exp.Expr, there: Row, row: Row) -> exp.Expr:
    """Return the condition that a path from the barrier's rows leads to the row.

    The last table is left out where the link already names its key.
    """
    context = row.context
    steps: list[tuple[exp.Expr, exp.Expr]] = []
    here: Getter = there.here
    *between, last = path
    for link in between:
        here = _step(context, link, here, steps)
    if {theirs for _, theirs in last.pairs} != set(row.schema.primary_key):
        here = _step(context, last, here, steps)
        pairs = [(row.here(name), here(name)) for name in row.schema.primary_key]
    else:
        pairs = [(row.here(theirs), here(mine)) for mine, theirs in last.pairs]
    query = there.join(trees.query([], rows))
    for source, condition in steps:
        trees.joined(query, source, condition)
    return context.dialect.found(pairs, query)


def _step(context: Context, link: Link, here: Getter, steps: list[tuple[exp.Expr, exp.Expr]]) -> Getter:
    source, alias = context.rows(link.there) if link.many else single(context, link)
    steps.append((source, linked(context, link, here, alias)))
    return lambda name: trees.column(alias, name)
