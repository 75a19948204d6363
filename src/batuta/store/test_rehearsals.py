from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from batuta.kit.clock import SystemClock
from batuta.runs.sending.contract import DeliveryKey
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.ledger import HomeLedgers


@pytest.mark.parametrize("attempt", range(5))
def test_deliveries_of_one_rehearsal_may_begin_at_once(tmp_path: Path, attempt: int) -> None:
    home = Home(tmp_path)
    ledgers = HomeLedgers(home, Database(home.state), SystemClock())

    def begin(number: int) -> int:
        key = DeliveryKey("run", f"mail-{number}", 1)
        ledger = ledgers.rehearsal("run")
        ledger.open(key, number, {}, [number])
        return ledger.tally(key).targeted

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(begin, range(8))) == list(range(8))
    ledgers.close()
