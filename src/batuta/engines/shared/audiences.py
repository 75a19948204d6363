"""Audiences: populations kept with the data, each member once, with the values asked for."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from batuta.engines.shared.records import effect_done, record_effect
from batuta.engines.shared.session import Session
from batuta.engines.sql import trees
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import same_key
from batuta.runs.ports import Counts, Keeping
from batuta.sets.shape import Shape


def save(session: Session, context: Context, keeping: Keeping) -> Counts:
    """Make the audience table and remember the effect in one transaction, or return what is remembered."""
    done = effect_done(session, keeping.effect)
    if done is not None:
        return done
    audiences, dialect = session.addresses.audiences, session.dialect.name
    query: exp.Query = _members(session, context, keeping)
    if keeping.former is not None:
        kept = session.columns(audiences, keeping.former)
        former = _former_members(session, context, keeping, keeping.former, kept)
        query = trees.union_all([_members(session, context, keeping), former])
    table = audiences.table(keeping.name)
    creation = exp.Create(this=table, kind="TABLE", expression=query)
    with session.transaction():
        session.run(creation.sql(dialect))
        members = session.number(exp.select(exp.Count(this=exp.Star())).from_(table).sql(dialect))
        counts = Counts(members, members)
        record_effect(session, keeping.effect, counts)
    return counts


def _members(session: Session, context: Context, keeping: Keeping) -> exp.Select:
    """Return the targets of the population; of several rows of a target the first by row key."""
    shape, alias = keeping.population.shape, context.names.take("p")
    row = Row.of_population(context, shape, alias)
    columns: list[exp.Expr] = [trees.column(alias, name) for name in shape.target_columns]
    for name, expression in keeping.attributes:
        typed = exp.Cast(this=value(expression, row), to=context.dialect.type_of(expression.type))
        columns.append(trees.aliased(typed, name))
    source = trees.under(session.addresses.work.table(keeping.population.name), alias)
    query = row.join(trees.query(columns, source))
    if shape.row_columns != shape.target_columns:
        there = exp.Where(this=trees.is_not_null(trees.column(alias, shape.target_columns[0])))
        query.set("where", there if shape.keyless else None)
        query.set("qualify", exp.Qualify(this=trees.equal(_place(shape, alias), trees.number(1))))
    return query


def _place(shape: Shape, alias: str) -> exp.Expr:
    targets = [trees.column(alias, name) for name in shape.target_columns]
    order = [trees.ascending(trees.column(alias, name)) for name in shape.row_columns]
    return trees.over(exp.RowNumber(), targets, order)


def _former_members(
    session: Session, context: Context, keeping: Keeping, former: str, kept: Collection[str]
) -> exp.Select:
    """Return the members of a former version that the population lacks; what was not kept of them is empty."""
    shape = keeping.population.shape
    alias, new = context.names.take("f"), context.names.take("p")
    columns: list[exp.Expr] = [trees.column(alias, name) for name in shape.target_columns]
    for name, expression in keeping.attributes:
        there = trees.column(alias, name) if name in kept else exp.Null()
        columns.append(trees.aliased(context.dialect.converted(there, expression.type), name))
    among = trees.query(
        [trees.number(1)],
        trees.under(session.addresses.work.table(keeping.population.name), new),
        same_key(shape.target_columns, alias, new),
    )
    table = trees.under(session.addresses.audiences.table(former), alias)
    return trees.query(columns, table, exp.Not(this=trees.exists(among)))
