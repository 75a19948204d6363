"""Deaths at every step of a delivery: nobody is written to twice, nobody is lost, and the ledger adds up."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from batuta.channels.email.outbox import Outbox
from batuta.channels.transports import HomeTransports
from batuta.kit.errors import SystemFault
from batuta.runs.sending import deliveries as module
from batuta.runs.sending.contract import DeliveryKey, Envelope, Outcome, StaleFence
from batuta.store.home import Home
from batuta.store.ledger import SqlLedger
from batuta.store.shards import JournalFile, SampleFiles, ShardFiles

from .deliveries import BROKEN, KEY, LEFT_OUT, PEOPLE, Death, Memory, World, complete, dying, order


def test_a_delivery_without_deaths(world: World) -> None:
    tally = world.carried_out(order(), fence=1)
    assert complete(tally)
    assert len(world.mails()) == tally.sent


DEATHS = [
    (ShardFiles, "write", 1, False),
    (ShardFiles, "write", 2, True),
    (SqlLedger, "open", 1, False),
    (SqlLedger, "open", 1, True),
    (SqlLedger, "claim", 1, True),
    (SqlLedger, "intend", 1, False),
    (SqlLedger, "intend", 2, True),
    (JournalFile, "mark", 1, False),
    (JournalFile, "mark", 1, True),
    (JournalFile, "mark", 250, False),
    (JournalFile, "mark", 777, True),
    (SqlLedger, "settle", 1, False),
    (SqlLedger, "settle", 2, True),
    (SampleFiles, "keep", 3, True),
]


@pytest.mark.parametrize("death", DEATHS)
def test_a_death_at_any_step_changes_nothing_in_the_end(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    death: tuple[type, str, int, bool],
) -> None:
    monkeypatch.setattr(module, "SHARD", 800)
    other = Home(tmp_path / "undisturbed")
    undisturbed = World(other, HomeTransports(other.outbox))
    assert complete(undisturbed.carried_out(order(), fence=1))
    with monkeypatch.context() as planted:
        owner, method, at, after = death
        dying(planted, owner, method, at, after=after)
        with pytest.raises(Death):
            world.carried_out(order(), fence=1)
    assert complete(world.carried_out(order(), fence=2))
    assert world.mails() == undisturbed.mails()
    assert world.samples("run1") == undisturbed.samples("run1")


def test_a_worker_that_wakes_up_after_its_shard_was_taken_over_writes_nothing(world: World) -> None:
    sleeper, taker = world.born(), world.born()
    sleeper.prepare(order())
    calls = iter([False, True])

    def overtaken() -> bool:
        if next(calls):
            assert taker.send(order(), 0, 2, lambda: False)
        return False

    with pytest.raises(StaleFence):
        sleeper.send(order(), 0, 1, overtaken)
    assert complete(taker.tally(KEY))
    assert len(world.mails()) == PEOPLE - LEFT_OUT - 1


def test_test_and_live_run_agree_and_the_test_leaves_no_trace(world: World) -> None:
    test = world.carried_out(order(live=False, run="test"), fence=1)
    assert not world.home.outbox.exists()
    assert world.born().ledgers.live().shards(DeliveryKey("test", "mail", 1)) is None
    live = world.carried_out(order(run="live"), fence=1)
    assert test == live
    assert world.samples("test") == world.samples("live")
    assert len(world.samples("live")) == 5


def test_a_very_large_test_renders_a_part_and_says_how_many_it_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRIED", 300)
    tally = world.carried_out(order(live=False, run="test"), fence=1)
    assert tally.balanced
    assert tally.pending == 0
    rendered = PEOPLE - LEFT_OUT - tally.unrendered
    assert 240 < rendered < 360
    again = world.carried_out(order(live=False, run="again"), fence=1)
    assert again == tally


def test_messages_ids_are_the_same_in_every_attempt_and_differ_between_runs(world: World) -> None:
    world.carried_out(order(run="one"), fence=1)
    world.carried_out(order(run="two"), fence=1)
    assert set(world.mails("one")).isdisjoint(world.mails("two"))
    assert len(world.mails("one")) == len(world.mails("two"))


def test_late_outcomes_are_written_with_key_and_reason(world: World) -> None:
    what = order()
    world.carried_out(what, fence=1)
    world.born().finish(what)
    assert world.engine.written["run1_messages_late"] == [(BROKEN, "excluded", "rendering-error")]
    assert world.engine.dropped == ["run1_messages_late"]


def test_a_message_that_does_not_reach_its_shard_is_missed_before_anything_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "reasons", lambda *_: {"": PEOPLE - LEFT_OUT + 1, "no-consent": 2, "suppressed": 1})
    with pytest.raises(SystemFault, match="1204 targeted are not 3 excluded and 1200 prepared"):
        world.carried_out(order(), fence=1)
    assert world.mails() == []


def test_a_stop_lets_one_batch_of_all_shards_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards that send at once take turns, so that no more leaves after a stop than one of them would send."""
    monkeypatch.setattr(module, "SHARD", 510)
    sending, asked = world.born(), threading.Event()
    sending.prepare(order())
    send = Outbox.send

    def slow_at_first(outbox: Outbox, envelope: Envelope) -> Outcome:
        if not asked.is_set():
            time.sleep(0.1)
            asked.set()
        return send(outbox, envelope)

    monkeypatch.setattr(Outbox, "send", slow_at_first)
    with ThreadPoolExecutor(3) as threads:
        ended = list(threads.map(lambda shard: sending.send(order(), shard, 1, asked.is_set), range(3)))
    assert sending.shards(KEY) == 3
    assert not any(ended[:2])
    assert 0 < len(world.mails()) <= 500
