"""What people ask of a run: confirm, pause, resume, stop; and how a run ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from batuta.kit.errors import InputError
from batuta.runs.model import JobKind, JobState, Note, OutputState, RunStatus, TaskState, Wanted
from batuta.runs.sending.contract import DeliveryKey
from batuta.store.ledger import withdraw
from batuta.store.moves.finishing import begin_sending
from batuta.store.moves.following import follow_up, ready, refresh, set_status, settle_outputs
from batuta.store.moves.log import append
from batuta.store.moves.remembering import give_back, return_all, take_back
from batuta.store.runs import view
from batuta.store.tables import jobs, runs, tasks


def confirm(connection: Connection, run: str, activity: str, note: Note, at: datetime) -> None:
    """Let a prepared delivery begin to send; one that no longer awaits confirmation is an error."""
    current = view(connection, run)
    wanted = select(tasks.c.id, tasks.c.shards).where(
        tasks.c.run == run,
        tasks.c.generation == current.run.generation,
        tasks.c.activity == activity,
        tasks.c.state == TaskState.AWAITING,
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise InputError(f"run {run}", f"activity {activity} does not await confirmation")
    onward = None if current.run.pinned else at.isoformat()
    connection.execute(update(tasks).where(tasks.c.id == row.id).values(state=TaskState.PENDING, onward=onward))
    begin_sending(connection, row.id, row.shards)
    append(connection, run, at, note)
    refresh(connection, run, at)


def want(connection: Connection, run: str, wanted: Wanted, note: Note, at: datetime) -> None:
    """Ask a run to go on, to pause or to stop; a run that has ended is an error."""
    _refuse_ended(connection, run)
    connection.execute(update(runs).where(runs.c.id == run).values(wanted=wanted))
    append(connection, run, at, note)
    if wanted is Wanted.STOP:
        give_back(connection, run)
        _cancel(connection, run, at)
        failed = (runs.c.id == run) & (runs.c.status == RunStatus.FAILED)
        connection.execute(update(runs).where(failed).values(status=RunStatus.QUEUED))
    refresh(connection, run, at)


def retry(connection: Connection, run: str, note: Note, at: datetime) -> None:
    """Go on with a run: what failed is ready again, what needs attention or confirmation is looked at anew."""
    _refuse_ended(connection, run)
    connection.execute(
        update(runs).where(runs.c.id == run).values(wanted=Wanted.RUN, status=RunStatus.QUEUED, error="", ended_at=None)
    )
    take_back(connection, run)
    append(connection, run, at, note)
    stuck = (tasks.c.run == run) & tasks.c.state.in_((TaskState.ERROR, TaskState.ATTENTION))
    again = connection.execute(select(tasks.c.id, tasks.c.activity).where(stuck)).all()
    for row in again:
        settle_outputs(connection, row.id, OutputState.OPEN)
        failed = (jobs.c.task == row.id) & (jobs.c.state == JobState.FAILED)
        connection.execute(update(jobs).where(failed).values(state=JobState.READY, attempt=0, error=""))
    connection.execute(update(tasks).where(stuck).values(state=TaskState.PENDING, error="", ended_at=None))
    _let_go(connection, run)
    _prepare_again(connection, run)
    unbegun = [row.activity for row in again if not _has_jobs(connection, row.id)]
    follow_up(connection, run, at, unbegun)


def complete(connection: Connection, run: str, note: Note, at: datetime) -> None:
    """End a run whose tasks are all settled."""
    unsettled = [task.label for task in view(connection, run).tasks.values() if not task.state.settled]
    if unsettled:
        raise InputError(f"run {run}", f"not yet settled: {', '.join(unsettled)}")
    return_all(connection, run)
    give_back(connection, run)
    append(connection, run, at, note)
    set_status(connection, run, at, RunStatus.COMPLETED)


def collapse(connection: Connection, run: str, note: Note, at: datetime) -> None:
    """End a run as failed."""
    give_back(connection, run)
    append(connection, run, at, note)
    set_status(connection, run, at, RunStatus.FAILED, note.message)


def _let_go(connection: Connection, run: str) -> None:
    """Let tasks begin that were paused before they did."""
    held = (tasks.c.run == run) & (tasks.c.state == TaskState.HELD)
    for row in connection.execute(select(tasks.c.id, tasks.c.first).where(held)).all():
        ready(connection, row.id, JobKind(row.first))
    connection.execute(update(tasks).where(held).values(state=TaskState.PENDING))


def _prepare_again(connection: Connection, run: str) -> None:
    """Let deliveries that await confirmation be prepared anew: the data may have changed since they were counted."""
    awaiting = (tasks.c.run == run) & (tasks.c.state == TaskState.AWAITING)
    for row in connection.execute(select(tasks.c.id, tasks.c.activity, tasks.c.generation).where(awaiting)).all():
        withdraw(connection, DeliveryKey(run, row.activity, row.generation))
        preparing = (jobs.c.task == row.id) & (jobs.c.kind == JobKind.PREPARE)
        connection.execute(update(jobs).where(preparing).values(state=JobState.READY, attempt=0, names="{}"))
    connection.execute(update(tasks).where(awaiting).values(state=TaskState.PENDING, messages=None, shards=0))


def _cancel(connection: Connection, run: str, at: datetime) -> None:
    mine = select(tasks.c.id).where(tasks.c.run == run)
    waiting = jobs.c.task.in_(mine) & jobs.c.state.in_((JobState.READY, JobState.FAILED))
    connection.execute(update(jobs).where(waiting).values(state=JobState.CANCELLED))
    over = (*(state for state in TaskState if state.settled), TaskState.RUNNING, TaskState.CANCELLED)
    unfinished = (tasks.c.run == run) & tasks.c.state.not_in(over)
    connection.execute(update(tasks).where(unfinished).values(state=TaskState.CANCELLED, ended_at=at.isoformat()))


def _refuse_ended(connection: Connection, run: str) -> None:
    status = RunStatus(connection.execute(select(runs.c.status).where(runs.c.id == run)).scalar_one())
    if status.ended:
        raise InputError(f"run {run}", f"the run is {status} and cannot go on", todo="Start a new run.")


def _has_jobs(connection: Connection, task: int) -> bool:
    return connection.execute(select(jobs.c.id).where(jobs.c.task == task).limit(1)).first() is not None
