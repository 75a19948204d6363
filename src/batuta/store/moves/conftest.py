"""A state database, and runs written as text: \"a>c b>c:barrier\"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from batuta.activities.contract import Role
from batuta.kit.clock import FixedClock
from batuta.rules.bound import Moment
from batuta.runs.model import (
    Claim,
    JobKind,
    Leg,
    Mode,
    Note,
    Run,
    RunStatus,
    Task,
    TaskOutput,
    TaskState,
    Wanted,
)
from batuta.runs.plan import Plan
from batuta.runs.ports import Counts
from batuta.runs.state import Beginning, Finished, Landed
from batuta.schema.types import INTEGER, STRING
from batuta.sets.shape import Column, Shape
from batuta.store.database import Database
from batuta.store.moves import Moves

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PEOPLE = Shape("people", "person", (INTEGER,), (Column("city", STRING),))
NOTE = Note("asked for")


@pytest.fixture
def moves(tmp_path: Path) -> Iterator[Moves]:
    database = Database(tmp_path / "state.sqlite")
    yield Moves(database, FixedClock(NOW))
    database.close()


def run(name: str = "r1", ask: bool = False, mode: Mode = Mode.LIVE) -> Run:
    moment = Moment(NOW, "Europe/Paris", {"limit": 7})
    return Run(
        name, "spring", "Spring", mode, RunStatus.QUEUED, Wanted.RUN, 1, moment, {"limit": INTEGER}, "seed", 3, ask, NOW
    )


def beginning(
    legs: str, first: dict[str, JobKind] | None = None, off: str = "", ends: str = "", **of: Any
) -> Beginning:
    """Plan from text: "a>c b>c:barrier" with the outputs named main."""
    parsed = []
    for place, leg in enumerate(legs.split()):
        source, _, rest = leg.partition(">")
        target, _, role = rest.partition(":")
        parsed.append(Leg(place, source, "main", target, Role(role or "main")))
    names = dict.fromkeys(name for leg in parsed for name in (leg.source, leg.target))
    tasks = tuple(
        Task(name, "k", name.upper(), (first or {}).get(name, JobKind.MAKE), enabled=name not in off.split())
        for name in names
    )
    outputs = tuple(TaskOutput(name, "main", "Population", True, name in ends.split(), PEOPLE) for name in names)
    return Beginning(run(**of), Plan(tasks, outputs, tuple(parsed)), '{"id": "spring"}', "{}")


def made(claim: Claim, rows: int = 5) -> Finished:
    return Finished({"main": Landed(f"w_{claim.activity}_{claim.fence}", Counts(rows, rows), PEOPLE)})


def work(moves: Moves, *expected: str, rows: int = 5) -> None:
    """Claim and finish jobs, which must be those of these activities in this order."""
    for activity in expected:
        claim = moves.claim("r1", "me")
        assert claim is not None
        assert claim.activity == activity
        moves.finish(claim, made(claim, rows))


def states(moves: Moves) -> dict[str, TaskState]:
    return {name: task.state for name, task in moves.view("r1").tasks.items()}


def claimed(moves: Moves) -> Claim:
    claim = moves.claim("r1", "me")
    assert claim is not None
    return claim
