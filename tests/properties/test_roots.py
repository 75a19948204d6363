"""Rules over rows of two dimensions select the same rows in DuckDB as the evaluator does in memory."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from batuta.rules.bind import bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.evaluate import Row, holds
from batuta.rules.tree import And, Rule
from batuta.schema.types import INTEGER
from batuta.sets.algebra import Filtered, Table
from batuta.sets.shape import Shape

from . import shop as shops
from .rule_trees import rules
from .shop import CATALOGUE, Shop, around

pytestmark = pytest.mark.usefixtures("on_each_engine")

Key = tuple[int, int | None, int | None]

KEYS: list[Key] = [(1, 1, 1), (1, 1, 2), (2, 1, 3), (2, 2, 50), (4, 2, 4), (77, 1, 5), (5, None, None), (6, 2, 6)]
"""People with an order each: one order that is gone, one person who is gone, one without an order."""
PAIRS = Shape("people", "person", (INTEGER,), secondary_schema="order", secondary_key=(INTEGER, INTEGER))
POPULATION = Table("pairs", PAIRS)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
SEEDS = st.integers(0, 4)


def shop(seed: int) -> Shop:
    return _made(seed, shops.engine)


@cache
def _made(seed: int, on: str) -> Shop:
    made = Shop(seed, on)
    made.connection.execute("CREATE TABLE work.pairs (_t1 BIGINT, _s1 BIGINT, _s2 BIGINT)")
    made.connection.executemany("INSERT INTO work.pairs VALUES (?, ?, ?)", KEYS)
    return made


def both() -> Surroundings:
    here = around("person")
    return replace(here, roots={"secondary": here.of_linked("order")})


def of_secondary(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule over orders as one over people with an order; what is inside conditions over rows stays.

    The people of a transition, and filters, are of one schema: a rule that has one of orders says nothing of people.
    """
    if rule["kind"] in ("in-transition", "filter"):
        reject()
    written = {name: _of_secondary(value) if name in ("value", "values") else value for name, value in rule.items()}
    if "children" in rule:
        return written | {"children": [of_secondary(child) for child in rule["children"]]}
    if "path" in rule:
        return written | {"path": f"secondary.{rule['path']}"}
    return written | {"expression": _named(rule["expression"])} if "expression" in rule else written


def _of_secondary(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_of_secondary(item) for item in value]
    return {"expression": _named(value["expression"])} if isinstance(value, dict) else value


def _named(formula: str) -> str:
    return re.sub(r"\[(?=[a-z])", "[secondary.", formula)


def expected(seed: int, rule: Rule) -> set[Key]:
    made, bound = shop(seed), bind_rule(rule, both())
    found = set()
    for key in KEYS:
        here = made.standpoint(_row(made, "person", {"id": key[0]}), "person")
        order = _row(made, "order", {"shop": key[1], "number": key[2]})
        if holds(bound, replace(here, roots={"secondary": made.standpoint(order, "order")})):
            found.add(key)
    return found


def _row(made: Shop, schema: str, key: Row) -> Row:
    """Return the row of a key; of one that is gone only the key is known."""
    gone = {name: key.get(name) for name in CATALOGUE.schema_named(schema).by_name}
    return next((row for row in made.rows[schema] if all(row[name] == key[name] for name in key)), gone)


def agree(seed: int, person: Rule, order: Rule) -> None:
    rule = And(children=(person, RULE.validate_python(of_secondary(order.model_dump(mode="json")))))
    for each in (rule, rule.children[1]):
        found = shop(seed).read(Filtered(POPULATION, bind_rule(each, both())))
        assert len(found) == len(set(found)), "a row came twice"
        assert set(found) == expected(seed, each)


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, rules("person", 1), rules("order", 3))
def test_rules_over_people_and_an_order_each(seed: int, person: Rule, order: Rule) -> None:
    agree(seed, person, order)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=QUIET)
@given(SEEDS, rules("person", 2), rules("order", 5))
def test_many_rules_over_people_and_an_order_each(seed: int, person: Rule, order: Rule) -> None:
    agree(seed, person, order)
