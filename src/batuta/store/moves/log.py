"""Writing the log of a run: numbered under the write lock that every change of state holds."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, insert, update

from batuta.runs.model import Note
from batuta.store.tables import events, runs


def append(connection: Connection, run: str, at: datetime, *notes: Note) -> None:
    """Add lines to the log of a run."""
    for note in notes:
        number = connection.scalar(
            update(runs).where(runs.c.id == run).values(last_event=runs.c.last_event + 1).returning(runs.c.last_event)
        )
        connection.execute(
            insert(events).values(
                run=run,
                number=number,
                at=at.isoformat(),
                level=note.level,
                activity=note.activity,
                message=note.message,
                data=json.dumps(dict(note.data), default=str, ensure_ascii=False),
            )
        )
