"""Random schemas, rows, rules and formulas: both engines select whom the meaning says, and say why."""

from __future__ import annotations

from collections import Counter

import pytest

from batuta.rules.conditions import FITTING
from batuta.rules.functions import FUNCTIONS
from batuta.rules.tree import AggregateFunction, Behaviour, LinkOperator, Operator
from batuta.schema.types import Kind

from .random_cases.cases import EACH, FORMULAS, Found, run
from .random_cases.rules import THEMES
from .random_cases.worlds import KEYS, ZONES, Making

QUICK, MANY = 500, 20_000
PORTION = 1_000
"""How many of the many cases are tried at once."""
SEED = 1

FEATURES = {
    *(f"{count} schemas" for count in (2, 3, 4)),
    *(f"{kind} key" for kind in KEYS),
    *(f"zone {zone}" for zone in ZONES),
    *("self", "1-1", "N-1", "1-N", "chain", "star", "up", "stored folds"),
}
LEAVES = {
    *("and", "or", "except", "attribute", "aggregate", "all-rows", "expression", "feedback", "filter", "linked-to"),
    *("exists", "exists not", "in-audience", "in-audience not", "in-transition", "in-transition not", "switched off"),
}


def wanted() -> set[str]:
    """Return the kinds that have to occur."""
    operators = set().union(*FITTING.values())
    return {
        *("case: rule", "case: formula", "compared with a formula"),
        *(f"schema: {feature}" for feature in FEATURES),
        *(f"leaf: {leaf}" for leaf in LEAVES),
        *(f"attribute operator: {operator}" for operator in operators),
        *(f"aggregate function: {function}" for function in AggregateFunction),
        *(f"linked-to operator: {operator}" for operator in LinkOperator),
        *(f"feedback behaviour: {behaviour}" for behaviour in Behaviour),
        *(f"{leaf} over {path}" for leaf in ("exists", "aggregate") for path in ("a chain", "one relationship")),
        *(f"match {what}: {whether}" for what in ("case", "accents") for whether in (True, False)),
        *(f"function: {name}" for name in FUNCTIONS),
    }


def told(found: Found) -> str:
    return f"{len(found.wrong)} of {found.cases} cases\n" + "\n\n".join(found.wrong[:5])


def counted(kinds: Counter[str]) -> str:
    return "\n".join(f"{count:5} {kind}" for kind, count in sorted(kinds.items()))


def test_engines_agree_with_the_meaning_on_cases_of_every_kind() -> None:
    found = run(SEED, 0, QUICK)
    print(counted(found.kinds))  # noqa: T201  # pytest shows it if the test fails, or with -s
    assert not found.wrong, told(found)
    assert found.cases == QUICK
    assert wanted() - found.kinds.keys() == set()
    assert min(found.members, found.others) > QUICK / 4


def test_every_operator_meets_every_kind_of_value_that_it_fits() -> None:
    meant = {(kind, operator) for kind, operators in FITTING.items() for operator in operators}
    assert meant == {(Kind(each.kind), Operator(each.operator)) for each in THEMES if each.leaf == "attribute"}
    assert len(THEMES) <= QUICK // EACH * (EACH - FORMULAS)
    assert len(FUNCTIONS) <= QUICK // EACH * FORMULAS


@pytest.mark.parametrize("number", range(0, QUICK // EACH, 3))
def test_every_column_has_empty_values_and_some_that_come_again(number: int) -> None:
    world = Making(SEED, number).world()
    for schema in world.own:
        rows = world.rows[schema.name]
        for attribute in schema.attributes:
            column = [row[attribute.name] for row in rows]
            if attribute.name not in schema.primary_key:
                assert None in column, f"{schema.name}.{attribute.name}"
                present = [value for value in column if value is not None]
                assert "_" in attribute.name or len(set(present)) < len(present)
            if attribute.name in ("city", "note"):
                assert "" in column


def test_some_rows_have_nothing_linked_and_some_refer_to_nothing() -> None:
    childless, dangling, blank = 0, 0, 0
    for number in range(QUICK // EACH):
        world = Making(SEED, number).world()
        for relationship in world.catalogue.relationships:
            here, there = zip(*relationship.pairs, strict=True)
            ends = {tuple(row[name] for name in there) for row in world.rows[relationship.target]}
            starts = {tuple(row[name] for name in here) for row in world.rows[relationship.source]}
            childless += len(ends - starts)
            dangling += len([start for start in starts - ends if None not in start])
            blank += len([start for start in starts if None in start and start != (None,) * len(start)])
    assert min(childless, dangling, blank) > 20


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, MANY // EACH, PORTION // EACH))
def test_engines_agree_with_the_meaning_on_many_cases(first: int) -> None:
    found = run(SEED + 1, first, PORTION)
    print(counted(found.kinds))  # noqa: T201  # as above
    assert not found.wrong, told(found)
    assert found.cases == PORTION
