"""Waits: when a path goes on is worked out when it arrives; from then on only a date in the state remembers it."""

from __future__ import annotations

from datetime import datetime, timedelta

from batuta.activities.contract import Waiting
from batuta.kit.zones import zone_named
from batuta.runs.desk import Desk
from batuta.runs.model import Claim, Note, RunView
from batuta.runs.state import State, Stay

SHORT = 5.0
"""So many seconds are waited out, rather than left to a later command."""


def arrive(desk: Desk, claim: Claim) -> None:
    """Work out until when a path waits, and leave the rest of the task to that instant."""
    kind = desk.frozen.kinds[claim.activity]
    if not isinstance(kind, Waiting):
        raise TypeError(f"{claim.activity} waits for nothing")
    view = desk.view()
    arrived, ahead = _arrival(view, claim.activity)
    due = max(arrived, kind.due(arrived, desk.run.moment.zone))
    until = None if desk.run.skip_waits or due == arrived else due - ahead
    desk.ports.state.stay(claim, Stay(due, until, _told(desk, claim.activity, arrived, due)))


def soon(state: State, run: str) -> float | None:
    """Return after how many seconds a run goes on, if that is so soon that it is waited for."""
    left = state.seconds_left(run)
    return left if left is not None and left <= SHORT else None


def shown(instant: datetime, zone: str) -> str:
    """Return an instant as people read it, in a zone."""
    local = instant.astimezone(zone_named(zone))
    return f"{local:%Y-%m-%d %H:%M:%S} ({zone})" if local.second else f"{local:%Y-%m-%d %H:%M} ({zone})"


def _arrival(view: RunView, activity: str) -> tuple[datetime, timedelta]:
    """Return when a path arrived as its run counts, and how far that is ahead of the clock."""
    task = view.tasks[activity]
    begun = task.started_at or view.run.created_at
    arrived = view.moment(activity).now if view.run.pinned else begun
    return arrived, arrived - begun


def _told(desk: Desk, activity: str, arrived: datetime, due: datetime) -> Note:
    until = shown(due, desk.run.moment.zone)
    if due == arrived:
        return Note(f"Goes on at once: {until} has come already", activity=activity)
    said = "Skips the wait until" if desk.run.skip_waits else "Waits until"
    return Note(f"{said} {until}", activity=activity, data={"due": due.isoformat()})
