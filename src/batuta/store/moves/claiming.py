"""Claims: one worker at a time holds a job, and only the holder of its latest fence may write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from batuta.runs.model import Claim, JobKind, JobState, Level, Note, RunStatus, TaskState, Wanted
from batuta.runs.state import ClaimLost
from batuta.runs.windows import WindowState
from batuta.store.moves.following import due_by, refresh
from batuta.store.moves.log import append
from batuta.store.moves.remembering import give_back, give_back_asked
from batuta.store.tables import jobs, runs, tasks


def claim(connection: Connection, run: str, owner: str, at: datetime) -> Claim | None:
    """Hand out the oldest ready job of a run that is wanted to run and has not failed."""
    wanted = (
        select(jobs.c.id, jobs.c.kind, jobs.c.shard, jobs.c.names, tasks.c.activity, tasks.c.generation)
        .join(tasks, tasks.c.id == jobs.c.task)
        .join(runs, runs.c.id == tasks.c.run)
        .where(
            runs.c.id == run,
            runs.c.wanted == Wanted.RUN,
            runs.c.status != RunStatus.FAILED,
            jobs.c.state == JobState.READY,
            due_by(at),
        )
        .order_by(jobs.c.id)
        .limit(1)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    taken = (
        update(jobs)
        .where(jobs.c.id == row.id)
        .values(state=JobState.RUNNING, owner=owner, fence=jobs.c.fence + 1, attempt=jobs.c.attempt + 1)
        .returning(jobs.c.fence)
    )
    fence = connection.execute(taken).scalar_one()
    claimed = Claim(
        row.id, fence, run, row.activity, row.generation, JobKind(row.kind), row.shard, json.loads(row.names)
    )
    _begin(connection, claimed, at)
    return claimed


def _begin(connection: Connection, claimed: Claim, at: datetime) -> None:
    mine = tasks.c.id == select(jobs.c.task).where(jobs.c.id == claimed.job).scalar_subquery()
    begun = func.coalesce(tasks.c.started_at, at.isoformat())
    idle = tasks.c.state.in_((TaskState.PENDING, TaskState.WAITING))
    connection.execute(update(tasks).where(mine, idle).values(state=TaskState.RUNNING, started_at=begun))
    refresh(connection, claimed.run, at)
    if claimed.kind is not JobKind.SEND:
        waited = connection.scalar(select(tasks.c.due).where(mine)) is not None
        said = "Goes on" if waited else _BEGINS[claimed.kind]
        append(connection, claimed.run, at, Note(said, activity=claimed.activity))


_BEGINS = {
    JobKind.ARRIVE: "Begins",
    JobKind.CHOOSE: "Begins",
    JobKind.MAKE: "Begins",
    JobKind.FETCH: "Begins",
    JobKind.EFFECT: "Begins",
    JobKind.PREPARE: "Begins to prepare",
    JobKind.FINISH: "Begins to count what became of the messages",
    JobKind.HANDLE: "Begins to find out who got no message",
}


def check(connection: Connection, claimed: Claim) -> None:
    """Raise ClaimLost unless a claim is still the latest of its job."""
    _write(connection, claimed, state=JobState.RUNNING)


def intend(connection: Connection, claimed: Claim, names: Mapping[str, str]) -> None:
    """Remember the names of the tables that a job is about to make."""
    _write(connection, claimed, names=json.dumps(dict(names)))


def close(connection: Connection, claimed: Claim, state: JobState, error: str = "") -> int:
    """End a claim with the job in a new state; return the task of the job."""
    _write(connection, claimed, state=state, error=error, owner=None)
    return int(connection.execute(select(jobs.c.task).where(jobs.c.id == claimed.job)).scalar_one())


def release(connection: Connection, claimed: Claim, at: datetime) -> None:
    """Give a job back, to be done again later."""
    task = close(connection, claimed, JobState.READY)
    give_back(connection, claimed.run, claimed.activity, [WindowState.ASKED])
    rest(connection, [task])
    refresh(connection, claimed.run, at)


def recover(connection: Connection, at: datetime) -> None:
    """Expire every lease: the jobs of processes that are gone may be claimed again.

    Their runs are paused, since nothing carries them on until a person resumes them.
    """
    claimed = select(jobs.c.task).where(jobs.c.state == JobState.RUNNING)
    _rest_all(connection, [int(task) for task in connection.scalars(claimed)])
    give_back_asked(connection)
    unattended = runs.c.status.in_((RunStatus.QUEUED, RunStatus.RUNNING))
    for run in connection.scalars(select(runs.c.id).where(unattended)).all():
        connection.execute(update(runs).where(runs.c.id == run).values(wanted=Wanted.PAUSE))
        append(connection, run, at, Note("Paused, since the process that ran it has ended", Level.WARNING))
        refresh(connection, run, at)


def _rest_all(connection: Connection, held: list[int]) -> None:
    connection.execute(update(jobs).where(jobs.c.state == JobState.RUNNING).values(state=JobState.READY, owner=None))
    rest(connection, held)


def rest(connection: Connection, idle: list[int]) -> None:
    """Let tasks none of whose jobs is running be pending again."""
    connection.execute(
        update(tasks)
        .where(
            tasks.c.id.in_(idle),
            tasks.c.state == TaskState.RUNNING,
            ~select(jobs.c.id).where(jobs.c.task == tasks.c.id, jobs.c.state == JobState.RUNNING).exists(),
        )
        .values(state=TaskState.PENDING)
    )


def _write(connection: Connection, claimed: Claim, **values: object) -> None:
    mine = (jobs.c.id == claimed.job) & (jobs.c.fence == claimed.fence) & (jobs.c.state == JobState.RUNNING)
    if connection.execute(update(jobs).where(mine).values(**values)).rowcount != 1:
        raise ClaimLost(f"job {claimed.job}", f"another worker took it over after fence {claimed.fence}")
