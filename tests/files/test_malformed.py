"""Every malformed file gives rejects with line and reason, or an error that names the place; never half of it."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from .conftest import Office
from .malformed import CASES, COLUMNS, Case

PLACES = {
    "a-folder": "location shop: 'a-folder.csv' is a folder",
    "a-pipe": "location shop: 'a-pipe.csv' is no file but a device, pipe or socket",
    "a-link-out": "location shop: 'a-link-out.csv': the name leads out of the location by a symbolic link",
    "a-link": "location shop: 'a-link.csv' is a symbolic link",
    "a-loop": "location shop: 'a-loop.csv'",
    "a-file-that-is-not-there": "location shop: there is no file a-file-that-is-not-there.csv; it holds",
}


@dataclass(frozen=True)
class Loaded:
    """What a run over all files has left: tasks, rows, rejects, and the tables of the engine."""

    office: Office
    tasks: dict[str, dict[str, Any]]
    outputs: dict[str, tuple[str, str | None, int | None]]
    made: set[str]

    def rows(self, name: str) -> list[Any]:
        table = self.outputs[name][1]
        with duckdb.connect(str(self.office.path / "home" / "work.duckdb"), read_only=True) as connection:
            return connection.execute(f'SELECT * FROM "{table}" ORDER BY _n').fetchall()


def activity(name: str, case: Case) -> dict[str, Any]:
    parameters = {"location": "shop", "file": case.name or f"{name}.csv", "columns": COLUMNS, "allowed_errors": 100}
    return {"id": name, "kind": "load-file", "parameters": {**parameters, **case.parameters}}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    office = Office(tmp_path_factory.mktemp("malformed"))
    office.folder.mkdir()
    office.call("location", "set", "shop", "--folder", office.folder)
    for name, case in CASES.items():
        office.put(case.name or f"{name}.csv", case.content)
    (office.folder / "a-folder.csv").mkdir()
    os.mkfifo(office.folder / "a-pipe.csv")
    outside = office.path / "outside.csv"
    outside.write_text("id,name,born\n1,ann,\n", "utf-8")
    (office.folder / "a-link-out.csv").symlink_to(outside)
    (office.folder / "a-link.csv").symlink_to("header-only.csv")
    (office.folder / "a-loop.csv").symlink_to("a-loop.csv")
    activities = [activity(name, case) for name, case in CASES.items()]
    activities += [activity(name, Case(b"")) for name in PLACES]
    office.run(office.campaign(*activities, transitions=[]), "--live", code=1)
    home = office.path / "home"
    with sqlite3.connect(home / "state.sqlite") as state:
        found = state.execute(
            "SELECT task.activity, output.state, output.table_name, output.rows"
            " FROM output JOIN task ON task.id = output.task"
        ).fetchall()
    with duckdb.connect(str(home / "work.duckdb"), read_only=True) as work:
        made = {table for (table,) in work.execute("SELECT name FROM _made").fetchall()}
    tasks = {task["activity"]: task for task in office.show()["tasks"]}
    return Loaded(office, tasks, {name: (state, table, rows) for name, state, table, rows in found}, made)


def rejects(loaded: Loaded, name: str) -> list[tuple[int, str]]:
    return [(line, reason) for line, reason, _ in loaded.office.rejects(name)]


def test_there_are_more_than_sixty() -> None:
    assert len(CASES) + len(PLACES) > 60


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.error])
def test_good_records_are_loaded_and_others_rejected_with_line_and_reason(loaded: Loaded, name: str) -> None:
    case = CASES[name]
    assert loaded.tasks[name]["error"] == ""
    assert loaded.tasks[name]["state"] == "done"
    assert tuple(row[1] for row in loaded.rows(name)) == case.good
    assert tuple(rejects(loaded, name)) == case.rejects


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.error])
def test_a_spoiled_file_is_an_error_that_names_the_place(loaded: Loaded, name: str) -> None:
    error = loaded.tasks[name]["error"]
    assert [part for part in CASES[name].error if part not in error] == [], error
    assert loaded.tasks[name]["state"] == "error"
    assert loaded.outputs[name] == ("failed", None, None)


@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_of_the_location_is_refused(loaded: Loaded, name: str) -> None:
    assert PLACES[name] in loaded.tasks[name]["error"]
    assert loaded.outputs[name] == ("failed", None, None)


def test_nothing_is_half_loaded(loaded: Loaded) -> None:
    """The engine holds the tables that the state names and no other, with as many rows as the state says."""
    named = {table for _, table, _ in loaded.outputs.values() if table is not None}
    assert loaded.made == named
    assert len(named) == sum(not case.error for case in CASES.values())
    for name, case in CASES.items():
        if not case.error:
            assert loaded.outputs[name][2] == len(case.good) == len(loaded.rows(name))
    with duckdb.connect(str(loaded.office.path / "home" / "work.duckdb"), read_only=True) as work:
        tables = {name for (name,) in work.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert {table for table in tables if table.startswith("w_")} == named


def test_reject_files_hold_the_text_as_it_stands(loaded: Loaded) -> None:
    assert loaded.office.rejects("quotes-not-doubled") == [
        (3, "text follows the closing quote of field 2", '2,"say "hi" now",2000-01-01')
    ]
    assert loaded.office.rejects("short-record-over-two-lines")[0] == (2, "expected 3 fields, found 2", '2,"a\nb"')
    assert loaded.office.rejects("latin-1-in-one-line") == [(3, "byte 0xe9 is not utf-8", "2,caf\\xe9,")]
    (long,) = loaded.office.rejects("line-longer-than-the-limit")
    assert len(long[2]) == 100
    assert loaded.office.rejects("more-than-allowed") == [
        (3, "id: expected an integer, found 'x'", "x,ann,"),
        (4, "id: expected an integer, found 'y'", "y,bob,"),
    ]


def test_the_files_are_as_they_were(loaded: Loaded) -> None:
    for name, case in CASES.items():
        assert (loaded.office.folder / (case.name or f"{name}.csv")).read_bytes() == case.content
