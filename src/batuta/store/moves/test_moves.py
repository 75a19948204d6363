"""The moves on a real state database: starts, claims, joins, failures, control."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from batuta.kit.errors import InputError, NotFound
from batuta.runs import settling
from batuta.runs.model import (
    Claim,
    JobKind,
    Level,
    Note,
    OutputState,
    RunStatus,
    TaskState,
    Wanted,
)
from batuta.runs.state import ClaimLost, Prepared
from batuta.schema.types import INTEGER
from batuta.store.moves import Moves, following

from .conftest import NOTE, PEOPLE, beginning, claimed, made, states, work


def test_what_is_frozen_reads_back_whole(moves: Moves) -> None:
    started = beginning("a>b", ask=True)
    moves.start(started)
    view = moves.view("r1")
    assert view.run.moment == started.run.moment
    assert view.run.variables == {"limit": INTEGER}
    assert (view.run.seed, view.run.catalogue_version, view.run.ask) == ("seed", 3, True)
    assert view.outputs["a", "main"].shape == PEOPLE
    assert view.legs == started.plan.legs
    assert moves.campaign("r1") == ('{"id": "spring"}', "{}")
    assert view.run.status is RunStatus.RUNNING


def test_a_run_starts_once(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    with pytest.raises(InputError, match="started before"):
        moves.start(beginning("a>b"))
    assert len(moves.view("r1").tasks) == 2


def test_tasks_follow_each_other_and_tables_are_committed_by_name(moves: Moves) -> None:
    moves.start(beginning("a>b b>c"))
    work(moves, "a", "b")
    view = moves.view("r1")
    assert view.outputs["a", "main"].table == "w_a_1"
    assert (view.outputs["b", "main"].rows, view.outputs["b", "main"].state) == (5, OutputState.TAKEN)
    assert view.outputs["c", "main"].table is None
    work(moves, "c")
    assert moves.claim("r1", "me") is None
    moves.complete("r1", Note("Completed"))
    assert moves.view("r1").run.status is RunStatus.COMPLETED


def test_a_run_with_unsettled_tasks_cannot_complete(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    with pytest.raises(InputError, match="not yet settled: A, B"):
        moves.complete("r1", NOTE)
    assert moves.view("r1").run.status is RunStatus.RUNNING


def test_a_join_is_claimed_once_after_all_its_inbounds(moves: Moves) -> None:
    moves.start(beginning("a>join:optional b>join:optional"))
    first, second = claimed(moves), claimed(moves)
    assert moves.claim("r1", "me") is None
    moves.finish(second, made(second))
    assert moves.claim("r1", "me") is None
    moves.finish(first, made(first))
    work(moves, "join")
    assert moves.claim("r1", "me") is None


def test_an_empty_path_ends_where_told_and_the_exclusion_behind_it_goes_on(moves: Moves) -> None:
    moves.start(beginning("p>x b>c c>x:barrier", ends="b"))
    claim = claimed(moves)
    assert claim.activity == "p"
    moves.finish(claim, made(claim))
    work(moves, "b", rows=0)
    view = moves.view("r1")
    assert view.tasks["c"].state is TaskState.SKIPPED
    assert view.outputs["b", "main"].state is OutputState.ENDED
    assert view.outputs["c", "main"].state is OutputState.NOT_TAKEN
    work(moves, "x")


def test_an_exclusion_whose_barrier_is_disabled_stops_until_mended(moves: Moves) -> None:
    moves.start(beginning("p>x b>x:barrier x>mail", off="b"))
    work(moves, "p")
    assert states(moves) == {
        "p": TaskState.DONE,
        "x": TaskState.ATTENTION,
        "b": TaskState.SKIPPED,
        "mail": TaskState.PENDING,
    }
    view = moves.view("r1")
    assert view.run.status is RunStatus.ERROR
    assert "people of B" in view.tasks["x"].error
    moves.retry("r1", NOTE)
    assert states(moves)["x"] is TaskState.ATTENTION
    assert moves.claim("r1", "me") is None


def test_an_exclusion_whose_barrier_lacks_a_disabled_part_stops(moves: Moves) -> None:
    moves.start(beginning("p>x a>u:optional b>u:optional u>x:barrier", off="b"))
    work(moves, "p", "a", "u")
    assert moves.view("r1").outputs["u", "main"].incomplete
    assert states(moves)["x"] is TaskState.ATTENTION


def test_what_follows_an_ended_set_that_lacks_a_disabled_part_is_not_taken_for_empty(moves: Moves) -> None:
    moves.start(beginning("p>x a>u:optional b>u:optional u>y y>z z>x:barrier x>mail", off="b", ends="u"))
    work(moves, "p", "a")
    work(moves, "u", rows=0)
    assert moves.view("r1").outputs["z", "main"].state is OutputState.NOT_TAKEN
    assert moves.view("r1").outputs["z", "main"].incomplete
    assert states(moves)["x"] is TaskState.ATTENTION
    assert moves.claim("r1", "me") is None


def test_a_planted_fault_is_seen_a_path_that_forgets_what_it_lacks(
    moves: Moves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "ended_incomplete", lambda _: False)
    monkeypatch.setattr(following, "ended_incomplete", lambda _: False)
    moves.start(beginning("p>x a>u:optional b>u:optional u>y y>x:barrier x>mail", off="b", ends="u"))
    work(moves, "p", "a")
    work(moves, "u", rows=0)
    work(moves, "x", "mail")


def test_a_run_that_failed_hands_out_no_more_work_and_can_be_stopped(moves: Moves) -> None:
    moves.start(beginning("a>b c>d"))
    claimed(moves)
    moves.collapse("r1", NOTE)
    assert moves.claim("r1", "me") is None
    moves.recover()
    moves.want("r1", Wanted.STOP, NOTE)
    assert moves.view("r1").run.status is RunStatus.STOPPED


def test_a_failure_pauses_the_run_once_other_branches_are_done_and_retry_goes_on(moves: Moves) -> None:
    moves.start(beginning("a>x b>c a>d c>x:barrier"))
    first, second = claimed(moves), claimed(moves)
    moves.fail(second, Note("disk full", Level.ERROR, "b"), attention=False)
    assert moves.view("r1").run.status is RunStatus.RUNNING
    moves.finish(first, made(first))
    work(moves, "d")
    view = moves.view("r1")
    assert view.run.status is RunStatus.ERROR
    assert (view.tasks["b"].state, view.tasks["b"].error) == (TaskState.ERROR, "disk full")
    assert (view.tasks["c"].state, view.tasks["x"].state) == (TaskState.PENDING, TaskState.PENDING)
    moves.retry("r1", NOTE)
    work(moves, "b", "c", "x")
    assert set(states(moves).values()) == {TaskState.DONE}


def test_a_failed_barrier_needs_attention_and_goes_on_when_retried(moves: Moves) -> None:
    moves.start(beginning("p>x b>x:barrier"))
    work(moves, "p")
    barrier = claimed(moves)
    moves.fail(barrier, Note("no", Level.ERROR, "b"), attention=False)
    assert states(moves)["x"] is TaskState.ATTENTION
    moves.retry("r1", NOTE)
    assert states(moves)["x"] is TaskState.PENDING
    work(moves, "b", "x")
    assert states(moves)["x"] is TaskState.DONE


def test_a_worker_that_lost_its_claim_writes_nothing(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    frozen = claimed(moves)
    moves.intend(frozen, {"main": "w_a_1"})
    moves.recover()
    moves.want("r1", Wanted.RUN, NOTE)
    taken_over = claimed(moves)
    assert (taken_over.job, taken_over.fence, taken_over.names) == (frozen.job, 2, {"main": "w_a_1"})
    writes: tuple[Callable[[], None], ...] = (
        lambda: moves.finish(frozen, made(frozen)),
        lambda: moves.fail(frozen, NOTE, attention=False),
        lambda: moves.intend(frozen, {}),
        lambda: moves.release(frozen),
        lambda: moves.sent(frozen),
        lambda: moves.prepared(frozen, Prepared("m", 1, ask=False, note=NOTE)),
    )
    for write in writes:
        with pytest.raises(ClaimLost):
            write()
    before = moves.view("r1")
    assert before.outputs["a", "main"].state is OutputState.OPEN
    moves.finish(taken_over, made(taken_over))
    assert moves.view("r1").outputs["a", "main"].table == "w_a_2"
    with pytest.raises(ClaimLost):
        moves.finish(taken_over, made(taken_over))


def test_recovery_pauses_a_run_that_nobody_carries_on(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    moves.claim("r1", "gone")
    moves.recover()
    view = moves.view("r1")
    assert (view.run.status, view.tasks["a"].state) == (RunStatus.PAUSED, TaskState.PENDING)
    assert moves.claim("r1", "me") is None
    moves.want("r1", Wanted.RUN, NOTE)
    work(moves, "a", "b")


def test_tables_that_an_unfinished_job_means_to_make_are_kept(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    claim = claimed(moves)
    moves.intend(claim, {"main": "w_meant"})
    assert moves.named_tables() == {"w_meant"}
    moves.finish(claim, made(claim))
    assert moves.named_tables() == {"w_a_1"}


def test_claims_from_many_threads_never_hand_out_a_job_twice(moves: Moves) -> None:
    moves.start(beginning(" ".join(f"a{n}>z:optional" for n in range(12))))
    found: list[int] = []

    def take() -> None:
        while (claim := moves.claim("r1", "me")) is not None:
            found.append(claim.job)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 12


def test_pause_hands_out_nothing_and_keeps_what_finishes(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    claim = claimed(moves)
    moves.want("r1", Wanted.PAUSE, NOTE)
    assert moves.view("r1").run.status is RunStatus.RUNNING
    moves.finish(claim, made(claim))
    assert moves.view("r1").run.status is RunStatus.PAUSED
    assert moves.claim("r1", "me") is None
    moves.want("r1", Wanted.RUN, NOTE)
    work(moves, "b")


def test_a_stopped_run_cannot_go_on(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    moves.want("r1", Wanted.STOP, NOTE)
    assert moves.view("r1").run.status is RunStatus.STOPPED
    assert set(states(moves).values()) == {TaskState.CANCELLED}
    with pytest.raises(InputError, match="stopped"):
        moves.want("r1", Wanted.RUN, NOTE)
    with pytest.raises(InputError, match="stopped"):
        moves.retry("r1", NOTE)


def test_events_are_numbered_without_gaps_and_a_failed_move_leaves_none(moves: Moves) -> None:
    moves.start(beginning("a>b"))
    claim = claimed(moves)
    with pytest.raises(ClaimLost):
        moves.finish(Claim(claim.job, 99, "r1", "a", 1, JobKind.MAKE), made(claim))
    moves.finish(claim, made(claim))
    found = moves.events("r1")
    assert [event.number for event in found] == list(range(1, len(found) + 1))
    assert found[-1].note.message == "Done: Population 5"
    assert found[-1].note.data == {"outputs": {"main": {"rows": 5, "targets": 5}}}
    assert moves.events("r1", found[-2].number) == found[-1:]


def test_a_run_that_does_not_exist_is_told(moves: Moves) -> None:
    with pytest.raises(NotFound, match="run r9"):
        moves.view("r9")


def test_last_names_the_latest_run(moves: Moves) -> None:
    moves.start(beginning("a>b", name="r1"))
    moves.start(beginning("a>b", name="r2"))
    assert moves.view("last").run.id == "r2"
