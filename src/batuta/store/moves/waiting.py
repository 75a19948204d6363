"""Waits: a job with a date in a row; nothing else is held until then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from batuta.runs.model import Claim, JobKind, JobState, Note, RunStatus, TaskState, Wanted
from batuta.runs.state import Stay
from batuta.store.moves.claiming import close
from batuta.store.moves.following import due_by, ready, refresh
from batuta.store.moves.log import append
from batuta.store.tables import jobs, runs, tasks


def stay(connection: Connection, claim: Claim, wait: Stay, at: datetime) -> None:
    """Let the rest of a task be done at an instant; with nothing to wait for, at once."""
    task = close(connection, claim, JobState.DONE)
    waits = wait.until is not None and wait.until > at
    state = TaskState.WAITING if waits else TaskState.PENDING
    connection.execute(update(tasks).where(tasks.c.id == task).values(state=state, due=wait.due.isoformat()))
    ready(connection, task, JobKind.MAKE, not_before=wait.until if waits else None)
    append(connection, claim.run, at, wait.note)
    refresh(connection, claim.run, at)


def seconds_left(connection: Connection, run: str, at: datetime) -> float | None:
    """Return how many seconds remain until the next job of a run may be claimed, or None if it has none."""
    going = (runs.c.wanted == Wanted.RUN) & (runs.c.status != RunStatus.FAILED)
    mine = (tasks.c.run == run) & (jobs.c.state == JobState.READY) & going
    joined = select(func.min(func.coalesce(jobs.c.not_before, ""))).join(tasks, tasks.c.id == jobs.c.task)
    found = connection.scalar(joined.join(runs, runs.c.id == tasks.c.run).where(mine))
    if found is None:
        return None
    return max(0.0, (datetime.fromisoformat(found) - at).total_seconds()) if found else 0.0


def due(connection: Connection, at: datetime) -> list[str]:
    """Return the runs that nobody paused and whose waits are over, oldest first."""
    over = (jobs.c.state == JobState.READY) & jobs.c.not_before.is_not(None) & due_by(at)
    going = (runs.c.wanted == Wanted.RUN) & (runs.c.status != RunStatus.FAILED)
    found = select(runs.c.id).join(tasks, tasks.c.run == runs.c.id).join(jobs, jobs.c.task == tasks.c.id)
    return [str(run) for run in connection.scalars(found.where(over, going).distinct().order_by(runs.c.created_at))]


def skip(connection: Connection, run: str, note: Note, at: datetime) -> None:
    """End the waits of a run that are under way."""
    waiting = select(tasks.c.id).where(tasks.c.run == run, tasks.c.state == TaskState.WAITING)
    later = jobs.c.task.in_(waiting) & (jobs.c.state == JobState.READY) & jobs.c.not_before.is_not(None)
    ended = connection.execute(update(jobs).where(later).values(not_before=at.isoformat()))
    if ended.rowcount:
        append(connection, run, at, note)
        refresh(connection, run, at)
