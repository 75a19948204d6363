"""The inbox: what campaigns have told the people who look after them; only `moves` writes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from batuta.runs.model import Level, Mode
from batuta.runs.state import Notice, Posted
from batuta.store.runs import instant
from batuta.store.tables import notices, runs


def all_notices(connection: Connection) -> list[Posted]:
    """Return every notice, the latest first."""
    wanted = select(notices, runs.c.mode, runs.c.campaign).join(runs, runs.c.id == notices.c.run)
    return [
        Posted(
            row.number,
            Notice(row.title, row.message, Level(row.level)),
            row.run,
            row.campaign,
            row.activity,
            Mode(row.mode),
            datetime.fromisoformat(row.at),
            instant(row.read_at),
        )
        for row in connection.execute(wanted.order_by(notices.c.number.desc()))
    ]
