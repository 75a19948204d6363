"""The tables of runs and how they are read; only `moves` writes them."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    Row,
    func,
    select,
)

from batuta.activities.contract import Role
from batuta.kit.errors import NotFound
from batuta.rules.bound import Moment
from batuta.runs.model import (
    JobKind,
    JobState,
    Leg,
    Mode,
    OutputState,
    Run,
    RunStatus,
    RunView,
    Task,
    TaskOutput,
    TaskState,
    Wanted,
)
from batuta.runs.variables import read_variables
from batuta.sets.shape import Shape
from batuta.store.tables import jobs, outputs, runs, tasks, transitions

SHAPE = TypeAdapter(Shape)


def all_runs(connection: Connection) -> list[Run]:
    """Return every run, the latest first."""
    return [_run(row) for row in connection.execute(select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc()))]


def waiting_until(connection: Connection) -> dict[str, datetime]:
    """Return, for each run in which something waits, when the first of its waits ends."""
    wanted = select(tasks.c.run, func.min(tasks.c.due)).where(tasks.c.state == TaskState.WAITING).group_by(tasks.c.run)
    return {str(run): datetime.fromisoformat(due) for run, due in connection.execute(wanted)}


def resolve(connection: Connection, name: str) -> str:
    """Return the id of a run named by its id or as `last`; raise NotFound if there is none."""
    wanted = select(runs.c.id).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(1)
    found = connection.scalar(wanted if name == "last" else wanted.where(runs.c.id == name))
    if found is None:
        if name == "last":
            raise NotFound("runs", "there is no run yet", todo="Start one with `batuta campaign run FILE`.")
        raise NotFound(f"run {name}", "there is no such run", todo="`batuta run list` shows all runs.")
    return str(found)


def latest_documents(connection: Connection) -> list[str]:
    """Return the campaigns of the home as they ran last, and as they are in runs that have not ended."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.campaign)
    going_on = runs.c.status.not_in([status for status in RunStatus if status.ended])
    wanted = select(runs.c.document).where(runs.c.id.in_(newest) | going_on).order_by(runs.c.campaign, runs.c.id)
    return list(connection.scalars(wanted))


def documents(connection: Connection, run: str) -> tuple[str, str]:
    """Return the frozen campaign and channel configurations of a run, as JSON."""
    row = connection.execute(select(runs.c.document, runs.c.channels).where(runs.c.id == run)).one()
    return str(row.document), str(row.channels)


def frozen_filters(connection: Connection, run: str) -> str:
    """Return the frozen filters of a run, as JSON."""
    return str(connection.scalar(select(runs.c.filters).where(runs.c.id == run)))


def view(connection: Connection, run: str) -> RunView:
    """Return a run with its tasks, outputs and transitions; raise NotFound if there is none."""
    found = _run(connection.execute(select(runs).where(runs.c.id == resolve(connection, run))).one())
    current = (tasks.c.run == found.id) & (tasks.c.generation == found.generation)
    joined = select(tasks.c.activity, outputs).join(tasks, tasks.c.id == outputs.c.task).where(current)
    legs = select(transitions).where(transitions.c.run == found.id).order_by(transitions.c.place)
    return RunView(
        found,
        {row.activity: _task(row) for row in connection.execute(select(tasks).where(current).order_by(tasks.c.id))},
        {(row.activity, row.name): _output(row) for row in connection.execute(joined.order_by(outputs.c.id))},
        tuple(_leg(row) for row in connection.execute(legs)),
    )


def named_tables(connection: Connection) -> frozenset[str]:
    """Return every table name that an output, a delivery or an unfinished job holds."""
    unfinished = select(jobs.c.names).where(jobs.c.state != JobState.DONE, jobs.c.state != JobState.CANCELLED)
    pointers = connection.scalars(select(outputs.c.table_name).where(outputs.c.table_name.is_not(None)))
    messages = connection.scalars(select(tasks.c.messages).where(tasks.c.messages.is_not(None)))
    intended = (json.loads(names).values() for names in connection.scalars(unfinished))
    return frozenset(pointers) | frozenset(messages) | frozenset(name for names in intended for name in names)


def instant(text: str | None) -> datetime | None:
    """Return the instant that a column holds."""
    return datetime.fromisoformat(text) if text else None


def _run(row: Row[Any]) -> Run:
    types, values = read_variables(row.variables)
    return Run(
        id=row.id,
        campaign=row.campaign,
        name=row.name,
        mode=Mode(row.mode),
        status=RunStatus(row.status),
        wanted=Wanted(row.wanted),
        generation=row.generation,
        moment=Moment(datetime.fromisoformat(row.now), row.zone, values),
        variables=types,
        seed=row.seed,
        catalogue_version=row.catalogue_version,
        ask=row.ask,
        created_at=datetime.fromisoformat(row.created_at),
        ended_at=instant(row.ended_at),
        error=row.error,
        pinned=row.pinned,
        skip_waits=row.skip_waits,
    )


def _task(row: Row[Any]) -> Task:
    return Task(
        activity=row.activity,
        kind=row.kind,
        label=row.label,
        first=JobKind(row.first),
        enabled=row.enabled,
        state=TaskState(row.state),
        error=row.error,
        messages=row.messages,
        started_at=instant(row.started_at),
        ended_at=instant(row.ended_at),
        now=instant(row.now),
        variables=json.loads(row.variables),
        onward=instant(row.onward),
        due=instant(row.due),
        pause=row.pause,
        process_errors=row.process_errors,
    )


@lru_cache(maxsize=1_000)
def _shape(text: str) -> Shape:
    """Return the shape that a column holds; the same few are read at every step of a run."""
    return SHAPE.validate_json(text)


def _output(row: Row[Any]) -> TaskOutput:
    return TaskOutput(
        activity=row.activity,
        name=row.name,
        label=row.label,
        carries=row.carries,
        ends_when_empty=row.ends_when_empty,
        shape=None if row.shape is None else _shape(row.shape),
        state=OutputState(row.state),
        table=row.table_name,
        rows=row.rows,
        targets=row.targets,
        incomplete=row.incomplete,
    )


def _leg(row: Row[Any]) -> Leg:
    return Leg(row.place, row.source, row.output, row.target, Role(row.role), row.label)
