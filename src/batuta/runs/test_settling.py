from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batuta.activities.contract import Role
from batuta.rules.bound import Moment
from batuta.runs.model import (
    JobKind,
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
from batuta.runs.settling import (
    Arrival,
    Decision,
    decide,
    ended_incomplete,
    follow,
    left_incomplete,
    settled_as,
    status_of,
)

MAIN, OPTIONAL, BARRIER = Role.MAIN, Role.OPTIONAL, Role.BARRIER
OPEN, TAKEN, ENDED = OutputState.OPEN, OutputState.TAKEN, OutputState.ENDED
NOT_TAKEN, DISABLED, FAILED = OutputState.NOT_TAKEN, OutputState.DISABLED, OutputState.FAILED


@pytest.mark.parametrize(
    ("arrivals", "decision"),
    [
        pytest.param([], Decision.GO, id="nothing inbound"),
        pytest.param([(MAIN, TAKEN)], Decision.GO, id="taken"),
        pytest.param([(MAIN, OPEN)], Decision.WAIT, id="open"),
        pytest.param([(MAIN, ENDED)], Decision.END, id="path ended"),
        pytest.param([(MAIN, NOT_TAKEN)], Decision.END, id="not taken"),
        pytest.param([(MAIN, DISABLED)], Decision.DISABLE, id="follows a disabled one"),
        pytest.param([(MAIN, FAILED)], Decision.WAIT, id="failed"),
        pytest.param([(OPTIONAL, TAKEN), (OPTIONAL, OPEN)], Decision.WAIT, id="union waits for all"),
        pytest.param([(OPTIONAL, TAKEN), (OPTIONAL, ENDED)], Decision.GO, id="union counts ended as empty"),
        pytest.param([(OPTIONAL, TAKEN), (OPTIONAL, DISABLED)], Decision.GO, id="union goes on without disabled"),
        pytest.param([(OPTIONAL, TAKEN), (OPTIONAL, FAILED)], Decision.WAIT, id="union does not go on without failed"),
        pytest.param([(OPTIONAL, ENDED), (OPTIONAL, NOT_TAKEN)], Decision.END, id="union of nothing"),
        pytest.param([(OPTIONAL, ENDED), (OPTIONAL, DISABLED)], Decision.DISABLE, id="union of nothing known"),
        pytest.param([(MAIN, TAKEN), (BARRIER, ENDED)], Decision.GO, id="barrier ended empty"),
        pytest.param([(MAIN, TAKEN), (BARRIER, NOT_TAKEN)], Decision.GO, id="barrier not taken"),
        pytest.param([(MAIN, TAKEN), (BARRIER, DISABLED)], Decision.ATTEND, id="barrier disabled"),
        pytest.param([(MAIN, TAKEN), (BARRIER, FAILED)], Decision.ATTEND, id="barrier failed"),
        pytest.param([(MAIN, TAKEN), (BARRIER, FAILED), (BARRIER, OPEN)], Decision.WAIT, id="another is open"),
        pytest.param([(MAIN, NOT_TAKEN), (BARRIER, TAKEN)], Decision.END, id="primary not taken"),
        pytest.param([(MAIN, ENDED), (BARRIER, DISABLED)], Decision.END, id="nobody to keep out of"),
        pytest.param([(BARRIER, TAKEN), (BARRIER, ENDED)], Decision.GO, id="intersection with an ended set"),
        pytest.param([(BARRIER, TAKEN), (BARRIER, DISABLED)], Decision.ATTEND, id="intersection with a disabled set"),
    ],
)
def test_every_arrival_has_its_decision(arrivals: list[tuple[Role, OutputState]], decision: Decision) -> None:
    assert decide([Arrival(role, state) for role, state in arrivals]) is decision


def test_a_barrier_that_lacks_a_disabled_part_stops_for_attention() -> None:
    assert decide([Arrival(MAIN, TAKEN), Arrival(BARRIER, TAKEN, incomplete=True)]) is Decision.ATTEND
    assert decide([Arrival(MAIN, TAKEN, incomplete=True), Arrival(BARRIER, TAKEN)]) is Decision.GO


def test_what_lacks_a_disabled_part_stays_marked() -> None:
    assert left_incomplete([Arrival(OPTIONAL, TAKEN), Arrival(OPTIONAL, DISABLED)])
    assert left_incomplete([Arrival(MAIN, TAKEN, incomplete=True)])
    assert not left_incomplete([Arrival(OPTIONAL, TAKEN), Arrival(OPTIONAL, ENDED)])


@pytest.mark.parametrize(
    ("carries", "rows", "ends", "state"),
    [(True, 0, True, ENDED), (True, 0, False, TAKEN), (True, 3, True, TAKEN), (False, None, True, TAKEN)],
)
def test_an_output_ends_only_if_empty_and_told_to(carries: bool, rows: int | None, ends: bool, state: str) -> None:
    assert settled_as(carries, rows, ends) is state


@pytest.mark.parametrize(
    ("wanted", "tasks", "working", "workable", "status"),
    [
        (Wanted.RUN, [TaskState.PENDING], False, True, RunStatus.RUNNING),
        (Wanted.RUN, [TaskState.ERROR, TaskState.RUNNING], True, False, RunStatus.RUNNING),
        (Wanted.RUN, [TaskState.ERROR, TaskState.AWAITING], False, False, RunStatus.AWAITING),
        (Wanted.RUN, [TaskState.ERROR, TaskState.DONE], False, False, RunStatus.ERROR),
        (Wanted.RUN, [TaskState.ATTENTION, TaskState.PENDING], False, False, RunStatus.ERROR),
        (Wanted.RUN, [TaskState.DONE], False, False, RunStatus.RUNNING),
        (Wanted.PAUSE, [TaskState.RUNNING], True, True, RunStatus.RUNNING),
        (Wanted.PAUSE, [TaskState.PENDING], False, True, RunStatus.PAUSED),
        (Wanted.STOP, [TaskState.CANCELLED], False, False, RunStatus.STOPPED),
    ],
)
def test_the_status_follows_from_tasks_and_jobs(
    wanted: Wanted, tasks: list[TaskState], working: bool, workable: bool, status: RunStatus
) -> None:
    assert status_of(wanted, tasks, working, workable) is status


def test_a_path_that_ended_for_lack_of_a_disabled_part_is_not_known_to_be_empty() -> None:
    assert ended_incomplete([Arrival(MAIN, ENDED, incomplete=True)])
    assert ended_incomplete([Arrival(OPTIONAL, ENDED, incomplete=True), Arrival(OPTIONAL, ENDED)])
    assert not ended_incomplete([Arrival(MAIN, ENDED), Arrival(BARRIER, DISABLED, incomplete=True)])


def _view(tasks: dict[str, bool], legs: list[tuple[str, str, Role]], states: dict[str, OutputState]) -> RunView:
    run = Run(
        "r", "c", "C", Mode.TEST, RunStatus.RUNNING, Wanted.RUN, 1, Moment(datetime(2026, 1, 1, tzinfo=UTC)), {}, "",
        1, False, datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return RunView(
        run,
        {name: Task(name, "k", name, JobKind.MAKE, enabled=enabled) for name, enabled in tasks.items()},
        {(name, "main"): TaskOutput(name, "main", "", True, False, None, states.get(name, OPEN)) for name in tasks},
        tuple(Leg(n, source, "main", target, role) for n, (source, target, role) in enumerate(legs)),
    )


def test_a_disabled_activity_takes_its_path_with_it_up_to_the_next_join() -> None:
    view = _view(
        {"a": False, "b": True, "c": True, "union": True, "after": True},
        [("a", "b", MAIN), ("b", "union", OPTIONAL), ("c", "union", OPTIONAL), ("union", "after", MAIN)],
        {"c": TAKEN},
    )
    assert list(follow(view, ["a"])) == [
        ("a", Decision.DISABLE),
        ("b", Decision.DISABLE),
        ("union", Decision.GO),
    ]


def test_an_exclusion_behind_a_disabled_activity_stops_for_attention() -> None:
    view = _view(
        {"a": False, "b": True, "exclusion": True, "mail": True},
        [("b", "exclusion", MAIN), ("a", "exclusion", BARRIER), ("exclusion", "mail", MAIN)],
        {"b": TAKEN},
    )
    assert list(follow(view, ["a"])) == [("a", Decision.DISABLE), ("exclusion", Decision.ATTEND)]


def test_a_path_that_ends_ends_all_that_follows() -> None:
    view = _view({"a": True, "b": True, "c": True}, [("a", "b", MAIN), ("b", "c", MAIN)], {"a": ENDED})
    assert list(follow(view, ["b"])) == [("b", Decision.END), ("c", Decision.END)]
