"""Match case and match accents with every operator of texts. Expectations by hand from spec/3-rules.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import World

NAMES = [(1, "José"), (2, "JOSE"), (3, "jose"), (4, ""), (5, None)]
SOUGHT = {
    "equal": {"value": "José"},
    "in": {"values": ["José", "nobody"]},
    "starts-with": {"value": "José"},
    "contains": {"value": "osé"},
    "ends-with": {"value": "sé"},
    "like": {"value": "_osé"},
}
OPPOSITES = {"equal": "not-equal", "in": "not-in", "starts-with": "not-starts-with", "contains": "not-contains"}
OPPOSITES["like"] = "not-like"
EVERYONE = {1, 2, 3, 4, 5}
FOUND = {
    # match case, match accents: the whole name, and a part of it that is written small
    (False, False): ({1, 2, 3}, {1, 2, 3}),
    (True, False): ({1}, {1, 3}),
    (False, True): ({1}, {1}),
    (True, True): ({1}, {1}),
}
WHOLE = ("equal", "in", "starts-with")


@pytest.mark.parametrize("operator", SOUGHT)
@pytest.mark.parametrize(("case", "accents"), FOUND)
def test_switches_and_the_exact_complement(world: World, operator: str, case: bool, accents: bool) -> None:
    world.schema("person", "*id integer, name string", NAMES, identity="name")
    whole, part = FOUND[case, accents]
    expected = whole if operator in WHOLE else part
    rule = {"kind": "attribute", "expression": "[name]", "match_case": case, "match_accents": accents}
    rule |= SOUGHT[operator]
    assert world.who(rule | {"operator": operator}, "person") == expected
    negated = {"kind": "except", "children": [{"kind": "all-rows"}, rule | {"operator": operator}]}
    assert world.who(negated, "person") == EVERYONE - expected
    if operator in OPPOSITES:
        assert world.who(rule | {"operator": OPPOSITES[operator]}, "person") == EVERYONE - expected


def test_an_exception_without_what_is_switched_off(world: World) -> None:
    world.schema("person", "*id integer, name string", NAMES, identity="name")
    one = {"kind": "attribute", "expression": "[name]", "operator": "equal", "value": "jose", "match_case": True}
    off = {"kind": "attribute", "expression": "[name]", "operator": "is-empty", "enabled": False}
    children = [{"kind": "all-rows"}, off, one]
    assert world.who({"kind": "except", "children": children}, "person") == {1, 2, 4, 5}
    inside = {"kind": "and", "children": [{"kind": "all-rows"}, {"kind": "except", "children": children}]}
    assert world.who({"kind": "except", "children": [{"kind": "all-rows"}, inside]}, "person") == {3}
