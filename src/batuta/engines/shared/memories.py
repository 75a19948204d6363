"""Memories: the keys that activities have returned, kept under the window that returned them.

A window is written once, whole or not at all. Whether it counts is for the state of runs to say.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlglot import exp

from batuta.engines.shared.session import Session
from batuta.engines.sql import trees
from batuta.engines.sql.fresh import AT, WINDOW
from batuta.runs.ports import Remembering
from batuta.schema.types import INSTANT, INTEGER


def remember(session: Session, order: Remembering) -> None:
    """Keep the keys of a population as a window of a memory, instead of what the window held before."""
    table = session.addresses.memories.table(order.memory)
    with session.transaction():
        if _there(session, order.memory):
            _forget(session, order.memory, _of([order.window]))
            _run(session, exp.Insert(this=table, expression=_keys(session, order)))
        else:
            _run(session, exp.Create(this=table, kind="TABLE", expression=_keys(session, order)))


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
            old = exp.LTE(this=exp.column(AT, quoted=True), expression=_stamp(session, until))
            _forget(session, memory, trees.every([old, *kept]))


def _of(windows: Collection[int]) -> exp.Expr:
    numbers = [trees.number(window) for window in windows]
    return trees.tight(exp.In(this=exp.column(WINDOW, quoted=True), expressions=numbers))


def _keys(session: Session, order: Remembering) -> exp.Select:
    alias = "p"
    columns: list[exp.Expr] = [trees.column(alias, name) for name in order.population.shape.row_columns]
    columns.append(trees.aliased(session.dialect.cast(trees.number(order.window), INTEGER), WINDOW))
    columns.append(trees.aliased(_stamp(session, order.at), AT))
    return trees.query(columns, trees.under(session.addresses.work.table(order.population.name), alias))


def _stamp(session: Session, instant: datetime) -> exp.Expr:
    return session.dialect.constant(instant, INSTANT)


def _forget(session: Session, memory: str, condition: exp.Expr) -> None:
    _run(session, exp.Delete(this=session.addresses.memories.table(memory), where=exp.Where(this=condition)))


def _there(session: Session, memory: str) -> bool:
    return memory in session.tables(session.addresses.memories)


def _run(session: Session, tree: exp.Expr) -> None:
    session.run(tree.sql(session.dialect.name))
