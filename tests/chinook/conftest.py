"""A home with the Chinook shop, loaded once; each test has a copy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chinook.shop import DATA, Chinook
from tests.engines import begin, copy, engine

__all__ = ["engine"]

DIMENSIONS = {
    "customers": ("customer", "email"),
    "employees": ("employee", "email"),
    "invoices": ("invoice", "billing_address"),
    "tracks": ("track", "name"),
    "albums": ("album", "title"),
    "artists": ("artist", "name"),
    "playlists": ("playlist", "name"),
}
CHANNELS = """
- name: news
  communication_type: news
  dimension: customers
  address: '[email]'
  sender: {address: shop@chinook.example, name: Chinook}
- name: each-invoice
  category: transactional
  communication_type: service
  dimension: customers
  address: '[email]'
  sender: {address: shop@chinook.example, name: Chinook}
  level: target-and-secondary
"""


@pytest.fixture(scope="session")
def stocked(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop in which nothing has happened yet."""
    made = Chinook(tmp_path_factory.mktemp("stocked") / "shop")
    made.exchange.mkdir(parents=True)
    begin(made.home, engine)
    made.batuta("schema", "import", DATA / "schema.sql", "--dialect", "postgres")
    for file in sorted(DATA.glob("*.csv")):
        made.batuta("data", "load", file.stem, file)
    for name, (schema, identity) in DIMENSIONS.items():
        made.batuta("dimension", "add", name, "--schema", schema, "--identity", identity)
    (made.folder / "channels.yaml").write_text(CHANNELS, "utf-8")
    (made.folder / "environment.yaml").write_text("{name: chinook, production: true, transports: [outbox]}", "utf-8")
    made.batuta("channel", "apply", made.folder / "channels.yaml")
    made.batuta("environment", "apply", made.folder / "environment.yaml")
    made.batuta("location", "set", "exchange", "--folder", made.exchange)
    return made.folder


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of these tests share."""
    base = tmp_path_factory.getbasetemp()
    found = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "outcomes"
    found.mkdir(exist_ok=True)
    return found


@pytest.fixture
def shop(stocked: Path, engine: str, outcomes: Path, tmp_path: Path) -> Chinook:
    """A copy of the shop, with a folder for files of its own."""
    copy(stocked, tmp_path / "shop")
    found = Chinook(tmp_path / "shop", engine, outcomes)
    found.batuta("location", "set", "exchange", "--folder", found.exchange)
    return found
