"""What follows from a settled task: the next tasks become ready, are skipped or stop, and the run's status moves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, insert, select, update

from batuta.runs.model import JobKind, JobState, Level, Note, OutputState, RunStatus, RunView, TaskState, Wanted
from batuta.runs.settling import (
    LEAVES,
    Decision,
    arrivals_at,
    barriers_missing,
    ended_incomplete,
    follow,
    status_of,
    stretch,
    targets,
)
from batuta.store.moves.log import append
from batuta.store.runs import view
from batuta.store.tables import jobs, outputs, runs, tasks


def follow_up(connection: Connection, run: str, at: datetime, activities: Iterable[str]) -> None:
    """Carry on from activities whose inbound populations may now be settled, and refresh the run's status."""
    current = view(connection, run)
    for activity, decision in list(follow(current, activities)):
        task = task_id(connection, current, activity)
        if decision is Decision.GO:
            _begin(connection, task, current, activity, at)
        else:
            _leave(connection, current, activity, decision, at)
    refresh(connection, run, at)


def after(connection: Connection, run: str, at: datetime, activity: str) -> None:
    """Carry on after an activity whose outputs are settled."""
    follow_up(connection, run, at, targets(view(connection, run), activity))


def ready(connection: Connection, task: int, kind: JobKind, shard: int = 0, not_before: datetime | None = None) -> None:
    """Make a job that workers may claim, at an instant or at once."""
    when = None if not_before is None else not_before.isoformat()
    connection.execute(insert(jobs).values(task=task, kind=kind, shard=shard, not_before=when))


def _begin(connection: Connection, task: int, current: RunView, activity: str, at: datetime) -> None:
    """Let a task begin (or be held before that), in the stretch that its inbound paths have come to."""
    now, variables = stretch(view(connection, current.run.id), activity)
    here = current.tasks[activity]
    values = {"now": now.isoformat(), "variables": json.dumps(dict(variables))}
    state = TaskState.HELD if here.pause else TaskState.PENDING
    connection.execute(update(tasks).where(tasks.c.id == task).values(**values, state=state))
    if here.pause:
        append(connection, current.run.id, at, Note("Paused here until the run is resumed", activity=activity))
    else:
        ready(connection, task, here.first)


def task_id(connection: Connection, current: RunView, activity: str) -> int:
    """Return the row id of an activity's task in the present generation."""
    wanted = select(tasks.c.id).where(
        tasks.c.run == current.run.id,
        tasks.c.generation == current.run.generation,
        tasks.c.activity == activity,
    )
    return int(connection.execute(wanted).scalar_one())


def settle_outputs(connection: Connection, task: int, state: OutputState, incomplete: bool = False) -> None:
    """Bring all outputs of a task into one state; `incomplete` says that they lack a disabled population."""
    connection.execute(update(outputs).where(outputs.c.task == task).values(state=state, incomplete=incomplete))


def _leave(connection: Connection, current: RunView, activity: str, decision: Decision, at: datetime) -> None:
    task = task_id(connection, current, activity)
    note = _why(connection, current, activity, decision)
    state = TaskState.ATTENTION if decision is Decision.ATTEND else TaskState.SKIPPED
    error = note.message if decision is Decision.ATTEND else ""
    connection.execute(
        update(tasks).where(tasks.c.id == task).values(state=state, error=error, ended_at=at.isoformat())
    )
    arrivals = arrivals_at(view(connection, current.run.id), activity)
    settle_outputs(connection, task, LEAVES[decision], ended_incomplete(arrivals))
    append(connection, current.run.id, at, note)


def _why(connection: Connection, current: RunView, activity: str, decision: Decision) -> Note:
    if decision is Decision.END:
        return Note("Not run: nobody came this way", activity=activity)
    if decision is Decision.FORGO:
        return Note("Not run: something before it failed, and the error was handled", activity=activity)
    if decision is Decision.DISABLE:
        off = "it is disabled" if not current.tasks[activity].enabled else "it follows a disabled activity"
        return Note(f"Not run: {off}", activity=activity)
    labels, may_come = barriers_missing(view(connection, current.run.id), activity)
    missing = f"The people of {', '.join(labels)} are not known, so nobody can say whom to keep out"
    failed = "something failed on their way. Mend that and resume."
    gone = (
        "an error on their way was handled, or a part of them is disabled. "
        "This run cannot get past here: stop it, and start a new one once that is mended."
    )
    return Note(f"{missing}: {failed if may_come else gone}", Level.ERROR, activity)


def refresh(connection: Connection, run: str, at: datetime) -> None:
    """Bring the status of a run up to date with its tasks, jobs and what is wanted."""
    row = connection.execute(select(runs.c.status, runs.c.wanted, runs.c.generation).where(runs.c.id == run)).one()
    if RunStatus(row.status) in (RunStatus.COMPLETED, RunStatus.STOPPED, RunStatus.FAILED):
        return
    states = connection.scalars(select(tasks.c.state).where(tasks.c.run == run, tasks.c.generation == row.generation))
    status = status_of(
        Wanted(row.wanted),
        [TaskState(state) for state in states],
        working=_any_job(connection, run, JobState.RUNNING),
        workable=_any_job(connection, run, JobState.READY, at),
    )
    set_status(connection, run, at, status)


def set_status(connection: Connection, run: str, at: datetime, status: RunStatus, error: str = "") -> None:
    """Write the status of a run; an ended one gets its end time."""
    over = status.ended or status is RunStatus.FAILED
    connection.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(status=status, error=error, ended_at=at.isoformat() if over else None)
    )


def _any_job(connection: Connection, run: str, state: JobState, at: datetime | None = None) -> bool:
    found = exists().where(jobs.c.task == tasks.c.id, tasks.c.run == run, jobs.c.state == state)
    return bool(connection.scalar(select(found if at is None else found.where(due_by(at)))))


def due_by(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a job need not wait at an instant; instants are UTC and compare as text."""
    return jobs.c.not_before.is_(None) | (jobs.c.not_before <= at.isoformat())
