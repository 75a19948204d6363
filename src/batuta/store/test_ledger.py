from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batuta.kit.clock import FixedClock
from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import UNRENDERED, DeliveryKey, Outcome, StaleFence, Status, Tally
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.ledger import HomeLedgers, SqlLedger

KEY = DeliveryKey("run1", "mail", 1)
CLOCK = FixedClock(datetime(2026, 3, 3, tzinfo=UTC))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "state.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    found = SqlLedger(database, CLOCK)
    found.open(KEY, 9, {"no-consent": 2, "suppressed": 1}, [4, 2])
    return found


def batch(first: int, *statuses: Status) -> list[Outcome]:
    return [Outcome(ordinal, status, "why", "where") for ordinal, status in enumerate(statuses, first)]


def test_a_prepared_delivery_is_all_pending(ledger: SqlLedger) -> None:
    assert ledger.shards(KEY) == 2
    tally = ledger.tally(KEY)
    assert tally == Tally(targeted=9, excluded={"no-consent": 2, "suppressed": 1}, pending=6)
    assert tally.balanced


def test_what_was_never_prepared_is_unknown(ledger: SqlLedger) -> None:
    other = DeliveryKey("run2", "mail", 1)
    assert ledger.shards(other) is None
    assert ledger.tally(other) == Tally()


def test_counts_that_do_not_add_up_are_refused_and_nothing_is_kept(database: Database) -> None:
    ledger = SqlLedger(database, CLOCK)
    with pytest.raises(SystemFault, match="9 targeted are not 2 excluded and 6 prepared"):
        ledger.open(KEY, 9, {"no-consent": 2}, [4, 2])
    assert ledger.shards(KEY) is None


def test_opening_again_changes_nothing(ledger: SqlLedger) -> None:
    ledger.intend(KEY, 0, 0, 1)
    ledger.open(KEY, 1, {}, [1])
    assert ledger.shards(KEY) == 2
    assert ledger.tally(KEY).targeted == 9


def test_an_intent_is_kept_once_and_counts_as_pending(ledger: SqlLedger) -> None:
    assert ledger.intend(KEY, 0, 0, 1)
    assert not ledger.intend(KEY, 0, 0, 1)
    assert list(ledger.outcomes(KEY, 0)) == [(0, None)]
    assert ledger.tally(KEY).pending == 6


def test_outcomes_are_counted_and_balance(ledger: SqlLedger) -> None:
    ledger.intend(KEY, 0, 0, 1)
    ledger.settle(KEY, 0, 0, 1, batch(0, Status.SENT, Status.FAILED, Status.IN_DOUBT, Status.SENT))
    ledger.intend(KEY, 1, 0, 1)
    late = [Outcome(0, Status.EXCLUDED, "rendering-error", "html: line 3"), Outcome(1, Status.SENT, UNRENDERED)]
    ledger.settle(KEY, 1, 0, 1, late)
    tally = ledger.tally(KEY)
    assert tally.balanced
    assert (tally.sent, tally.failed, tally.in_doubt, tally.pending, tally.unrendered) == (3, 1, 1, 0, 1)
    assert tally.excluded == {"no-consent": 2, "suppressed": 1, "rendering-error": 1}
    assert list(ledger.outcomes(KEY, 1)) == [(0, [late[0]])]


def test_a_settled_batch_stays_as_it_is(ledger: SqlLedger) -> None:
    ledger.intend(KEY, 1, 0, 1)
    ledger.settle(KEY, 1, 0, 1, batch(0, Status.SENT, Status.SENT))
    ledger.settle(KEY, 1, 0, 1, batch(0, Status.FAILED, Status.FAILED))
    assert ledger.tally(KEY).sent == 2


def test_a_worker_that_lost_its_shard_writes_nothing(ledger: SqlLedger) -> None:
    ledger.claim(KEY, 0, 1)
    ledger.intend(KEY, 0, 0, 1)
    ledger.claim(KEY, 0, 2)
    before = ledger.tally(KEY)
    with pytest.raises(StaleFence):
        ledger.settle(KEY, 0, 0, 1, batch(0, *[Status.SENT] * 4))
    with pytest.raises(StaleFence):
        ledger.intend(KEY, 0, 1, 1)
    with pytest.raises(StaleFence):
        ledger.claim(KEY, 0, 1)
    assert ledger.tally(KEY) == before
    assert list(ledger.outcomes(KEY, 0)) == [(0, None)]


def test_other_generations_have_counts_of_their_own(ledger: SqlLedger) -> None:
    again = DeliveryKey("run1", "mail", 2)
    ledger.open(again, 3, {}, [3])
    assert ledger.tally(again).pending == 3
    assert ledger.tally(KEY).pending == 6


def test_test_runs_leave_no_trace_in_the_ledger_of_the_home(tmp_path: Path, database: Database) -> None:
    ledgers = HomeLedgers(Home(tmp_path / "home"), database, CLOCK)
    ledgers.rehearsal("run1").open(KEY, 1, {}, [1])
    assert ledgers.live().shards(KEY) is None
    assert ledgers.rehearsal("run1").shards(KEY) == 1
    assert ledgers.rehearsal("run2").shards(KEY) is None
    ledgers.close()
    assert ledgers.rehearsal("run1").shards(KEY) == 1
    ledgers.close()
