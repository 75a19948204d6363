"""Every operator over values, '' and NULL: who satisfies it, worked out by hand from spec/3-rules.md."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import World

D = Decimal

PERSON = (
    "*id integer, name string, age integer, spent decimal(10 2), score double, member boolean, "
    "tier enum(gold silver), born date, seen datetime, mail string"
)
PEOPLE = [
    # 1 to 4 have values, 5 has empty texts, 6 has nothing
    (1, "José", 30, D("100.50"), 1.5, True, "gold", date(1990, 3, 20), datetime(2024, 3, 15, 8, 0), "jose@x.fr"),
    (2, "JOSE", 18, D("100.00"), -2.0, False, "silver", date(2004, 2, 29), datetime(2024, 3, 14, 23, 59), "JOSE@x.fr"),
    (3, "Ann_a", 0, D("0.00"), 0.0, True, "gold", date(1985, 12, 31), datetime(2024, 3, 11, 0, 0), "a%b@y.org"),
    (4, "Anna", 65, D("-5.25"), 1e9, False, "silver", date(1959, 3, 15), datetime(2023, 3, 15, 12, 0), "anna@y.org"),
    (5, "", 40, D("99.99"), 0.5, True, "gold", date(1984, 4, 14), datetime(2024, 4, 1, 0, 0), ""),
    (6, None, None, None, None, None, None, None, None, None),
]


@pytest.fixture
def people(world: World) -> World:
    world.schema("person", PERSON, PEOPLE, identity="mail")
    return world


def condition(expression: str, operator: str, *values: object, **switches: bool) -> dict[str, object]:
    several = operator in ("between", "in", "not-in")
    given: dict[str, object] = {"values": list(values)} if several else {"value": values[0]} if values else {}
    return {"kind": "attribute", "expression": f"[{expression}]", "operator": operator, **given, **switches}


CASES = [
    # text: case and accents are folded, "not" includes empties
    ("name", "equal", ["jose"], {1, 2}),
    ("name", "equal", ["José"], {1, 2}),
    ("name", "not-equal", ["jose"], {3, 4, 5, 6}),
    ("name", "greater", ["anna"], {1, 2}),
    ("name", "less", ["b"], {3, 4}),
    ("name", "in", ["ANNA", "Jose"], {1, 2, 4}),
    ("name", "not-in", ["ANNA", "Jose"], {3, 5, 6}),
    ("name", "is-empty", [], {5, 6}),
    ("name", "is-not-empty", [], {1, 2, 3, 4}),
    ("name", "starts-with", ["jo"], {1, 2}),
    ("name", "not-starts-with", ["jo"], {3, 4, 5, 6}),
    ("name", "contains", ["ose"], {1, 2}),
    ("name", "not-contains", ["OSÉ"], {3, 4, 5, 6}),
    ("name", "contains", ["_"], {3}),
    ("name", "ends-with", ["A"], {3, 4}),
    ("name", "like", ["jos%"], {1, 2}),
    ("name", "like", ["ann_"], {4}),
    ("name", "not-like", ["jos%"], {3, 4, 5, 6}),
    ("mail", "contains", ["%"], {3}),
    ("mail", "starts-with", ["a%"], {3}),
    ("name", "matches", ["^an"], {3, 4}),
    # numbers
    ("age", "equal", [30], {1}),
    ("age", "not-equal", [30], {2, 3, 4, 5, 6}),
    ("age", "greater", [18], {1, 4, 5}),
    ("age", "greater-or-equal", [18], {1, 2, 4, 5}),
    ("age", "less", [18], {3}),
    ("age", "less-or-equal", [18], {2, 3}),
    ("age", "between", [18, 40], {1, 2, 5}),
    ("age", "in", [0, 65], {3, 4}),
    ("age", "not-in", [0, 65], {1, 2, 5, 6}),
    ("age", "is-empty", [], {6}),
    ("age", "is-not-empty", [], {1, 2, 3, 4, 5}),
    ("spent", "equal", ["100"], {2}),
    ("spent", "not-equal", ["100.00"], {1, 3, 4, 5, 6}),
    ("spent", "less", ["0"], {4}),
    ("spent", "between", ["99.99", "100.50"], {1, 2, 5}),
    ("spent", "is-empty", [], {6}),
    ("score", "greater", [0.5], {1, 4}),
    ("score", "less", [0], {2}),
    ("score", "is-empty", [], {6}),
    # booleans: "is false" leaves empties out
    ("member", "is-true", [], {1, 3, 5}),
    ("member", "is-false", [], {2, 4}),
    ("member", "is-empty", [], {6}),
    ("member", "is-not-empty", [], {1, 2, 3, 4, 5}),
    # enums compare exactly
    ("tier", "equal", ["gold"], {1, 3, 5}),
    ("tier", "not-equal", ["gold"], {2, 4, 6}),
    ("tier", "in", ["gold", "silver"], {1, 2, 3, 4, 5}),
    ("tier", "not-in", ["gold"], {2, 4, 6}),
    ("tier", "is-empty", [], {6}),
    # dates and moments; now is Friday 2024-03-15, 12:00 UTC
    ("born", "equal", ["1990-03-20"], {1}),
    ("born", "not-equal", ["1990-03-20"], {2, 3, 4, 5, 6}),
    ("born", "less", ["1985-12-31"], {4, 5}),
    ("born", "between", ["1984-04-14", "1985-12-31"], {3, 5}),
    ("born", "is-empty", [], {6}),
    ("born", "is-not-empty", [], {1, 2, 3, 4, 5}),
    ("seen", "greater-or-equal", ["2024-03-15T08:00:00"], {1, 5}),
    ("seen", "less", ["2024-03-15T08:00:00"], {2, 3, 4}),
    ("seen", "today", [], {1}),
    ("seen", "yesterday", [], {2}),
    ("seen", "this-week", [], {1, 2, 3}),
    ("seen", "last-week", [], set()),
    ("seen", "this-month", [], {1, 2, 3}),
    ("seen", "last-month", [], set()),
    ("seen", "this-quarter", [], {1, 2, 3}),
    ("seen", "last-quarter", [], set()),
    ("seen", "this-year", [], {1, 2, 3, 5}),
    ("seen", "last-year", [], {4}),
    ("seen", "older-than-days", [300], {4}),
    ("seen", "older-than-weeks", [52], {4}),
    ("seen", "older-than-weeks", [53], set()),
    ("seen", "older-than-months", [11], {4}),
    ("seen", "older-than-months", [12], set()),
    # today, in five days, and in thirty
    ("born", "birthday-in-days", [7], {1, 4}),
    ("born", "birthday-in-days", [30], {1, 4, 5}),
]


@pytest.mark.parametrize(("attribute", "operator", "values", "expected"), CASES)
def test_who_satisfies_and_the_exact_complement(
    people: World, attribute: str, operator: str, values: list[object], expected: set[int]
) -> None:
    rule = condition(attribute, operator, *values)
    assert people.who(rule, "person") == expected
    negation = {"kind": "except", "children": [{"kind": "all-rows"}, rule]}
    assert people.who(negation, "person") == {1, 2, 3, 4, 5, 6} - expected


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({"match_case": True}, {2}),
        ({"match_accents": True}, {2}),
        ({"match_case": True, "match_accents": True}, {2}),
    ],
)
def test_switches_of_a_text_comparison(people: World, switches: dict[str, bool], expected: set[int]) -> None:
    assert people.who(condition("name", "equal", "JOSE", **switches), "person") == expected


@pytest.mark.parametrize(
    ("operator", "days", "expected"),
    [("last-days", 1, {1, 2}), ("last-days", 4, {1, 2, 3}), ("next-days", 20, {1, 5}), ("next-days", 1, {1})],
)
def test_days_around_today(people: World, operator: str, days: int, expected: set[int]) -> None:
    assert people.who(condition("seen", operator, days), "person") == expected


def test_between_two_attributes_empty_equals_empty(world: World) -> None:
    rows = [(1, "a", "A"), (2, "a", "b"), (3, "", None), (4, None, None), (5, "a", None), (6, "", "")]
    world.schema("person", "*id integer, billing string, shipping string", rows, identity="billing")
    same = {**condition("billing", "equal"), "value": {"expression": "[shipping]"}}
    different = {**condition("billing", "not-equal"), "value": {"expression": "[shipping]"}}
    assert world.who(same, "person") == {1, 3, 4, 6}
    assert world.who(different, "person") == {2, 5}


def test_order_between_two_attributes_is_false_where_one_is_empty(world: World) -> None:
    rows = [(1, 1, 2), (2, 2, 2), (3, None, 2), (4, 1, None), (5, None, None)]
    world.schema("person", "*id integer, low integer, high integer, mail string", [(*row, "") for row in rows], "mail")
    less = {**condition("low", "less-or-equal"), "value": {"expression": "[high]"}}
    assert world.who(less, "person") == {1, 2}
    equal = {**condition("low", "equal"), "value": {"expression": "[high]"}}
    assert world.who(equal, "person") == {2, 5}


def test_a_text_key_compares_exactly(world: World) -> None:
    world.schema("product", "*code string, title string", [("é", "x"), ("E", "y"), ("e", "z")], identity="title")
    assert world.who(condition("code", "equal", "e"), "product") == {"e"}
    assert world.who(condition("code", "in", "E", "é"), "product") == {"E", "é"}
