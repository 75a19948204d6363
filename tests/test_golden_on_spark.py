"""The SQL in the golden files for Spark is SQL that Spark runs, over tables without rows.

Its own catalogue takes no dots in the names of tables, so that they have a line there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlglot import exp

from batuta.activities.contract import Input
from batuta.engines.spark.session import LocalSession
from batuta.engines.sql import test_golden
from batuta.engines.sql.conftest import CATALOGUE, OnPaper, Shop
from batuta.engines.sql.for_spark import Spark
from batuta.engines.sql.keys import row_types
from batuta.schema.model import Catalogue
from batuta.schema.types import DATETIME, INSTANT, INTEGER, STRING, DataType
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape, shape_of_lines
from batuta.testing import SHOP, arriving
from tests import test_golden_sql
from tests.spark import spark_session

pytestmark = pytest.mark.slow

_DOTTED = re.compile(r"`(\w+)\.(\w+)`")
DATABASES = ("data", "work", "audience", "remembered", "keys")
KINDS = sorted(test_golden_sql.FOLDER.glob("*/golden/*.spark.sql"))
SETS = sorted(test_golden.GOLDEN.glob("*.spark.sql"))


class Empty:
    """Databases of Spark with a table for each schema of a catalogue, and no rows."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.session: LocalSession = spark_session()
        for database in DATABASES:
            self.session.execute(f"DROP DATABASE IF EXISTS {database} CASCADE")
            self.session.execute(f"CREATE DATABASE {database}")
        for schema in catalogue.schemas:
            self.make("data", schema.name, {name: each.type for name, each in schema.by_name.items()})

    def make(self, database: str, name: str, types: Mapping[str, DataType]) -> None:
        dialect = self.session.dialect
        columns = ", ".join(f"`{column}` {dialect.type_of(given).sql('spark')}" for column, given in types.items())
        self.session.execute(f"CREATE TABLE {database}.`{name}` ({columns})")

    def hold(self, name: str, shape: Shape) -> None:
        """Make a working table of a shape."""
        keys = dict(zip(shape.row_columns, row_types(shape), strict=True))
        self.make("work", name.replace(".", "_"), keys | {column.name: column.type for column in shape.columns})

    def run(self, path: Path) -> None:
        """Run the statements of a file, read what they make, and drop it again."""
        made = []
        for text in _DOTTED.sub(r"`\1_\2`", path.read_text("utf-8")).split(";\n")[:-1]:
            self.session.execute(text)
            made += [words for words in [text.split()[:3]] if words[0] == "CREATE" and words[1] != "TEMPORARY"]
        for _, kind, name in reversed(made):
            self.session.rows(exp.select("*").from_(exp.to_table(name, dialect="spark")))
            self.session.execute(f"DROP {kind} {name}")

    def close(self) -> None:
        for database in DATABASES:
            self.session.execute(f"DROP DATABASE IF EXISTS {database} CASCADE")


def widest(inputs: Iterable[Input]) -> Iterator[tuple[str, Shape]]:
    """Return the name of each table once, with the columns that any case gives it."""
    shapes: dict[str, Shape] = {}
    for each in inputs:
        table = each.population
        assert isinstance(table, Table)
        shape = shapes.setdefault(table.name, table.shape)
        more = tuple(column for column in table.shape.columns if column not in shape.columns)
        shapes[table.name] = replace(shape, columns=shape.columns + more)
    return iter(shapes.items())


@pytest.fixture(scope="module")
def for_sets() -> Iterator[Empty]:
    """What the golden files of sets speak of."""
    empty, shop = Empty(CATALOGUE), Shop(OnPaper(Spark()))
    for table in (test_golden.one(shop), test_golden.two(shop), Table("orders", shop.orders)):
        empty.hold(table.name, table.shape)
    empty.hold("leads", Shape("leads", "lead", (STRING,)))
    empty.make("audience", "Club", {"_t1": INTEGER})
    yield empty
    empty.close()


@pytest.fixture(scope="module")
def for_kinds() -> Iterator[Empty]:
    """What the golden files of kinds of activity speak of."""
    empty = Empty(SHOP)
    cases = [each for _, _, inputs in test_golden_sql.CASES.values() for each in inputs]
    for name, shape in widest([*cases, arriving("people", seen=INSTANT, note=STRING)]):
        empty.hold(name, shape)
    empty.hold("fetched", shape_of_lines("it", (Column("id", INTEGER), Column("points", INTEGER))))
    club = {"_t1": INTEGER} | {column.name: column.type for column in test_golden_sql.CLUB.columns}
    empty.make("audience", "Club", club)
    empty.make("remembered", "m_welcome", {"_t1": INTEGER, "_window": INTEGER, "_at": DATETIME})
    yield empty
    empty.close()


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_the_sql_of_sets_runs(for_sets: Empty, path: Path) -> None:
    for_sets.run(path)


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.parts[-3])
def test_the_sql_of_kinds_runs(for_kinds: Empty, path: Path) -> None:
    for_kinds.run(path)
