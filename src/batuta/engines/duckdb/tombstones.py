"""Tombstones: the keys of rows that were deleted, with their versions, so that an old file resurrects nobody.

Only schemas with a version descriptor have them: without one nothing tells an old record from a new one.
"""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.duckdb.sessions import Session
from batuta.engines.duckdb.storage import DATA, DIALECT, TOMBSTONES, column_type
from batuta.schema.model import Schema

_COLUMNS = "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ?"


def tombstones(session: Session, schema: Schema) -> exp.Table | None:
    """Return the table of the tombstones of a schema, or None if it has none that its version descriptor tells of."""
    there = {str(name) for (name,) in session.rows(_COLUMNS, [DATA, TOMBSTONES, schema.name])}
    return _table(schema) if schema.version is not None and there == set(_kept(schema)) else None


def bury(session: Session, schema: Schema, dead: exp.Select) -> None:
    """Keep keys and versions as tombstones, instead of older ones; the caller holds the transaction.

    `dead` is a query of the key's attributes and the version descriptor.
    """
    table, keys = _table(schema), schema.primary_key
    if tombstones(session, schema) is None:
        types = {name: column_type(schema.by_name[name].type) for name in _kept(schema)}
        columns: list[exp.Expr] = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in types.items()
        ]
        creation = exp.Create(this=exp.Schema(this=table, expressions=columns), kind="TABLE", replace=True)
        session.run(creation.sql(DIALECT))
    same = [exp.column(name, "dead", quoted=True).eq(exp.column(name, "old", quoted=True)) for name in keys]
    again = exp.select(exp.Literal.number(1)).from_(dead.subquery("dead")).where(*same)
    old = exp.Delete(this=_table(schema).as_("old", quoted=True), where=exp.Where(this=exp.Exists(this=again)))
    session.run(old.sql(DIALECT))
    names = [exp.to_identifier(name, quoted=True) for name in _kept(schema)]
    session.run(exp.insert(dead.copy(), _table(schema), columns=names).sql(DIALECT))


def _kept(schema: Schema) -> tuple[str, ...]:
    return (*schema.primary_key, *((schema.version,) if schema.version else ()))


def _table(schema: Schema) -> exp.Table:
    return exp.table_(schema.name, db=TOMBSTONES, catalog=DATA, quoted=True)
