"""Who surely got no message when a delivery failed on the way: never one who did, or may have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from batuta.kit.errors import SystemFault
from batuta.runs.sending import deliveries as deliveries_module
from batuta.runs.sending.closing import NOT_SENT
from batuta.runs.sending.contract import Envelope, Outcome, StaleFence, Tally
from batuta.store import shards as shards_module
from batuta.store.home import Home
from batuta.store.ledger import SqlLedger

from .deliveries import KEY, LEFT_OUT, PEOPLE, Death, Silent, World, dying, order

BATCH = 500


@dataclass
class Failing(Silent):
    """A transport that is gone from the n-th message on, which it does not take."""

    fails_at: int = 1

    def send(self, envelope: Envelope) -> Outcome:
        if len(self.taken) + 1 == self.fails_at:
            raise SystemFault("server", "the server is gone")
        return super().send(envelope)


def keys_left(world: World) -> list[int]:
    sending = world.born()
    sending.close(order())
    return [key for rows in sending.left(order()) for (key,) in rows]


def taken(world: World) -> list[int]:
    return [int(address.removeprefix("person").partition("@")[0]) for address in world.transports.taken]


@pytest.mark.parametrize("fails_at", [1, 2, 250, 500, 501, 620, 1_199])
def test_after_a_fault_those_are_left_out_whose_message_left(home: Home, fails_at: int) -> None:
    world = World(home, Failing(fails_at=fails_at))
    with pytest.raises(SystemFault):
        world.carried_out(order(), fence=1)
    assert keys_left(world) == taken(world)
    assert len(taken(world)) == fails_at - 1
    for database in world.open_databases:
        database.close()


@pytest.mark.parametrize("dies_after", [1, 499, 620])
def test_after_a_death_only_the_message_under_way_may_have_left_besides(silent: World, dies_after: int) -> None:
    silent.transports.dies_after = dies_after
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    assert keys_left(silent) == taken(silent)
    tally = silent.born().tally(KEY)
    assert (tally.in_doubt, tally.sent) == (1, dies_after - 1)


def test_after_a_power_cut_the_whole_batch_under_way_may_have_left(
    silent: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot_id"
    boot.write_text("first")
    monkeypatch.setattr(shards_module, "_BOOT", boot)
    silent.transports.dies_after = 620
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    boot.write_text("second")
    found = keys_left(silent)
    assert set(taken(silent)) <= set(found)
    assert len(found) == 2 * BATCH


def test_when_all_were_tried_only_those_who_got_nothing_stayed(silent: World) -> None:
    silent.carried_out(order(), fence=1)
    assert keys_left(silent) == taken(silent)
    assert len(taken(silent)) == PEOPLE - LEFT_OUT - 1  # one message could not be made


CLOSING = [(SqlLedger, method, at, after) for method in ("seize", "close") for at in (1, 2) for after in (False, True)]


@pytest.mark.parametrize("death", CLOSING)
def test_a_death_while_a_delivery_is_closed_changes_nothing_in_the_end(
    home: Home, monkeypatch: pytest.MonkeyPatch, death: tuple[type, str, int, bool]
) -> None:
    """Shards of 700: the first fails in its second batch, of the second nothing has been tried."""
    monkeypatch.setattr(deliveries_module, "SHARD", 700)
    world = World(home, Failing(fails_at=620))
    with pytest.raises(SystemFault):
        world.carried_out(order(), fence=1)
    with monkeypatch.context() as planted:
        owner, method, at, after = death
        dying(planted, owner, method, at, after=after)
        with pytest.raises(Death):
            world.born().close(order())
    closed = world.born().close(order())
    assert closed == Tally(
        targeted=PEOPLE, excluded={"no-consent": 2, "suppressed": 1}, sent=619, failed=PEOPLE - LEFT_OUT - 619
    )
    assert {outcome.reason for _, known in world.born().ledgers.live().outcomes(KEY, 1) for outcome in known or ()} == {
        NOT_SENT
    }
    world.transports.fails_at = -1
    with pytest.raises(StaleFence):  # who slept meanwhile
        world.born().send(order(), 0, 1, lambda: False)
    for shard in range(2):
        assert world.born().send(order(), shard, 9, lambda: False)
    assert (world.born().tally(KEY), len(taken(world))) == (closed, 619)
    for database in world.open_databases:
        database.close()


def test_a_test_delivery_is_closed_with_all_that_was_not_tried_failed(world: World) -> None:
    rehearsed = order(live=False)
    sending = world.born()
    sending.prepare(rehearsed)
    calls = iter([False, True])
    assert not sending.send(rehearsed, 0, 1, lambda: next(calls))
    tally = sending.close(rehearsed)
    assert (tally.sent, tally.failed, tally.in_doubt, tally.pending) == (500, 700, 0, 0)


def test_a_transport_that_breaks_when_asked_leaves_doubt(home: Home) -> None:
    @dataclass
    class Mute(Silent):
        def was_sent(self, _message_id: str) -> bool | None:
            raise SystemFault("server", "the server is gone")

    world = World(home, Mute(dies_after=3))
    with pytest.raises(Death):
        world.carried_out(order(), fence=1)
    tally = world.born().close(order())
    assert (tally.sent, tally.in_doubt, tally.pending) == (2, 1, 0)
    for database in world.open_databases:
        database.close()
