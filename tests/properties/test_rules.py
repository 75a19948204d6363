"""Random rules select the same rows in DuckDB as the evaluator does in memory."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batuta.rules.bind import bind_rule
from batuta.rules.bound import All, Predicate, Without
from batuta.rules.evaluate import holds
from batuta.rules.tree import Rule
from batuta.sets.algebra import Records
from batuta.sets.shape import Shape

from .rule_trees import rules
from .shop import ORDERS, PEOPLE, around, shop

pytestmark = pytest.mark.usefixtures("on_each_engine")

SEEDS = st.integers(0, 4)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def expected(seed: int, shape: Shape, where: Predicate) -> set[tuple[object, ...]]:
    there = shop(seed)
    key = [attribute.name for attribute in there.world.catalogue.schema_named(shape.schema).key]
    return {
        tuple(row[name] for name in key)
        for row in there.rows[shape.schema]
        if holds(where, there.standpoint(row, shape.schema))
    }


def agree(seed: int, shape: Shape, rule: Rule) -> None:
    where = bind_rule(rule, around(shape.schema))
    found = shop(seed).read(Records(shape, where))
    assert len(found) == len(set(found)), "a row came twice"
    assert set(found) == expected(seed, shape, where)
    everyone = {tuple(row) for row in shop(seed).read(Records(shape, All()))}
    complement = shop(seed).read(Records(shape, Without(All(), (where,))))
    assert set(complement) == everyone - set(found)


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, rules("person", 3))
def test_rules_over_people(seed: int, rule: Rule) -> None:
    agree(seed, PEOPLE, rule)


@settings(max_examples=50, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, rules("order", 3))
def test_rules_over_rows_with_two_key_columns(seed: int, rule: Rule) -> None:
    agree(seed, ORDERS, rule)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=QUIET)
@given(SEEDS, rules("person", 5))
def test_many_rules_over_people(seed: int, rule: Rule) -> None:
    agree(seed, PEOPLE, rule)
