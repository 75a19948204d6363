"""Memories: the keys that activities have returned, kept in the data file under the window that returned them.

A window is written once, whole or not at all. Whether it counts is for the state of runs to say.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlglot import exp

from batuta.engines.duckdb.places import memory_table, working_table
from batuta.engines.duckdb.sessions import Session
from batuta.engines.duckdb.storage import DATA, DIALECT, MEMORIES
from batuta.engines.sql import trees
from batuta.engines.sql.fresh import AT, WINDOW
from batuta.runs.ports import Remembering

_THERE = "SELECT count(*) FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = ?"
_STAMP = exp.DataType.build("TIMESTAMP", dialect=DIALECT)
_NUMBER = exp.DataType.build("BIGINT", dialect=DIALECT)


def remember(session: Session, order: Remembering) -> None:
    """Keep the keys of a population as a window of a memory, instead of what the window held before."""
    table = memory_table(order.memory)
    with session.transaction():
        if _there(session, order.memory):
            _forget(session, order.memory, _of([order.window]))
            session.run(exp.Insert(this=table, expression=_keys(order)).sql(DIALECT))
        else:
            session.run(exp.Create(this=table, kind="TABLE", expression=_keys(order)).sql(DIALECT))


def forget(
    session: Session, memory: str, windows: Collection[int], until: datetime | None, held: Collection[int]
) -> None:
    """Take windows out of a memory, and what others than those held remembered at an instant or before."""
    if not _there(session, memory):
        return
    with session.transaction():
        if windows:
            _forget(session, memory, _of(windows))
        if until is not None:
            kept = [exp.Not(this=_of(held))] if held else []
            old = exp.LTE(this=exp.column(AT, quoted=True), expression=_stamp(until))
            _forget(session, memory, trees.every([old, *kept]))


def _of(windows: Collection[int]) -> exp.Expr:
    numbers = [trees.number(window) for window in windows]
    return trees.tight(exp.In(this=exp.column(WINDOW, quoted=True), expressions=numbers))


def _keys(order: Remembering) -> exp.Select:
    alias = "p"
    columns: list[exp.Expr] = [trees.column(alias, name) for name in order.population.shape.row_columns]
    columns.append(trees.aliased(exp.Cast(this=trees.number(order.window), to=_NUMBER.copy()), WINDOW))
    columns.append(trees.aliased(_stamp(order.at), AT))
    return trees.query(columns, trees.under(working_table(order.population.name), alias))


def _stamp(instant: datetime) -> exp.Expr:
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    return exp.Cast(this=trees.text(plain.isoformat(sep=" ")), to=_STAMP.copy())


def _forget(session: Session, memory: str, condition: exp.Expr) -> None:
    session.run(exp.Delete(this=memory_table(memory), where=exp.Where(this=condition)).sql(DIALECT))


def _there(session: Session, memory: str) -> bool:
    ((count,),) = session.rows(_THERE, [DATA, MEMORIES, memory])
    return bool(count)
