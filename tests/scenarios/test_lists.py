"""Lists of a hundred thousand values of each kind, with nasty entries among them. Expectations by hand."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import All, Compare, Without
from batuta.rules.lists import ValueList, apart, value_list
from batuta.rules.tree import Plain, Rule
from batuta.sets.algebra import Records

if TYPE_CHECKING:
    from conftest import World

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
MANY = 100_000
NASTY = [
    "O'Brien",
    'say "hi"',
    "a,b;c",
    "back\\slash",
    "x\x1fy",
    "x\x1ey",
    "tab\there",
    "line\nend",
    "50%_",
    "🎉",
    "$$",
    "--",
]
ROWS = [
    (1, "José", 7, Decimal("1.50"), 0.25, date(2000, 2, 29), datetime(2000, 1, 1, 8, 30)),
    (2, "ANNA", 10**17, Decimal("-3.00"), 1e300, date(1969, 12, 31), datetime(1969, 12, 31, 23, 59)),
    (3, "", 0, Decimal("0.00"), 0.0, date(1, 1, 1), datetime(2000, 1, 1)),
    (4, None, None, None, None, None, None),
    *((10 + place, text, None, None, None, None, None) for place, text in enumerate(NASTY)),
]
FILL = {
    "name": [f"person {number}" for number in range(MANY)],
    "points": [number + 1_000_000 for number in range(MANY)],
    "spent": [str(Decimal(number) / 100 + 5_000) for number in range(MANY)],
    "score": [number + 0.5 for number in range(MANY)],
    "born": [(date(2100, 1, 1) + timedelta(days=number)).isoformat() for number in range(MANY)],
    "seen": [(datetime(2100, 1, 1) + timedelta(hours=number)).isoformat() for number in range(MANY)],
}
CASES: list[tuple[str, list[Plain], dict[str, bool], set[int]]] = [
    ("name", ["jose", "Anna"], {}, {1, 2}),
    ("name", ["JOSÉ", "jose"], {"match_accents": True}, {1}),
    ("name", ["José", "anna"], {"match_case": True, "match_accents": True}, {1}),
    ("name", ["Jose", "anna"], {"match_case": True}, {1}),
    ("name", list(NASTY), {}, set(range(10, 10 + len(NASTY)))),
    ("points", [7, "100000000000000000", 7, 7], {}, {1, 2}),
    ("points", ["1.5", "0"], {}, {3}),
    ("spent", ["1.5", "-3"], {}, {1, 2}),
    ("score", [0.25, "1e300", 0], {}, {1, 2, 3}),
    ("born", ["2000-02-29", "1969-12-31"], {}, {1, 2}),
    ("seen", ["2000-01-01T08:30:00", "2000-01-01"], {}, {1, 3}),
]


@pytest.fixture
def people(world: World) -> World:
    attributes = "*id integer, name string, points integer, spent decimal(10 2), score double, born date, seen datetime"
    world.schema("person", attributes, ROWS, identity="name")
    return world


def in_list(attribute: str, known: ValueList, *, negated: bool = False, **switches: bool) -> dict[str, object]:
    operator = "not-in" if negated else "in"
    return {"kind": "attribute", "expression": f"[{attribute}]", "operator": operator, "list": known.name, **switches}


def around(world: World, *lists: ValueList) -> Surroundings:
    return Surroundings(world.catalogue, "person", lists={known.name: known for known in lists})


@pytest.mark.parametrize(("attribute", "values", "switches", "expected"), CASES)
def test_a_hundred_thousand_values(
    people: World, attribute: str, values: list[Plain], switches: dict[str, bool], expected: set[int]
) -> None:
    known = value_list((*FILL[attribute][: MANY // 2], *values, *FILL[attribute][MANY // 2 :]))
    where = bind_rule(RULE.validate_python(in_list(attribute, known, **switches)), around(people, known))
    shape = people.shape("person")
    assert people.keys(Records(shape, where)) == {(key,) for key in expected}
    others = bind_rule(RULE.validate_python(in_list(attribute, known, negated=True, **switches)), around(people, known))
    everyone = {(row[0],) for row in ROWS}
    assert people.keys(Records(shape, others)) == everyone - {(key,) for key in expected}
    assert people.keys(Records(shape, Without(All(), (where,)))) == everyone - {(key,) for key in expected}


def test_short_lists_and_long_ones_mean_the_same(people: World) -> None:
    for attribute, values, switches, expected in CASES:
        rule = {"kind": "attribute", "expression": f"[{attribute}]", "operator": "in", "values": values, **switches}
        assert people.who(rule, "person") == expected, (attribute, values)


def test_a_list_is_read_in_less_than_a_second(people: World) -> None:
    known = value_list(tuple(f"mail{number}@x.org" for number in range(MANY)))
    rule = RULE.validate_python(in_list("name", known))
    began = time.perf_counter()
    bound = bind_rule(rule, around(people, known))
    assert time.perf_counter() - began < 1
    assert isinstance(bound, Compare)
    assert len(bound.right) == MANY


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ((1, "2", "three"), [("values.2", "value.wrong-type")]),
        ((1, "", 3), [("values.1", "value.empty")]),
        (("x",) * 30, [(f"values.{place}", "value.wrong-type") for place in range(20)]),
    ],
)
def test_wrong_entries_are_told_by_their_places(people: World, values: tuple[Plain, ...], found: object) -> None:
    known = value_list(values)
    for rule in (
        in_list("points", known),
        {"kind": "attribute", "expression": "[points]", "operator": "in", "values": list(values)},
    ):
        with pytest.raises(Problems) as caught:
            bind_rule(RULE.validate_python(rule), around(people, known))
        assert [(problem.field, problem.code) for problem in caught.value.problems] == found


WRONG = {
    "value.nul": ({"operator": "in", "values": ["a", "x\0y"]}, "values.1"),
    "rule.list-unknown": ({"operator": "in", "list": "sha256:0"}, "list"),
    "rule.list-unfit": ({"operator": "equal", "list": "sha256:0"}, "list"),
    "rule.values-file": ({"operator": "in", "values_file": "names.txt"}, "values_file"),
    "rule.list-missing": ({"operator": "in", "list": "sha256:0", "values": ["a"]}, "values"),
}


@pytest.mark.parametrize("code", WRONG)
def test_mistakes_about_lists(people: World, code: str) -> None:
    fields, field = WRONG[code]
    with pytest.raises(Problems) as caught:
        bind_rule(RULE.validate_python({"kind": "attribute", "expression": "[name]", **fields}), around(people))
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [(field, code)]


def test_long_lists_leave_their_documents() -> None:
    long, short = [str(number) for number in range(1_001)], ["a", "b"]
    found: dict[str, ValueList] = {}
    settings = {"rule": {"children": [{"operator": "in", "values": long}, {"operator": "in", "values": short}]}}
    changed = apart(settings, found)
    (known,) = found.values()
    assert known.values == tuple(long)
    assert changed == {
        "rule": {"children": [{"operator": "in", "list": known.name}, {"operator": "in", "values": short}]}
    }
    assert value_list(tuple(long)).name == known.name != value_list(tuple(long[1:])).name
    assert value_list((1,)).name != value_list((True,)).name != value_list(("1",)).name
