"""Audiences: populations kept in the data file, each member once, with the values asked for."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from batuta.engines.duckdb.places import audience_table, working_table
from batuta.engines.duckdb.records import effect_done, record_effect
from batuta.engines.duckdb.sessions import Session
from batuta.engines.duckdb.storage import AUDIENCES, DATA, DIALECT
from batuta.engines.sql import trees
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import same_key
from batuta.runs.ports import Counts, Keeping
from batuta.sets.shape import Shape

_COLUMNS = "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ?"


def save(session: Session, context: Context, keeping: Keeping) -> Counts:
    """Make the audience table and remember the effect in one transaction, or return what is remembered."""
    done = effect_done(session, keeping.effect)
    if done is not None:
        return done
    query: exp.Query = _members(context, keeping)
    if keeping.former is not None:
        kept = {str(name) for (name,) in session.rows(_COLUMNS, [DATA, AUDIENCES, keeping.former])}
        query = trees.union_all([_members(context, keeping), _former_members(context, keeping, keeping.former, kept)])
    table = audience_table(keeping.name)
    creation = exp.Create(this=table, kind="TABLE", expression=query)
    with session.transaction():
        session.run(creation.sql(DIALECT))
        members = session.number(exp.select(exp.Count(this=exp.Star())).from_(table).sql(DIALECT))
        counts = Counts(members, members)
        record_effect(session, keeping.effect, counts)
    return counts


def _members(context: Context, keeping: Keeping) -> exp.Select:
    """Return the targets of the population; of several rows of a target the first by row key."""
    shape, alias = keeping.population.shape, context.names.take("p")
    row = Row.of_population(context, shape, alias)
    columns: list[exp.Expr] = [trees.column(alias, name) for name in shape.target_columns]
    for name, expression in keeping.attributes:
        typed = exp.Cast(this=value(expression, row), to=context.dialect.type_of(expression.type))
        columns.append(trees.aliased(typed, name))
    query = row.join(trees.query(columns, trees.under(working_table(keeping.population.name), alias)))
    if shape.row_columns != shape.target_columns:
        there = exp.Where(this=trees.is_not_null(trees.column(alias, shape.target_columns[0])))
        query.set("where", there if shape.keyless else None)
        query.set("qualify", exp.Qualify(this=trees.equal(_place(shape, alias), trees.number(1))))
    return query


def _place(shape: Shape, alias: str) -> exp.Expr:
    targets = [trees.column(alias, name) for name in shape.target_columns]
    order = [trees.ascending(trees.column(alias, name)) for name in shape.row_columns]
    return trees.over(exp.RowNumber(), targets, order)


def _former_members(context: Context, keeping: Keeping, former: str, kept: Collection[str]) -> exp.Select:
    """Return the members of a former version that the population lacks; what was not kept of them is empty."""
    shape = keeping.population.shape
    alias, new = context.names.take("f"), context.names.take("p")
    columns: list[exp.Expr] = [trees.column(alias, name) for name in shape.target_columns]
    for name, expression in keeping.attributes:
        there = trees.column(alias, name) if name in kept else exp.Null()
        columns.append(trees.aliased(exp.TryCast(this=there, to=context.dialect.type_of(expression.type)), name))
    among = trees.query(
        [trees.number(1)],
        trees.under(working_table(keeping.population.name), new),
        same_key(shape.target_columns, alias, new),
    )
    return trees.query(columns, trees.under(audience_table(former), alias), exp.Not(this=trees.exists(among)))
