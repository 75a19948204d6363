"""Homes go from DuckDB 1.5 to 2.0 and back as they are; of what cannot be read, people are told what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.command import Batuta

SECOND = Path(sys.prefix) / "duckdb2"
CAMPAIGN = """
batuta: 1
id: all
name: All
activities:
- id: french
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[country]', operator: equal, value: fr}}
- {id: keep, kind: save-audience, parameters: {label: French}}
transitions:
- {from: french, to: keep}
"""

pytestmark = [
    pytest.mark.skipif(not SECOND.exists(), reason="make test installs a second DuckDB in .venv/duckdb2"),
    pytest.mark.skipif(duckdb.__version__ >= "2", reason="the DuckDB of these tests is the second one"),
]


class Shop:
    """A home that is used with either version of DuckDB: the second one in processes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first = Batuta(folder / "home")

    def second(self, *words: str | Path) -> str:
        command = [sys.executable, "-c", "from batuta.app import main; main()", "--home", self.folder / "home", *words]
        known = {**os.environ, "PYTHONPATH": str(SECOND)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=known)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def file(self, name: str, text: str) -> Path:
        (self.folder / name).write_text(text, "utf-8")
        return self.folder / name

    def stock(self, use: Callable[..., object]) -> None:
        table = "CREATE TABLE person (person_id INTEGER PRIMARY KEY, country VARCHAR(2));"
        use("schema", "import", self.file("s.sql", table), "--dialect", "postgres")
        use("data", "load", "person", self.file("p.csv", "person_id,country\n1,FR\n2,DE\n3,fr\n"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def rows(told: str) -> Any:
    return json.loads(told)["rows"]


def test_a_home_of_the_first_version_is_used_by_the_second(shop: Shop) -> None:
    shop.stock(shop.first)
    shop.first("dimension", "add", "people", "--schema", "person", "--identity", "country")
    run = ("campaign", "run", shop.file("c.yaml", CAMPAIGN), "--live", "--yes", "--json")
    show = ("audience", "preview", "French", "--json")
    first = shop.first(*run).json
    kept = shop.first(*show).json["rows"]
    assert [key for key, *_ in kept] == [1, 3]
    assert rows(shop.second(*show)) == kept
    assert json.loads(shop.second(*run))["transitions"] == first["transitions"]
    assert rows(shop.second(*show)) == kept


def test_a_home_of_the_second_version_is_used_by_the_first(shop: Shop) -> None:
    shop.stock(shop.second)
    again = shop.first("data", "load", "person", shop.folder / "p.csv", "--json").json
    assert (again["read"], again["unchanged"]) == (3, 3)


def test_a_file_that_only_the_second_version_reads_is_refused_with_what_to_do(shop: Shop) -> None:
    shop.stock(shop.first)
    file = shop.folder / "home" / "data.duckdb"
    file.unlink()
    make = "import duckdb, sys; duckdb.connect(sys.argv[1], config={'storage_compatibility_version': 'latest'})"
    known = {**os.environ, "PYTHONPATH": str(SECOND)}
    subprocess.run([sys.executable, "-c", make, file], check=True, env=known)
    refused = shop.first("data", "load", "person", shop.folder / "p.csv", code=3).err
    assert f"made by another version of DuckDB, which {duckdb.__version__} cannot read" in refused
    assert "pip install --upgrade duckdb" in refused
