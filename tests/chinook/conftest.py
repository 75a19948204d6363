"""A home with the Chinook shop, loaded once; each test has a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.chinook.shop import DATA, Chinook

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
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop in which nothing has happened yet."""
    made = Chinook(tmp_path_factory.mktemp("stocked") / "shop")
    made.exchange.mkdir(parents=True)
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


@pytest.fixture
def shop(stocked: Path, tmp_path: Path) -> Chinook:
    """A copy of the shop, with a folder for files of its own."""
    shutil.copytree(stocked, tmp_path / "shop")
    found = Chinook(tmp_path / "shop")
    found.batuta("location", "set", "exchange", "--folder", found.exchange)
    return found
