from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from batuta.store.database import Database

NORMAL, FULL = 1, 2


@pytest.mark.parametrize(("lasting", "level"), [(True, FULL), (False, NORMAL)])
def test_only_writes_that_may_be_done_again_are_not_synced(tmp_path: Path, lasting: bool, level: int) -> None:
    database = Database(tmp_path / "state.sqlite", [])
    for other in (not lasting, lasting):  # one pooled connection serves both sorts in turn
        with database.write(lasting=other) as connection:
            found = connection.execute(text("PRAGMA synchronous")).scalar_one()
    assert found == level
    with database.write() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == FULL
    database.close()
