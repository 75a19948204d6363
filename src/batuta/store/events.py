"""The log of each run; only `moves` writes it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, select

from batuta.runs.model import Event, Level, Note
from batuta.store.tables import events


def events_after(connection: Connection, run: str, number: int) -> list[Event]:
    """Return the lines of a run's log after a number, in order."""
    wanted = select(events).where(events.c.run == run, events.c.number > number).order_by(events.c.number)
    return [
        Event(
            row.number,
            datetime.fromisoformat(row.at),
            Note(row.message, Level(row.level), row.activity, json.loads(row.data)),
        )
        for row in connection.execute(wanted)
    ]
