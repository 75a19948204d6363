"""Windows of memories change here, each in the transaction of what changes them: see runs.windows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, exists, insert, select, update

from batuta.kit.errors import InputError
from batuta.runs.model import Claim, JobKind, TaskState
from batuta.runs.windows import GONE, OPEN, Asking, WindowState
from batuta.store.tables import jobs, runs, tasks, windows

OUTSIDE = (JobKind.EFFECT, JobKind.SEND)
"""The jobs that have effects outside the run."""


def ask(connection: Connection, claim: Claim, asking: Asking, at: datetime) -> int:
    """Make a window for a query about to be made and return its number; what former attempts hold is given back."""
    give_back(connection, claim.run, claim.activity)
    campaign = select(runs.c.campaign).where(runs.c.id == claim.run).scalar_subquery()
    row = insert(windows).values(
        memory=asking.memory,
        campaign=campaign,
        activity=claim.activity,
        run=claim.run,
        generation=claim.generation,
        state=WindowState.ASKED,
        lower=None if asking.lower is None else asking.lower.isoformat(),
        upper=asking.upper.isoformat(),
        settled=False,
        at=at.isoformat(),
    )
    return int(connection.execute(row.returning(windows.c.number)).scalar_one())


def reserve(connection: Connection, claim: Claim, rows: int) -> None:
    """Let the window of a query that ends hold its rows for the run, which has returned them if it had an effect."""
    state = WindowState.RETURNED if _has_acted(connection, claim.run) else WindowState.RESERVED
    asked = (windows.c.run == claim.run) & (windows.c.activity == claim.activity)
    asked &= windows.c.state == WindowState.ASKED
    connection.execute(update(windows).where(asked).values(state=state, rows=rows))


def holds(connection: Connection, run: str) -> bool:
    """Tell whether rows are reserved for a run."""
    held = exists().where(windows.c.run == run, windows.c.state == WindowState.RESERVED)
    return bool(connection.scalar(select(held)))


def return_all(connection: Connection, run: str) -> None:
    """Let a run have returned what is reserved for it: an effect outside begins, or the run ends well."""
    held = (windows.c.run == run) & (windows.c.state == WindowState.RESERVED)
    connection.execute(update(windows).where(held).values(state=WindowState.RETURNED))


def give_back(
    connection: Connection, run: str, activity: str | None = None, states: Collection[WindowState] = OPEN
) -> None:
    """Give back what a run (or one activity of it) holds and has not returned."""
    held = (windows.c.run == run) & windows.c.state.in_(states)
    if activity is not None:
        held &= windows.c.activity == activity
    connection.execute(update(windows).where(held).values(state=WindowState.RELEASED))


def give_back_asked(connection: Connection) -> None:
    """Give back what was asked for by queries of processes that are gone."""
    asked = windows.c.state == WindowState.ASKED
    connection.execute(update(windows).where(asked).values(state=WindowState.RELEASED))


def take_back(connection: Connection, run: str) -> None:
    """Reserve again what a run gave back when it failed; an error if others may have returned it meanwhile."""
    done = exists().where(
        tasks.c.run == windows.c.run,
        tasks.c.activity == windows.c.activity,
        tasks.c.generation == windows.c.generation,
        tasks.c.generation == select(runs.c.generation).where(runs.c.id == run).scalar_subquery(),
        tasks.c.state == TaskState.DONE,
    )
    latest = select(windows.c.number).where(windows.c.run == run, windows.c.rows.is_not(None), done)
    given = connection.execute(
        select(windows.c.number, windows.c.memory, windows.c.settled).where(
            windows.c.number.in_(latest), windows.c.state == WindowState.RELEASED
        )
    ).all()
    for row in given:
        later = exists().where(
            windows.c.memory == row.memory, windows.c.number > row.number, windows.c.state.not_in(GONE)
        )
        if row.settled or connection.scalar(select(later)):
            raise InputError(
                f"run {run}",
                "it failed and gave back the people it had queried, and another run has queried since",
                todo=f"batuta run stop {run}",
            )
        connection.execute(update(windows).where(windows.c.number == row.number).values(state=WindowState.RESERVED))


def settle(connection: Connection, memory: str, numbers: Collection[int]) -> None:
    """Note that no keys are left of windows that do not count."""
    mine = (windows.c.memory == memory) & windows.c.number.in_(numbers) & windows.c.state.in_(GONE)
    connection.execute(update(windows).where(mine).values(settled=True))


def forget(connection: Connection, campaign: str, activity: str | None) -> int:
    """Let nothing count that runs of a campaign (or one activity of it) returned; tell how many windows that were.

    An error while a run still holds people that it has not returned.
    """
    mine = windows.c.campaign == campaign
    if activity is not None:
        mine &= windows.c.activity == activity
    holder = connection.scalar(select(windows.c.run).where(mine, windows.c.state.in_(OPEN)).limit(1))
    if holder is not None:
        raise InputError(
            f"campaign {campaign}",
            f"run {holder} still holds people of this memory",
            todo=f"Let it end, or stop it: batuta run stop {holder}",
        )
    counting = mine & (windows.c.state == WindowState.RETURNED)
    return connection.execute(update(windows).where(counting).values(state=WindowState.FORGOTTEN)).rowcount


def _has_acted(connection: Connection, run: str) -> bool:
    """Tell whether some effect of a run outside itself has begun."""
    begun = exists().where(jobs.c.task == tasks.c.id, tasks.c.run == run, jobs.c.kind.in_(OUTSIDE), jobs.c.fence > 0)
    return bool(connection.scalar(select(begun)))
