"""The inbox changes here: a notice comes with the end of the task that gives it, and is read once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, update

from batuta.runs.model import Claim
from batuta.runs.state import Notice
from batuta.store.tables import notices


def post(connection: Connection, claim: Claim, given: Iterable[Notice], at: datetime) -> None:
    """Put notices into the inbox."""
    for notice in given:
        row = {"title": notice.title, "message": notice.message, "level": notice.level}
        connection.execute(insert(notices).values(run=claim.run, activity=claim.activity, at=at.isoformat(), **row))


def read(connection: Connection, until: int, at: datetime) -> int:
    """Mark the notices up to a number as read; return how many were not."""
    unread = (notices.c.number <= until) & notices.c.read_at.is_(None)
    return connection.execute(update(notices).where(unread).values(read_at=at.isoformat())).rowcount
