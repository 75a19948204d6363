"""A small shop in a home, driven by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from batuta.app import root
from batuta.kit.clock import SystemClock
from batuta.kit.errors import BatutaError
from tests.engines import begin, copy, engine

__all__ = ["engine"]

SCHEMA = """
CREATE TABLE person (person_id INTEGER PRIMARY KEY, email VARCHAR(80), country VARCHAR(2), age INTEGER);
CREATE TABLE purchase (
    purchase_id INTEGER PRIMARY KEY,
    person_id   INTEGER NOT NULL REFERENCES person (person_id),
    amount      NUMERIC(10, 2) NOT NULL
);
"""

PEOPLE = """person_id,email,country,age
1,ann@example.org,FR,34
2,bob@example.org,DE,51
3,,FR,28
4,dan@example.org,IT,
5,eve@example.org,FR,45
6,fay@elsewhere.net,FR,39
"""

PURCHASES = """purchase_id,person_id,amount
1,1,30.00
2,1,25.50
3,2,80.00
4,5,12.00
"""

ENVIRONMENT = """
name: tests
production: false
transports: [outbox]
allowed: {email: {domains: [example.org]}}
"""

CHANNEL = """
name: news
channel: email
category: marketing
communication_type: news
dimension: people
address: "[email]"
sender: {address: hello@shop.example}
transport: {kind: outbox}
"""


@dataclass(frozen=True)
class Shop:
    """A home with its data; each call is a command of its own, as from a terminal."""

    folder: Path

    def call(self, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(root, ["--home", str(self.folder / "home"), *words])
        if isinstance(result.exception, BatutaError):
            return result.exception.exit_code, result.exception.message()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output.rstrip("\n")

    def must(self, *words: str) -> str:
        code, output = self.call(*words)
        assert code == 0, output
        return output

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, "utf-8")
        return str(self.folder / name)

    def run(self, campaign: str, *options: str) -> tuple[int, dict[str, Any]]:
        path = self.file("campaign.yaml", campaign)
        code, output = self.call("campaign", "run", path, "--json", "--at", "2026-03-01T09:00:00Z", *options)
        return code, json.loads(output)

    def show(self, run: str = "last") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.must("run", "show", run, "--json"))
        return found

    def keys(self, transition: str, run: str = "last") -> list[int]:
        found = json.loads(self.must("run", "preview", run, transition, "--limit", "100", "--json"))
        return [row[0] for row in found["rows"]]

    def states(self) -> dict[str, str]:
        return {task["activity"]: task["state"] for task in self.show()["tasks"]}

    def outbox(self) -> list[Path]:
        return sorted((self.folder / "home" / "outbox").rglob("*.eml"))


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Path:
    found = Shop(tmp_path_factory.mktemp("stocked") / "shop")
    found.folder.mkdir()
    begin(found.folder / "home", engine)
    found.must("schema", "import", found.file("schema.sql", SCHEMA), "--dialect", "postgres")
    found.must("dimension", "add", "people", "--schema", "person", "--identity", "email")
    found.must("data", "load", "person", found.file("person.csv", PEOPLE))
    found.must("data", "load", "purchase", found.file("purchase.csv", PURCHASES))
    found.must("environment", "apply", found.file("environment.yaml", ENVIRONMENT))
    found.must("channel", "apply", found.file("channel.yaml", CHANNEL))
    return found.folder


@pytest.fixture
def shop(stocked: Path, tmp_path: Path) -> Shop:
    copy(stocked, tmp_path / "shop")
    return Shop(tmp_path / "shop")


START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)  # a Sunday, 10:00 in Paris
SetClock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    def stand(instant: datetime) -> None:
        monkeypatch.setattr(SystemClock, "now", lambda _: instant)

    stand(START)
    return stand
