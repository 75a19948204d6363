"""Working and audience tables as things: dropped, swept, counted by reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from sqlglot import exp

from batuta.engines.shared.records import CARRIED, MADE, all_carried, forget_made
from batuta.engines.shared.session import Session
from batuta.sets.addressed import REASON


def drop_tables(session: Session, names: Collection[str]) -> None:
    """Drop working tables and audience tables of these names.

    A working table that has the columns of another one stays until that is dropped and a sweep comes. Audiences go
    in a transaction of their own: an engine may keep them in another file.
    """
    carried = all_carried(session)
    needed = {carrier for name, carrier in carried.items() if name not in names}
    with session.transaction():
        _drop(session, [name for name in names if name not in needed], carried)
    kept = set(session.tables(session.addresses.audiences))
    if gone := [name for name in names if name in kept]:
        with session.transaction():
            for name in gone:
                _run(session, _dropping(session.addresses.audiences.table(name)))


def sweep_tables(session: Session, keep: Collection[str]) -> tuple[str, ...]:
    """Drop the working tables that are not kept and carry no columns of one that is, and return their names."""
    carried = all_carried(session)
    needed = {MADE, CARRIED, *keep, *(carrier for name, carrier in carried.items() if name in keep)}
    gone = tuple(name for name in (*session.tables(session.addresses.work), *carried) if name not in needed)
    if gone:
        with session.transaction():
            _drop(session, gone, carried)
    return gone


def count_reasons(session: Session, name: str) -> Mapping[str, int]:
    """Count the rows of a table of messages by their reason, '' where there is none."""
    reason = exp.func("coalesce", exp.column(REASON, quoted=True), exp.Literal.string(""))
    table = session.addresses.work.table(name)
    query = exp.select(reason, exp.Count(this=exp.Star())).from_(table).group_by(reason.copy())
    return dict(cast("list[tuple[str, int]]", session.rows(query.sql(session.dialect.name))))


def _drop(session: Session, names: Collection[str], carried: Collection[str]) -> None:
    """Drop working tables and forget them; one that holds keys only is a table of keys and a view over it.

    The views go first: their tables cannot go before them.
    """
    addresses = session.addresses
    for name in names:
        if name in carried:
            _run(session, _dropping(addresses.work.table(name), "VIEW"))
            _run(session, _dropping(addresses.keys.table(name)))
    for name in names:
        if name not in carried:
            _run(session, _dropping(addresses.work.table(name)))
    forget_made(session, names)


def _dropping(table: exp.Table, kind: str = "TABLE") -> exp.Drop:
    return exp.Drop(tables=[table], kind=kind, exists=True)


def _run(session: Session, tree: exp.Expr) -> None:
    session.run(tree.sql(session.dialect.name))
