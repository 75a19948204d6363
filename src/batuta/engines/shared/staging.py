"""Staged records: those of a file, converted, in a temporary table until they join the rows of their schema."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.shared.conversion import REASON, converted_columns
from batuta.engines.shared.folding import columns_of
from batuta.engines.shared.session import Session
from batuta.engines.shared.temporary import make_temporary
from batuta.schema.loading import LINE, Load
from batuta.schema.types import INTEGER

STAGED = "_staged"
"""The temporary table of the staged records."""


def make_staged(session: Session, order: Load) -> exp.Table:
    """Make the table of the staged records of a load: `_line`, the converted columns, `_reason`."""
    kinds, dialect = columns_of(order.schema, session.dialect), session.dialect
    columns = {name: kinds[name] for name in converted_columns(order.schema, order.columns)}
    make_temporary(session, STAGED, {LINE: dialect.type_of(INTEGER), **columns, REASON: dialect.text})
    return session.addresses.temporary.table(STAGED)


def reject_incomplete(session: Session, order: Load, first: int) -> bool:
    """Reject new records, from a line on, where the file has no column for a required attribute; tell if it may be."""
    schema = order.schema
    absent = [one.name for one in schema.attributes if one.required and one.name not in order.columns]
    if not absent:
        return False
    same = [_column(name, STAGED).eq(_column(name, "there")) for name in schema.primary_key]
    rows = session.addresses.rows.table(schema.name).as_("there", quoted=True)
    there = exp.select(exp.Literal.number(1)).from_(rows).where(*same)
    said = exp.Literal.string(f"a new record needs {', '.join(absent)}, which the file does not have")
    new = exp.and_(since(first), _column(REASON).is_(exp.null()), exp.not_(exp.Exists(this=there)))
    staged = session.addresses.temporary.table(STAGED)
    update = exp.Update(this=staged, expressions=[_column(REASON).eq(said)], where=exp.Where(this=new))
    session.run(update.sql(session.dialect.name))
    return True


def rejected(session: Session, first: int) -> exp.Select:
    """Return the query for the lines and reasons of the records rejected from a line on."""
    wrong = exp.not_(_column(REASON).is_(exp.null()))
    staged = session.addresses.temporary.table(STAGED)
    return exp.select(_column(LINE), _column(REASON)).from_(staged).where(since(first), wrong)


def since(first: int) -> exp.Expr:
    """Return the condition that a record is of a line or of a later one."""
    return exp.GTE(this=_column(LINE), expression=exp.Literal.number(first))


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)
