"""AND, OR, EXCEPT, nesting, switched-off nodes, audiences. Expectations by hand from spec/3-rules.md."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from batuta.kit.problems import Problems

if TYPE_CHECKING:
    from conftest import World

Rule = dict[str, object]

# Every combination of yes, no and empty in three columns: persons 0 to 26.
COLUMNS = [(True, False, None)] * 3
PEOPLE = [(number, *values, f"p{number}@x.fr") for number, values in enumerate(product(*COLUMNS))]
EVERYBODY = {number for number, *_ in PEOPLE}
A = {number for number, a, _, _, _ in PEOPLE if a}
B = {number for number, _, b, _, _ in PEOPLE if b}
C = {number for number, _, _, c, _ in PEOPLE if c}


@pytest.fixture
def people(world: World) -> World:
    world.schema("person", "*id integer, a boolean, b boolean, c boolean, mail string", PEOPLE, identity="mail")
    return world


def true(name: str, **more: object) -> Rule:
    return {"kind": "attribute", "expression": f"[{name}]", "operator": "is-true", **more}


def group(kind: str, *children: Rule, **more: object) -> Rule:
    return {"kind": kind, "children": list(children), **more}


def none_of(*children: Rule) -> Rule:
    return group("except", {"kind": "all-rows"}, *children)


GROUPS: dict[str, tuple[Rule, set[int]]] = {
    "all rows": ({"kind": "all-rows"}, EVERYBODY),
    "and": (group("and", true("a"), true("b"), true("c")), A & B & C),
    "or": (group("or", true("a"), true("b"), true("c")), A | B | C),
    "except": (group("except", true("a"), true("b"), true("c")), A - B - C),
    "or in and": (group("and", true("a"), group("or", true("b"), true("c"))), A & (B | C)),
    "and in or": (group("or", true("a"), group("and", true("b"), true("c"))), A | (B & C)),
    "except in and": (group("and", group("except", true("a"), true("b")), true("c")), (A - B) & C),
    "and in except": (group("except", true("a"), group("and", true("b"), true("c"))), A - (B & C)),
    "not and": (none_of(group("and", true("a"), true("b"))), EVERYBODY - (A & B)),
    "not or": (none_of(group("or", true("a"), true("b"))), EVERYBODY - (A | B)),
    "not not": (none_of(none_of(true("a"))), A),
    "one child": (group("and", true("b")), B),
    "switched-off condition": (group("and", true("a"), true("b", enabled=False)), A),
    "switched-off group": (group("or", true("a"), group("and", true("b"), true("c"), enabled=False)), A),
    "switched-off exception": (group("except", true("a"), true("b", enabled=False), true("c")), A - C),
}


@pytest.mark.parametrize("case", GROUPS)
def test_groups_and_their_exact_complements(people: World, case: str) -> None:
    rule, expected = GROUPS[case]
    assert people.who(rule, "person") == expected
    assert people.who(none_of(rule), "person") == EVERYBODY - expected


def test_is_false_and_not_true_differ_by_the_empties(people: World) -> None:
    false = {number for number, a, *_ in PEOPLE if a is False}
    assert people.who({**true("a"), "operator": "is-false"}, "person") == false
    assert people.who(none_of(true("a")), "person") == EVERYBODY - A != false


def test_fifty_levels_are_carried_out(people: World) -> None:
    rule = true("a")
    for _ in range(48):
        rule = group("and", rule)
    assert people.who(none_of(rule), "person") == EVERYBODY - A


@pytest.mark.parametrize("kind", ["and", "or", "except"])
def test_a_group_without_conditions_is_a_problem(people: World, kind: str) -> None:
    with pytest.raises(Problems):
        people.bind(group(kind), "person")
    with pytest.raises(Problems):
        people.bind(group(kind, true("a", enabled=False)), "person")


def test_a_boolean_expression_that_is_empty_counts_as_false(people: World) -> None:
    rule: Rule = {"kind": "expression", "expression": "[a] = [b]"}
    equal = {number for number, a, b, _, _ in PEOPLE if a is not None and b is not None and a == b}
    held = people.who(rule, "person")
    assert equal <= held
    assert people.who(none_of(rule), "person") == EVERYBODY - held


def test_members_of_an_audience(people: World) -> None:
    table = people.table(people.shape("person"), [(1,), (2,), (99,)])
    people.save("loyal", table)
    inside: Rule = {"kind": "in-audience", "audience": "loyal"}
    assert people.who(inside, "person") == {1, 2}
    assert people.who({**inside, "negated": True}, "person") == EVERYBODY - {1, 2}
    assert people.who(group("and", inside, true("a")), "person") == {1, 2} & A
