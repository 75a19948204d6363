"""Homes with deliveries, for deaths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from batuta.channels.transports import HomeTransports
from batuta.store.home import Home
from tests.engines import engine

from .deliveries import Silent, World

__all__ = ["engine"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    made = World(home, HomeTransports(home.outbox))
    yield made
    for database in made.open_databases:
        database.close()


@pytest.fixture
def silent(home: Home) -> Iterator[World]:
    made = World(home, Silent())
    yield made
    for database in made.open_databases:
        database.close()
