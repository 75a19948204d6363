"""Notices: rendered here, and put into the inbox with the end of the task, in test and live runs alike."""

from __future__ import annotations

from batuta.activities.effects import Notify
from batuta.messages.notice import Arrived, notice_text
from batuta.runs.desk import Desk
from batuta.runs.effects.done import Done
from batuta.runs.model import Claim, Level, Note
from batuta.runs.state import Landed, Notice


def notify(desk: Desk, claim: Claim, wanted: Notify, source: Landed | None) -> Done:
    """Give a notice."""
    counts = None if source is None else source.counts
    rows, targets = (None, None) if counts is None else (counts.rows, counts.targets)
    arrived = Arrived(desk.run.campaign, desk.run.id, claim.activity, rows, targets)
    moment = desk.moment(claim.activity)
    title, message = (notice_text(text, moment, arrived) for text in (wanted.title, wanted.message))
    level = Level(wanted.level)
    note = Note(f"Alert: {title}" + (f" - {message}" if message else ""), level, claim.activity)
    return Done((note,), notices=(Notice(title, message, level),))
