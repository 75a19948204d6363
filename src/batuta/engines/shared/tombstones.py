"""Tombstones: the keys of rows that were deleted, with their versions, so that an old file resurrects nobody.

Only schemas with a version descriptor have them: without one nothing tells an old record from a new one.
"""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.shared.session import Session
from batuta.schema.model import Schema


def tombstones(session: Session, schema: Schema) -> exp.Table | None:
    """Return the table of the tombstones of a schema, or None if it has none that its version descriptor tells of."""
    there = set(session.columns(session.addresses.tombstones, schema.name))
    return _table(session, schema) if schema.version is not None and there == set(_kept(schema)) else None


def bury(session: Session, schema: Schema, dead: exp.Select) -> None:
    """Keep keys and versions as tombstones, instead of older ones; the caller holds the transaction.

    `dead` is a query of the key's attributes and the version descriptor.
    """
    table, keys = _table(session, schema), schema.primary_key
    if tombstones(session, schema) is None:
        types = {name: session.dialect.type_of(schema.by_name[name].type) for name in _kept(schema)}
        columns: list[exp.Expr] = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in types.items()
        ]
        _run(session, exp.Drop(tables=[table.copy()], kind="TABLE", exists=True))
        _run(session, exp.Create(this=exp.Schema(this=table.copy(), expressions=columns), kind="TABLE"))
    same = [exp.column(name, "dead", quoted=True).eq(exp.column(name, "old", quoted=True)) for name in keys]
    again = exp.select(exp.Literal.number(1)).from_(dead.subquery("dead")).where(*same)
    _run(session, exp.Delete(this=table.as_("old", quoted=True), where=exp.Where(this=exp.Exists(this=again))))
    names = [exp.to_identifier(name, quoted=True) for name in _kept(schema)]
    _run(session, exp.insert(dead.copy(), table, columns=names))


def _kept(schema: Schema) -> tuple[str, ...]:
    return (*schema.primary_key, *((schema.version,) if schema.version else ()))


def _table(session: Session, schema: Schema) -> exp.Table:
    return session.addresses.tombstones.table(schema.name)


def _run(session: Session, tree: exp.Expr) -> None:
    session.run(tree.sql(session.dialect.name))
