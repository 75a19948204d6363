"""Random rules select the same rows on Spark as the evaluator does in memory, and each kind of set compiles there."""

from __future__ import annotations

from datetime import datetime, time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from batuta.engines.spark.session import LocalSession
from batuta.engines.sql import Compiler
from batuta.kit.text import fold
from batuta.rules.bind import bind_rule
from batuta.rules.bound import Predicate
from batuta.rules.evaluate import Standpoint, World, holds
from batuta.rules.tree import Rule
from batuta.schema.types import INTEGER, STRING, DataType
from batuta.sets.algebra import Records
from batuta.sets.shape import Shape
from tests.properties.rule_trees import rules
from tests.properties.shop import CATALOGUE, MOMENT, ORDERS, PEOPLE, TABLES, Places, around, rows_of
from tests.properties.test_rules import QUIET
from tests.spark import spark_session

pytestmark = pytest.mark.slow

MEMBERS = frozenset((number,) for number in (1, 4, 5, 98))
WITHOUT_CODE = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""Each query is asked once, over few rows: to compile it to Java takes longer than to walk through it."""


class Views(Places):
    """Tables of the shop as views of a session, which have no database."""

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(f"data_{schema}", quoted=True)

    def working(self, name: str) -> exp.Table:
        return exp.table_(f"work_{name}", quoted=True)

    def audience(self, label: str) -> exp.Table:
        return exp.table_(f"audience_{label}", quoted=True)


class OnSpark:
    """The rows of a seed in a session of Spark."""

    def __init__(self, seed: int) -> None:
        self.rows = rows_of(seed)
        self.world = World(self.rows, CATALOGUE, {"Friends": MEMBERS}, TABLES)
        self.session: LocalSession = spark_session()
        self.compiler = Compiler(self.session.dialect, CATALOGUE, MOMENT, Views())
        for name, value in WITHOUT_CODE.items():
            self.session.execute(f"SET {name} = {value}")
        for schema in CATALOGUE.schemas:
            self._show(schema.name, {name: attribute.type for name, attribute in schema.by_name.items()})
        self.session.show("audience_Friends", {"_t1": INTEGER}, sorted(MEMBERS))
        for name, keys in TABLES.items():
            types = {f"_t{place}": INTEGER for place, _ in enumerate(min(keys), 1)}
            self.session.show(f"work_{name}", types, sorted(keys) * 2)

    def _show(self, schema: str, types: dict[str, DataType]) -> None:
        copies = [name for name in types if (schema, name) in Places.FOLDED]
        records = [
            [
                *map(_for_spark, row.values()),
                *(None if row[name] is None else fold(str(row[name])) for name in copies),
            ]
            for row in self.rows[schema]
        ]
        self.session.show(f"data_{schema}", types | {f"_folded_{name}": STRING for name in copies}, records)

    def expected(self, shape: Shape, where: Predicate) -> list[tuple[object, ...]]:
        key = [attribute.name for attribute in CATALOGUE.schema_named(shape.schema).key]
        return sorted(
            tuple(row[name] for name in key)
            for row in self.rows[shape.schema]
            if holds(where, Standpoint(row, shape.schema, self.world, MOMENT))
        )

    def read(self, shape: Shape, where: Predicate) -> list[tuple[object, ...]]:
        return sorted(self.session.rows(self.compiler.select(Records(shape, where))))


def _for_spark(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value.isoformat() if isinstance(value, time) else value


@cache
def shop(seed: int) -> OnSpark:
    return OnSpark(seed)


@settings(max_examples=200, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.integers(0, 1), rules("person", 3))
def test_rules_over_people(seed: int, rule: Rule) -> None:
    where = bind_rule(rule, around("person"))
    assert shop(seed).read(PEOPLE, where) == shop(seed).expected(PEOPLE, where)


@settings(max_examples=50, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.integers(0, 1), rules("order", 3))
def test_rules_over_rows_with_two_key_columns(seed: int, rule: Rule) -> None:
    where = bind_rule(rule, around("order"))
    assert shop(seed).read(ORDERS, where) == shop(seed).expected(ORDERS, where)
