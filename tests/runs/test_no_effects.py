"""A test run of everything that has an effect outside leaves it all as it was: data, audiences, files, memory, outbox.

Each part of the world is hashed on its own, and a live run of the same campaign changes every one of them: so no hash
is blind.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import data_of

from .conftest import Shop
from .test_runs import HEAD

CAMPAIGN = (
    HEAD
    + """
activities:
- id: fresh
  kind: incremental-query
  parameters: {dimension: people, rule: {kind: all-rows}, remember: {days: 0}}
- {id: keep, kind: save-audience, parameters: {label: Club}}
- id: club
  kind: read-audience
  parameters: {audience: Club}
- id: file
  kind: load-file
  parameters: {location: files, file: in.csv, delete_after: true, columns: [{name: mail}, {name: land}]}
- {id: found, kind: reconciliation, parameters: {dimension: people, pairs: [{here: '[mail]', there: '[email]'}]}}
- id: change
  kind: update-data
  parameters: {schema: person, change: update, values: [{attribute: country, expression: '[land]'}]}
- {id: purge, kind: update-data, parameters: {schema: purchase, change: delete, key: KEY}}
- {id: out, kind: export-file, parameters: {location: files, name: out.csv}}
- {id: tell, kind: alert, parameters: {title: 'Wrote {{ context.rows }}'}}
- {id: mail, kind: email, parameters: {channel: news, subject: Hello, html: '<p>Hi</p>', holdout: 20}}
- {id: done, kind: end}
transitions:
- {from: fresh, to: keep}
- {from: keep, to: club}
- {from: fresh, to: purge}
- {from: purge, to: out}
- {from: out, to: tell}
- {from: tell, to: mail}
- {from: mail, output: sent, to: done}
- {from: file, to: found}
- {from: found, to: change}
""".replace("KEY", "[{attribute: purchase_id, expression: '[person_id]'}]")
)
BOOKKEEPING = {"run", "task", "output", "transition", "job", "event", "notice", "sqlite_sequence"}
"""What every run writes about itself, an alert's notice among it."""


def digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def tables(home: Path) -> Iterator[tuple[str, str]]:
    with data_of(home) as connection:
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables()"
            " WHERE NOT internal AND schema_name <> 'work' ORDER BY ALL"
        ).fetchall()
        for schema, table in names:
            rows = connection.execute(f'SELECT * FROM data."{schema}"."{table}"').fetchall()
            yield f"data {schema}.{table}", digest(*sorted(map(str, rows)))


def state(path: Path) -> Iterator[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            if name not in BOOKKEEPING:
                yield f"state {name}", digest(*sorted(map(str, connection.execute(f'SELECT * FROM "{name}"'))))


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"file {path.relative_to(folder)}", hashlib.sha256(path.read_bytes()).hexdigest()


def world(shop: Shop) -> dict[str, str]:
    home = shop.folder / "home"
    found = [*tables(home), *state(home / "state.sqlite"), *files(shop.folder / "files")]
    return dict(found) | {f"outbox {path.name}": digest(path.read_bytes()) for path in shop.outbox()}


@pytest.fixture
def full(shop: Shop) -> Shop:
    (shop.folder / "files").mkdir()
    (shop.folder / "files" / "in.csv").write_text("mail,land\nANN@example.org ,ES\neve@example.org,PT\n", "utf-8")
    shop.must("location", "set", "files", "--folder", str(shop.folder / "files"))
    return shop


def test_a_test_run_changes_nothing_that_a_live_run_changes(full: Shop) -> None:
    before = world(full)
    code, tested = full.run(CAMPAIGN)
    assert (code, tested["status"]) == (0, "completed")
    assert world(full) == before
    code, live = full.run(CAMPAIGN, "--live", "--yes")
    assert (code, live["status"]) == (0, "completed")
    after = world(full)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {"data data.person", "data data.purchase", "file in.csv", "file out.csv"} <= changed
    assert {"state audience", "state audience_version", "state memory_window"} <= changed
    assert any(name.startswith("data audience.") for name in changed)
    assert any(name.startswith("data memory.") for name in changed)
    assert any(name.startswith("outbox ") for name in changed)
    assert any(name.startswith("state ") and "deliver" in name for name in changed)
    same = [leg for leg in tested["transitions"] if leg["from"] not in ("keep", "club")]
    assert same == [leg for leg in live["transitions"] if leg["from"] not in ("keep", "club")]
    assert tested["deliveries"] == live["deliveries"]
