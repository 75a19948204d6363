"""Deliveries and audiences on a real state database: shards, confirmation, versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batuta.kit.errors import InputError
from batuta.runs.model import (
    Claim,
    JobKind,
    Level,
    Note,
    OutputState,
    RunStatus,
    TaskOutput,
    TaskState,
)
from batuta.runs.ports import Counts
from batuta.runs.state import AudienceMoved, Beginning, Finished, Landed, Prepared, Saved
from batuta.store.moves import Moves

from .conftest import NOTE, PEOPLE, beginning, claimed, made, states, work


def deliver(moves: Moves, shards: int, ask: bool) -> None:
    moves.start(beginning("a>mail mail>after", {"mail": JobKind.PREPARE}))
    work(moves, "a")
    moves.prepared(claimed(moves), Prepared("w_messages", shards, ask, Note("targeted 3")))


def test_a_delivery_is_sent_shard_by_shard_and_then_finished(moves: Moves) -> None:
    deliver(moves, 3, ask=False)
    claims = [claimed(moves) for _ in range(3)]
    assert [(claim.kind, claim.shard) for claim in claims] == [(JobKind.SEND, shard) for shard in range(3)]
    assert moves.claim("r1", "me") is None
    moves.release(claims[1])
    again = claimed(moves)
    assert (again.shard, again.fence) == (1, 2)
    for claim in (claims[0], again, claims[2]):
        assert states(moves)["mail"] is TaskState.RUNNING
        moves.sent(claim)
    last = claimed(moves)
    assert last.kind is JobKind.FINISH
    assert moves.view("r1").outputs["mail", "main"].state is OutputState.OPEN
    moves.finish(last, made(last))
    work(moves, "after")


def test_a_delivery_to_nobody_is_finished_at_once(moves: Moves) -> None:
    deliver(moves, 0, ask=False)
    assert claimed(moves).kind is JobKind.FINISH


def test_nothing_is_sent_before_a_person_confirms(moves: Moves) -> None:
    deliver(moves, 2, ask=True)
    assert moves.claim("r1", "me") is None
    assert moves.view("r1").run.status is RunStatus.AWAITING
    moves.recover()
    assert moves.view("r1").run.status is RunStatus.AWAITING
    with pytest.raises(InputError, match="does not await"):
        moves.confirm("r1", "a", NOTE)
    moves.confirm("r1", "mail", NOTE)
    assert claimed(moves).kind is JobKind.SEND
    with pytest.raises(InputError, match="does not await"):
        moves.confirm("r1", "mail", NOTE)


def test_a_shard_that_fails_lets_the_others_end_and_is_retried_alone(moves: Moves) -> None:
    deliver(moves, 2, ask=False)
    first, second = claimed(moves), claimed(moves)
    moves.fail(first, Note("refused", Level.ERROR, "mail"), attention=False)
    moves.sent(second)
    assert moves.view("r1").run.status is RunStatus.ERROR
    assert states(moves)["mail"] is TaskState.ERROR
    moves.retry("r1", NOTE)
    again = claimed(moves)
    assert (again.kind, again.shard) == (JobKind.SEND, 0)
    assert moves.view("r1").outputs["mail", "main"].state is OutputState.OPEN
    moves.sent(again)
    assert claimed(moves).kind is JobKind.FINISH


def saving(claim: Claim, former: int, table: str, rows: int = 4) -> Finished:
    saved = Saved("VIP", Landed(table, Counts(rows, rows), PEOPLE), former, appended=former > 0)
    return Finished(made(claim).outputs, (saved,))


def test_an_audience_is_a_shell_until_its_first_version(moves: Moves) -> None:
    started = beginning("a>b")
    moves.start(Beginning(started.run, started.plan, "{}", "{}", {"VIP": PEOPLE}))
    shell = moves.audiences()["VIP"]
    assert (shell.version, shell.table, shell.shape) == (0, None, PEOPLE)
    claim = claimed(moves)
    moves.finish(claim, saving(claim, 0, "a_1"))
    claim = claimed(moves)
    moves.finish(claim, saving(claim, 1, "a_2", rows=6))
    assert (moves.audiences()["VIP"].version, moves.audiences()["VIP"].table) == (2, "a_2")
    assert [(v.number, v.rows, v.activity, v.appended) for v in moves.versions("VIP")] == [
        (1, 4, "a", False),
        (2, 6, "b", True),
    ]


def test_an_audience_that_moved_meanwhile_leaves_the_task_undone(moves: Moves) -> None:
    moves.start(beginning("a>z b>z:optional"))
    first, second = claimed(moves), claimed(moves)
    moves.finish(first, saving(first, 0, "a_1"))
    with pytest.raises(AudienceMoved):
        moves.finish(second, saving(second, 0, "a_2"))
    assert states(moves)["b"] is TaskState.RUNNING
    assert [version.table for version in moves.versions("VIP")] == ["a_1"]
    moves.release(second)
    second = claimed(moves)
    moves.finish(second, saving(second, 1, "a_3"))
    assert [version.table for version in moves.versions("VIP")] == ["a_1", "a_3"]


def failing(moves: Moves, shards: int) -> list[Claim]:
    """Begin to send a delivery whose errors are processed, all its shards at once."""
    started = beginning("a>mail mail>after", {"mail": JobKind.PREPARE})
    plan = started.plan
    tasks = tuple(replace(task, process_errors=task.activity == "mail") for task in plan.tasks)
    error = TaskOutput("mail", "error", "Error", True, False, PEOPLE)
    moves.start(replace(started, plan=replace(plan, tasks=tasks, outputs=(*plan.outputs, error))))
    work(moves, "a")
    moves.prepared(claimed(moves), Prepared("w_messages", shards, False, Note("targeted 3")))
    return [claimed(moves) for _ in range(shards)]


def test_an_error_is_handled_once_no_shard_is_under_way(moves: Moves) -> None:
    claims = failing(moves, 3)
    moves.fail(claims[1], Note("the server is gone", Level.ERROR), False)
    assert moves.claim("r1", "me") is None
    moves.sent(claims[0])
    assert moves.claim("r1", "me") is None
    moves.sent(claims[2])
    handling = claimed(moves)
    assert (handling.kind, moves.view("r1").run.status) == (JobKind.HANDLE, RunStatus.RUNNING)
    moves.handled(handling, Landed("w_unsent", Counts(2, 2), PEOPLE), Note("2 were not sent"))
    view = moves.view("r1")
    assert (view.tasks["mail"].state, view.tasks["mail"].error) == (TaskState.HANDLED, "the server is gone")
    assert view.outputs["mail", "main"].state is OutputState.HANDLED
    error = view.outputs["mail", "error"]
    assert (error.state, error.table, error.rows) == (OutputState.TAKEN, "w_unsent", 2)
    assert view.tasks["after"].state is TaskState.SKIPPED
    moves.complete("r1", NOTE)


def test_what_needs_attention_is_never_handled(moves: Moves) -> None:
    (claim,) = failing(moves, 1)
    moves.fail(claim, Note("look at it", Level.ERROR), True)
    assert moves.view("r1").tasks["mail"].state is TaskState.ATTENTION
    assert moves.view("r1").outputs["mail", "error"].state is OutputState.FAILED


def test_an_error_while_an_error_is_handled_pauses_the_run(moves: Moves) -> None:
    (claim,) = failing(moves, 1)
    moves.fail(claim, Note("the server is gone", Level.ERROR), False)
    moves.fail(claimed(moves), Note("no space left", Level.ERROR), False)
    assert moves.view("r1").run.status is RunStatus.ERROR
    moves.retry("r1", NOTE)
    assert claimed(moves).kind is JobKind.HANDLE
