"""What the engine remembers of its own doings: tables made, audiences saved.

Each record is written in the transaction that does the thing, so it is there exactly if the thing is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import cast

from sqlglot import exp

from batuta.engines.duckdb.sessions import Session
from batuta.engines.duckdb.storage import DIALECT
from batuta.runs.ports import Counts
from batuta.schema.changing import ChangeCounts
from batuta.sets.shape import Shape

_MADE_AMONG = 'SELECT name, rows, targets FROM "work"."main"."_made" WHERE name IN (SELECT unnest(?::VARCHAR[]))'
_ALL_MADE = 'SELECT name FROM "work"."main"."_made" ORDER BY name'
_RECORD_MADE = 'INSERT INTO "work"."main"."_made" VALUES (?, ?, ?)'
_FORGET_MADE = 'DELETE FROM "work"."main"."_made" WHERE name IN (SELECT unnest(?::VARCHAR[]))'
_CARRIED = 'SELECT name, carrier FROM "work"."main"."_carried"'
_RECORD_CARRIED = 'INSERT INTO "work"."main"."_carried" VALUES (?, ?)'
_FORGET_CARRIED = 'DELETE FROM "work"."main"."_carried" WHERE name IN (SELECT unnest(?::VARCHAR[]))'
_EFFECT = 'SELECT rows, targets FROM "data"."system"."effects" WHERE key = ?'
_RECORD_EFFECT = 'INSERT INTO "data"."system"."effects" VALUES (?, ?, ?)'
_CHANGE = 'SELECT counts FROM "data"."system"."changes" WHERE key = ?'
_RECORD_CHANGE = 'INSERT INTO "data"."system"."changes" VALUES (?, ?)'


_NONE: Mapping[str, str] = MappingProxyType({})


def made_among(session: Session, names: Collection[str]) -> dict[str, Counts]:
    """Return the counts of those working tables that are already made."""
    found = cast("list[tuple[str, int, int]]", session.rows(_MADE_AMONG, [list(names)]))
    return {name: Counts(rows, targets) for name, rows, targets in found}


def all_made(session: Session) -> tuple[str, ...]:
    """Return the names of all working tables."""
    return tuple(str(name) for (name,) in session.rows(_ALL_MADE))


def all_carried(session: Session) -> dict[str, str]:
    """Return the working tables that hold keys only, each with the one that has their columns."""
    return {str(name): str(carrier) for name, carrier in session.rows(_CARRIED)}


def record_made(session: Session, counts: Mapping[str, Counts], carried: Mapping[str, str] = _NONE) -> None:
    """Remember working tables; the caller holds the transaction that made them."""
    for name, found in counts.items():
        session.run(_RECORD_MADE, [name, found.rows, found.targets])
    for name, carrier in carried.items():
        session.run(_RECORD_CARRIED, [name, carrier])


def forget_made(session: Session, names: Collection[str]) -> None:
    """Forget working tables; the caller holds the transaction that drops them."""
    session.run(_FORGET_MADE, [list(names)])
    session.run(_FORGET_CARRIED, [list(names)])


def effect_done(session: Session, key: str) -> Counts | None:
    """Return the counts of an effect that was carried out before, or None."""
    found = cast("list[tuple[int, int]]", session.rows(_EFFECT, [key]))
    return Counts(*found[0]) if found else None


def record_effect(session: Session, key: str, counts: Counts) -> None:
    """Remember an effect; the caller holds the transaction that carries it out."""
    session.run(_RECORD_EFFECT, [key, counts.rows, counts.targets])


def change_done(session: Session, key: str) -> ChangeCounts | None:
    """Return the counts of a change of rows that was carried out before, or None."""
    found = session.rows(_CHANGE, [key])
    return ChangeCounts.model_validate_json(str(found[0][0])) if found else None


def record_change(session: Session, key: str, counts: ChangeCounts) -> None:
    """Remember a change of rows; the caller holds the transaction that carries it out."""
    session.run(_RECORD_CHANGE, [key, counts.model_dump_json()])


def counted(session: Session, table: exp.Table, shape: Shape) -> Counts:
    """Count the row keys and the target keys of a working table."""
    rows = _number(session, exp.select(exp.Count(this=exp.Star())).from_(table))
    if shape.row_columns == shape.target_columns:
        return Counts(rows, rows)
    if not shape.key:
        return Counts(rows, 0)
    columns = [exp.column(column, quoted=True) for column in shape.target_columns]
    keys = exp.select(*columns).from_(table).distinct()
    if shape.keyless:  # rows without target are no targets
        keys = keys.where(columns[0].copy().is_(exp.Null()).not_())
    return Counts(rows, _number(session, exp.select(exp.Count(this=exp.Star())).from_(keys.subquery("keys"))))


def _number(session: Session, query: exp.Select) -> int:
    return session.number(query.sql(DIALECT))
