"""The windows of memories, and how they are read; only `moves` writes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, exists, select

from batuta.runs.model import JobState
from batuta.runs.windows import Window, WindowState
from batuta.store.runs import instant
from batuta.store.tables import jobs, tasks, windows


def windows_of(connection: Connection, memory: str) -> list[Window]:
    """Return the windows of a memory, the oldest first; those of which nothing is left or counts are passed over."""
    return _windows(connection, windows.c.memory == memory, ~windows.c.settled)


def windows_of_campaign(connection: Connection, campaign: str) -> list[Window]:
    """Return all windows that runs of a campaign asked for, the oldest first."""
    return _windows(connection, windows.c.campaign == campaign)


def _windows(connection: Connection, *conditions: Any) -> list[Window]:
    writing = exists().where(
        tasks.c.run == windows.c.run,
        tasks.c.activity == windows.c.activity,
        tasks.c.generation == windows.c.generation,
        jobs.c.task == tasks.c.id,
        jobs.c.state == JobState.RUNNING,
    )
    wanted = select(windows, writing.label("writing")).where(*conditions).order_by(windows.c.number)
    return [_window(row) for row in connection.execute(wanted)]


def _window(row: Row[Any]) -> Window:
    upper = instant(row.upper)
    assert upper is not None  # the column is never empty
    return Window(
        number=row.number,
        memory=row.memory,
        campaign=row.campaign,
        activity=row.activity,
        run=row.run,
        state=WindowState(row.state),
        lower=instant(row.lower),
        upper=upper,
        rows=row.rows,
        settled=row.settled,
        idle=not row.writing,
    )
