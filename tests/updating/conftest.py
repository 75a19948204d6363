"""A home with customers in versions, cards without, and campaigns that change their rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command import Batuta
from tests.engines import begin, copy, data_of, engine

__all__ = ["engine"]

SCHEMA = """
CREATE TYPE tier AS ENUM ('gold', 'silver');
CREATE TABLE customer (
    customer_id INTEGER PRIMARY KEY, email VARCHAR(80), country VARCHAR(2), points INTEGER NOT NULL,
    score NUMERIC(4, 1), tier tier, changed_at TIMESTAMP NOT NULL
);
CREATE TABLE card (
    shop INTEGER, number VARCHAR(10), customer_id INTEGER REFERENCES customer (customer_id), level INTEGER NOT NULL,
    revision INTEGER, PRIMARY KEY (shop, number)
);
CREATE TABLE note (note_id INTEGER PRIMARY KEY, text VARCHAR(80), customer_id INTEGER);
"""

CUSTOMERS = """customer_id,email,country,points,score,tier,changed_at
1,ann@example.org,FR,10,1.5,gold,2026-01-01 00:00:00
2,bob@example.org,DE,20,,silver,2026-01-01 00:00:00
3,cid@example.org,FR,30,3.5,,2026-12-31 00:00:00
4,,IT,40,4.5,gold,2026-01-01 00:00:00
"""

CARDS = """shop,number,customer_id,level,revision
1,a,1,1,7
1,b,1,2,1
2,a,2,1,1
"""


@dataclass(frozen=True)
class Home:
    """A home; commands run on it, and its data is asked with SQL of the test's own."""

    folder: Path

    @property
    def batuta(self) -> Batuta:
        return Batuta(self.folder / "home")

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def load(self, schema: str, text: str) -> dict[str, Any]:
        found: dict[str, Any] = self.batuta("data", "load", schema, self.file(f"{schema}.csv", text), "--json").json
        return found

    def change(self, *options: str, rule: Any = None, before: Any = (), **parameters: Any) -> dict[str, int]:
        """Run a campaign that changes data and return what it told."""
        self.batuta("campaign", "run", self.campaign(rule, before, **parameters), "--json", *options)
        return self.told()

    def campaign(self, rule: Any = None, before: Any = (), **parameters: Any) -> Path:
        steps = [
            {
                "id": "all",
                "kind": "build-audience",
                "parameters": {"dimension": "customers", "rule": rule or {"kind": "all-rows"}},
            },
            *before,
            {"id": "change", "kind": "update-data", "parameters": parameters},
        ]
        names = [step["id"] for step in steps]
        legs = [{"from": source, "to": target} for source, target in pairwise(names)]
        document = {"batuta": 1, "id": "c", "name": "C", "activities": steps, "transitions": legs}
        return self.file("campaign.yaml", yaml.safe_dump(document, sort_keys=False))

    def told(self) -> dict[str, int]:
        events = self.batuta("run", "log", "last", "--json").json
        (data,) = [event["data"] for event in events if "schema" in event["data"]]
        return {name: number for name, number in data.items() if name != "schema" and number}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with data_of(self.folder / "home") as connection:
            return connection.execute(query.replace("FROM ", "FROM data.data.")).fetchall()


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Path:
    found = Home(tmp_path_factory.mktemp("updating") / "shop")
    found.folder.mkdir()
    begin(found.folder / "home", engine)
    found.batuta("schema", "import", found.file("schema.sql", SCHEMA), "--dialect", "postgres")
    found.batuta("schema", "set-version", "customer", "changed_at")
    found.batuta("schema", "set-version", "card", "revision")
    found.batuta("dimension", "add", "customers", "--schema", "customer", "--identity", "email")
    found.load("customer", CUSTOMERS)
    found.load("card", CARDS)
    return found.folder


@pytest.fixture
def home(stocked: Path, tmp_path: Path) -> Home:
    copy(stocked, tmp_path / "shop")
    return Home(tmp_path / "shop")
