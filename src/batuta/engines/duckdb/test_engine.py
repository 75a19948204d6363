from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.runs.ports import Cell, Counts, Rows
from batuta.schema.types import DATE, INSTANT, INTEGER, STRING, DataType, Kind
from batuta.sets.shape import Column, Shape

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
PEOPLE = Shape("person", "person", (INTEGER,), (Column("segment", STRING),))
ORDERS = Shape("person", "person", (INTEGER,), secondary_schema="order", secondary_key=(INTEGER,))


class Home:
    """The files of an engine that a test may open again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, memory: str | None = None) -> DuckDBEngine:
        return DuckDBEngine(
            self.folder / "data.duckdb", self.folder / "work.duckdb", self.folder / "tmp", memory, threads=2
        )

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Read the files without the engine, once it is closed."""
        with duckdb.connect() as connection:
            for name in ("data", "work"):
                connection.execute(f"ATTACH '{self.folder / f'{name}.duckdb'}' AS {name} (READ_ONLY)")
            return connection.execute(query).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def engine(home: Home) -> Iterator[DuckDBEngine]:
    opened = home.open()
    yield opened
    opened.close()


def test_rows_written_are_a_table_with_a_record_of_its_counts(home: Home) -> None:
    engine = home.open()
    rows: list[Rows] = [[(1, "a"), (2, "b")], [], [(3, None)]]
    assert engine.write("w1", PEOPLE, iter(rows)) == Counts(3, 3)
    engine.close()
    assert home.ask("SELECT * FROM work.main.w1 ORDER BY 1") == [(1, "a"), (2, "b"), (3, None)]
    assert home.ask("SELECT name, rows, targets FROM work.main._made") == [("w1", 3, 3)]


def test_rows_of_nobody_are_an_empty_table(engine: DuckDBEngine) -> None:
    assert engine.write("w1", PEOPLE, iter([])) == Counts(0, 0)
    assert engine.tables() == ("w1",)


def test_a_person_with_two_orders_is_one_target(engine: DuckDBEngine) -> None:
    assert engine.write("w1", ORDERS, iter([[(1, 10), (1, 11), (2, 12)]])) == Counts(3, 2)


def test_every_type_of_column_survives(home: Home) -> None:
    lines = Column("items", STRING, (Column("price", MONEY), Column("title", STRING)))
    columns = (Column("day", DATE), Column("seen", INSTANT), Column("spent", MONEY), lines)
    shape = Shape("person", "person", (STRING, INTEGER), columns, numbered=True)
    paris_noon = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    items: Cell = [{"price": Decimal("9.90"), "title": "Été"}, {"price": None, "title": ""}]
    engine = home.open()
    engine.write("w1", shape, iter([[("é", 1, 1, date(2024, 2, 29), paris_noon, Decimal("0.10"), items)]]))
    engine.close()
    assert home.ask("SELECT * FROM work.main.w1") == [
        ("é", 1, 1, date(2024, 2, 29), datetime(2024, 7, 1, 10), Decimal("0.10"), items)
    ]


def test_a_table_is_never_written_twice(engine: DuckDBEngine) -> None:
    engine.write("w1", PEOPLE, iter([[(1, "a")]]))

    def not_drawn() -> Iterator[list[tuple[int, str]]]:
        raise AssertionError("an adopted table draws no rows")
        yield []

    assert engine.write("w1", PEOPLE, not_drawn()) == Counts(1, 1)


def test_rows_that_fail_half_way_leave_nothing(engine: DuckDBEngine) -> None:
    def failing() -> Iterator[list[tuple[int, str]]]:
        yield [(number, "a") for number in range(150_000)]
        raise ValueError("the source broke")

    with pytest.raises(ValueError, match="the source broke"):
        engine.write("w1", PEOPLE, failing())
    assert engine.tables() == ()
    assert engine.sweep(()) == ()
    assert engine.write("w1", PEOPLE, iter([[(1, "a")]])) == Counts(1, 1)


def test_rows_may_come_from_another_call_to_the_engine(engine: DuckDBEngine) -> None:
    def nested() -> Iterator[list[tuple[int, str]]]:
        engine.write("inner", PEOPLE, iter([[(1, "a")]]))
        yield [(1, engine.tables()[0])]

    assert engine.write("outer", PEOPLE, nested()) == Counts(1, 1)
    assert engine.tables() == ("inner", "outer")


def test_dropping_forgets_the_table_and_ignores_unknown_names(engine: DuckDBEngine) -> None:
    engine.write("w1", PEOPLE, iter([[(1, "a")]]))
    engine.write("w2", PEOPLE, iter([[(1, "a")]]))
    engine.drop(["w1", "nobody-knows"])
    assert engine.tables() == ("w2",)
    assert engine.write("w1", PEOPLE, iter([[(1, "a"), (2, "b")]])) == Counts(2, 2)


def test_a_sweep_drops_what_nobody_names(engine: DuckDBEngine) -> None:
    for name in ("w1", "w2", "w3"):
        engine.write(name, PEOPLE, iter([[(1, "a")]]))
    assert engine.sweep({"w2", "w9"}) == ("w1", "w3")
    assert engine.tables() == ("w2",)
    assert engine.sweep({"w2"}) == ()


def test_messages_are_counted_by_reason(engine: DuckDBEngine) -> None:
    shape = PEOPLE.having((Column("_reason", STRING),))
    rows: Rows = [(1, ""), (2, "no-address"), (3, None), (4, "no-address"), (5, "holdout")]
    engine.write("messages", shape, iter([rows]))
    assert engine.reasons("messages") == {"": 2, "no-address": 2, "holdout": 1}


def test_what_was_written_is_there_after_closing(home: Home) -> None:
    first = home.open()
    first.write("w1", PEOPLE, iter([[(1, "a")]]))
    first.close()
    second = home.open()
    assert second.tables() == ("w1",)
    second.close()
