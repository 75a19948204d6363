"""A shop whose customers come day by day, and campaigns that write to those who are new."""

from __future__ import annotations

import email
import json
from collections.abc import Iterable
from dataclasses import dataclass
from email.policy import default
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from batuta.app import root
from batuta.kit.errors import BatutaError
from tests.engines import begin, copy, data_of, engine_or_slow

__all__ = ["engine_or_slow"]

SCHEMA = """
CREATE TABLE customer (
    customer_id INTEGER PRIMARY KEY, email VARCHAR(80), created_at TIMESTAMP, joined DATE, seen_at TIMESTAMPTZ
);
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
dimension: customers
address: "[email]"
sender: {address: hello@shop.example}
transport: {kind: outbox}
"""

BY_DATE = "by_date: {attribute: '[created_at]'}"
FOR_EVER = "remember: {days: 0}"

CAMPAIGN = """
batuta: 1
id: welcome
name: Welcome
activities:
- id: fresh
  kind: incremental-query
  parameters:
    dimension: customers
    rule: {kind: attribute, expression: '[email]', operator: is-not-empty}
    WAY
- {id: keep, kind: save-audience, parameters: {label: Welcomed, mode: append}}
- {id: some, kind: split, parameters: {one_table: true, segments: [{name: all, rule: RULE}]}}
- {id: mail, kind: email, parameters: {channel: news, subject: Welcome, html: '<p>{{ profile.email }}</p>'}}
transitions:
PATH
"""

FINE = "{kind: all-rows}"
NEEDS_ATTENTION = "{kind: in-audience, audience: Never filled, negated: true}"
"""The rule of the split: a live run stops at an audience that was never filled."""

STRAIGHT = ("fresh", "some", "mail")
SAVING = ("fresh", "keep", "some", "mail")

FILLING = """
batuta: 1
id: filling
name: Filling
activities:
- {id: all, kind: build-audience, parameters: {dimension: customers, rule: {kind: all-rows}}}
- {id: mail, kind: email, parameters: {channel: news, subject: Hello, html: '<p>{{ profile.email }}</p>'}}
- {id: keep, kind: save-audience, parameters: {label: Never filled}}
transitions:
- {from: all, to: mail}
- {from: mail, output: sent, to: keep}
"""


def campaign(way: str = BY_DATE, path: Iterable[str] = STRAIGHT, rule: str = FINE) -> str:
    """Return a campaign that finds new customers, and whatever else is on the path."""
    names = list(path)
    legs = "\n".join(f"- {{from: {source}, to: {target}}}" for source, target in pairwise(names))
    text = CAMPAIGN.replace("WAY", way).replace("PATH", legs).replace("RULE", rule)
    kept = [line for line in text.splitlines() if "- {id: keep" not in line or "keep" in names]
    return "\n".join(kept)


@dataclass(frozen=True)
class Home:
    """A home; each call is a command of its own, as from a terminal."""

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

    def load(self, *rows: tuple[int, str]) -> None:
        """Load customers: a number and the time they came; their other dates are of the same time."""
        lines = ["customer_id,email,created_at,joined,seen_at"]
        for number, at in rows:
            lines.append(f"{number},c{number}@example.org,{at},{at[:10]},{at + 'Z' if at else ''}")
        self.must("data", "load", "customer", self.file("customer.csv", "\n".join(lines) + "\n"))

    def run(self, text: str, at: str, *options: str, name: str = "") -> str:
        """Run a campaign as of an instant and return its status."""
        words = ["campaign", "run", self.file("campaign.yaml", text), "--json", "--at", at, *options]
        _, output = self.call(*words, *(["--run-id", name] if name else []))
        found = json.loads(output)
        return str(found.get("status", found))

    def live(self, text: str, at: str, name: str = "") -> str:
        return self.run(text, at, "--live", "--yes", name=name)

    def mailed(self) -> list[int]:
        """Return the numbers of the customers in the outbox, one for each mail."""
        found = []
        for path in (self.folder / "home" / "outbox").rglob("*.eml"):
            to = str(email.message_from_bytes(path.read_bytes(), policy=default)["To"])
            found.append(int(to.strip("<>").partition("@")[0].removeprefix("c")))
        return sorted(found)

    def keys(self, run: str = "last", transition: str = "fresh") -> list[int]:
        found = json.loads(self.must("run", "preview", run, transition, "--limit", "1000", "--json"))
        return [row[0] for row in found["rows"]]

    def count(self, run: str = "last") -> int | None:
        shown = json.loads(self.must("run", "show", run, "--json"))
        return next(leg["rows"] for leg in shown["transitions"] if leg["from"] == "fresh")  # type: ignore[no-any-return]

    def ask(self, query: str) -> list[int]:
        """Ask the data itself, with SQL of the test's own."""
        with data_of(self.folder / "home") as connection:
            return [row[0] for row in connection.execute(query).fetchall()]

    def memory(self, *words: str) -> Any:
        return json.loads(self.must("campaign", "memory", "welcome", "--json", *words))

    def states(self) -> list[str]:
        return [window["state"] for window in self.memory()]


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Path:
    found = Home(tmp_path_factory.mktemp("memory") / "shop")
    found.folder.mkdir()
    begin(found.folder / "home", engine)
    found.must("schema", "import", found.file("schema.sql", SCHEMA), "--dialect", "postgres")
    found.must("dimension", "add", "customers", "--schema", "customer", "--identity", "email")
    found.must("environment", "apply", found.file("environment.yaml", ENVIRONMENT))
    found.must("channel", "apply", found.file("channel.yaml", CHANNEL))
    found.load((1, "2020-01-01 00:00:00"))
    assert found.run(FILLING, "2026-01-01T00:00:00Z", "--live") == "awaiting confirmation"
    found.must("run", "stop", "last")
    found.load((1, ""))
    return found.folder


@pytest.fixture
def home(stocked: Path, tmp_path: Path) -> Home:
    copy(stocked, tmp_path / "shop")
    return Home(tmp_path / "shop")
