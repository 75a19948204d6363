"""Who surely got no message when a delivery failed on the way: never one who did, or may have."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import Envelope, Outcome
from batuta.store.home import Home

from .deliveries import LEFT_OUT, PEOPLE, Death, Silent, World, order

BATCH = 500


@dataclass
class Failing(Silent):
    """A transport that is gone from the n-th message on, which it does not take."""

    fails_at: int = 1

    def send(self, envelope: Envelope) -> Outcome:
        if len(self.taken) + 1 == self.fails_at:
            raise SystemFault("server", "the server is gone")
        return super().send(envelope)


def keys_left(world: World, *, live: bool = True) -> list[int]:
    return [key for rows in world.born().left(order(live=live)) for (key,) in rows]


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
def test_after_a_death_the_whole_batch_under_way_may_have_left(silent: World, dies_after: int) -> None:
    silent.transports.dies_after = dies_after
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    found = keys_left(silent)
    assert set(taken(silent)) <= set(found)
    assert len(found) == -(-dies_after // BATCH) * BATCH


def test_when_all_were_tried_only_those_who_got_nothing_stayed(silent: World) -> None:
    silent.carried_out(order(), fence=1)
    assert keys_left(silent) == taken(silent)
    assert len(taken(silent)) == PEOPLE - LEFT_OUT - 1  # one message could not be made
