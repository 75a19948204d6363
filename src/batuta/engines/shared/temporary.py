"""Temporary tables: what one call needs on the way."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from batuta.engines.shared.session import Session

_TEMPORARY = exp.Properties(expressions=[exp.TemporaryProperty()])


def make_temporary(session: Session, name: str, rows: exp.Select | Mapping[str, exp.DataType]) -> None:
    """Make a temporary table from rows, or with columns of some types; one of that name is dropped before."""
    table = session.addresses.temporary.table(name)
    drop_temporary(session, name)
    if isinstance(rows, exp.Select):
        creation = exp.Create(this=table, kind="TABLE", properties=_TEMPORARY.copy(), expression=rows)
    else:
        columns = [exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in rows.items()]
        shape = exp.Schema(this=table, expressions=columns)
        creation = exp.Create(this=shape, kind="TABLE", properties=_TEMPORARY.copy())
    session.run(creation.sql(session.dialect.name))


def drop_temporary(session: Session, name: str) -> None:
    """Drop a temporary table, if there is one of that name."""
    table = session.addresses.temporary.table(name)
    session.run(exp.Drop(tables=[table], kind="TABLE", exists=True).sql(session.dialect.name))
