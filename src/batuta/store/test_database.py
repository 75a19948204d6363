from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from batuta.kit.clock import FixedClock
from batuta.runs.model import JobState, Note, OutputState, RunStatus, TaskState
from batuta.store import runs
from batuta.store.database import Database
from batuta.store.moves import Moves
from batuta.store.tables import jobs, metadata, outputs, tasks

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


def test_columns_that_an_older_release_did_not_have_are_added(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(FORMER_LAYOUT)
    old.close()
    database = Database(path)
    with database.read() as connection:
        view = runs.view(connection, "r1")
        columns = {name: set(connection.scalars(COLUMNS, {"name": name})) for name in metadata.tables}
    assert (view.run.status, view.run.pinned, view.run.skip_waits) == (RunStatus.ERROR, False, False)
    task = view.tasks["a"]
    assert (task.state, task.error, task.now, dict(task.variables), task.due) == (TaskState.ERROR, "no", None, {}, None)
    assert columns == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}
    database.close()
    again = Moves(Database(path), FixedClock(datetime(2026, 3, 1, tzinfo=UTC)))
    again.retry("r1", Note("Resumed"))
    claim = again.claim("r1", "me")
    assert claim is not None
    assert claim.activity == "a"


COLUMNS = text("SELECT name FROM pragma_table_info(:name)")
FORMER_LAYOUT = """
CREATE TABLE run (
    id VARCHAR NOT NULL PRIMARY KEY, campaign VARCHAR NOT NULL, name VARCHAR NOT NULL, mode VARCHAR NOT NULL,
    status VARCHAR NOT NULL, wanted VARCHAR NOT NULL, generation INTEGER NOT NULL, now VARCHAR NOT NULL,
    zone VARCHAR NOT NULL, seed VARCHAR NOT NULL, variables TEXT NOT NULL, catalogue_version INTEGER NOT NULL,
    ask BOOLEAN NOT NULL, document TEXT NOT NULL, channels TEXT NOT NULL, last_event INTEGER NOT NULL,
    created_at VARCHAR NOT NULL, ended_at VARCHAR, error TEXT NOT NULL
);
CREATE TABLE task (
    id INTEGER NOT NULL PRIMARY KEY, run VARCHAR NOT NULL REFERENCES run (id), activity VARCHAR NOT NULL,
    generation INTEGER NOT NULL, kind VARCHAR NOT NULL, label VARCHAR NOT NULL, first VARCHAR NOT NULL,
    enabled BOOLEAN NOT NULL, state VARCHAR NOT NULL, error TEXT NOT NULL, messages VARCHAR,
    shards INTEGER NOT NULL, started_at VARCHAR, ended_at VARCHAR, UNIQUE (run, generation, activity)
);
CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY, task INTEGER NOT NULL REFERENCES task (id), kind VARCHAR NOT NULL,
    shard INTEGER NOT NULL, state VARCHAR NOT NULL, attempt INTEGER NOT NULL, fence INTEGER NOT NULL, owner VARCHAR,
    names TEXT NOT NULL, error TEXT NOT NULL, UNIQUE (task, kind, shard)
);
INSERT INTO run VALUES ('r1', 'spring', 'Spring', 'live', 'paused on error', 'run', 1, '2026-03-01T09:00:00+00:00',
    'UTC', 'seed', '{}', 1, 0, '{}', '{}', 0, '2026-03-01T09:00:00+00:00', NULL, '');
INSERT INTO task VALUES (1, 'r1', 'a', 1, 'fork', 'A', 'make', 1, 'error', 'no', NULL, 0, NULL, NULL);
INSERT INTO job VALUES (1, 1, 'make', 0, 'failed', 1, 1, NULL, '{}', 'no');
"""
"""The tables of runs as the release 0.1.0 first made them, with a run in them."""


def test_what_is_new_has_the_first_state_of_its_kind() -> None:
    first = {table.name: getattr(table.c.state.default, "arg", None) for table in (tasks, outputs, jobs)}
    assert first == {"task": TaskState.PENDING, "output": OutputState.OPEN, "job": JobState.READY}
