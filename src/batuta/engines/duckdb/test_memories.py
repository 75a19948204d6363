"""Memories: windows of keys, written whole, taken out by number or by age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.rules.bound import Moment
from batuta.runs.ports import Remembering
from batuta.schema.model import Attribute, Catalogue, Dimension, Schema
from batuta.schema.types import STRING
from batuta.sets.algebra import Fresh, Table
from batuta.sets.shape import Shape

CODES = Shape("codes", "code", (STRING,))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 1, 18, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(tmp_path / "data.duckdb", tmp_path / "work.duckdb", tmp_path / "tmp", "300MiB", threads=1)
    code = Schema(name="code", attributes=(Attribute(name="code", type=STRING),), primary_key=("code",))
    made.use(Catalogue(schemas=(code,), dimensions=(Dimension(name="codes", schema_name="code", identity="code"),)))
    made.write("all", CODES, iter([[("a",), ("b",), ("c'\"",), ("",)]]))
    yield made
    made.close()


def remember(engine: DuckDBEngine, window: int, *keys: str, at: datetime = NOON) -> None:
    name = f"w{window}_{len(engine.tables())}"
    engine.write(name, CODES, iter([[(key,) for key in keys]]))
    engine.remember(Remembering("m", window, at, Table(name, CODES)))


def fresh(engine: DuckDBEngine, *without: int, since: datetime | None = None) -> int:
    return engine.count(Fresh(Table("all", CODES), "m", without, since), Moment(NOON), {}).rows


def test_keys_are_remembered_by_window(engine: DuckDBEngine) -> None:
    assert fresh(engine) == 4
    remember(engine, 1, "a", "c'\"")
    remember(engine, 2, "b", "")
    assert [fresh(engine), fresh(engine, 1), fresh(engine, 2), fresh(engine, 1, 2)] == [0, 2, 2, 4]


def test_a_window_remembered_again_holds_the_latest_keys_only(engine: DuckDBEngine) -> None:
    remember(engine, 1, "a", "b")
    remember(engine, 1, "b")
    assert fresh(engine) == 3


def test_windows_are_forgotten_by_number_and_by_age_but_for_those_held(engine: DuckDBEngine) -> None:
    remember(engine, 1, "a")
    remember(engine, 2, "b", at=EVENING)
    remember(engine, 3, "")
    engine.forget("m", [1])
    assert fresh(engine) == 2
    engine.forget("m", [], NOON, held=[3])
    assert fresh(engine) == 2
    engine.forget("m", [], NOON)
    assert fresh(engine) == 3
    engine.forget("m", [9], EVENING)
    assert fresh(engine) == 4
    engine.forget("never made", [1], EVENING)


def test_data_and_audiences_are_as_they_were(engine: DuckDBEngine) -> None:
    before = engine.checksum("data"), engine.checksum("audiences")
    remember(engine, 1, "a")
    assert (engine.checksum("data"), engine.checksum("audiences")) == before
