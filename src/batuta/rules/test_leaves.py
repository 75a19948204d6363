from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from batuta.kit.problems import Problem, Problems
from batuta.rules.bind import bind_rule
from batuta.rules.binding import Passage, Surroundings
from batuta.rules.bound import All, AllOf, Among, Constant, LeadsTo, Predicate, Without
from batuta.rules.filter_checks import check_filter
from batuta.rules.filters import Filter, Parameter
from batuta.rules.tree import Predefined, Rule
from batuta.rules.walk import nodes_in
from batuta.schema.types import INTEGER

from .test_problems import problems_of

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
PASSAGES = {
    "people.main": Passage("people", "t1"),
    "split.big": Passage("people", "t2"),
    "split.small": Passage("people", None),
    "file.main": Passage("", "t3"),
    "shopping.main": Passage("orders", "t4"),
    "gone.main": Passage("people", unknown=True),
}


def bound(rule: Mapping[str, Any], around: Surroundings) -> Predicate:
    return bind_rule(RULE.validate_python(rule), around)


def wrong(rule: Mapping[str, Any], around: Surroundings) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in problems_of(lambda: bound(rule, around))]


def linked(path: str, operator: str, *rows: object) -> dict[str, object]:
    return {"kind": "linked-to", "path": path, "operator": operator, "rows": list(rows)}


def test_a_row_behind_a_link_is_named_by_its_key(around: Surroundings) -> None:
    city = around.catalogue.link("people", "city")
    assert city is not None
    assert bound(linked("city", "is", 3, "4", 3), around) == LeadsTo(
        (city,), ((Constant(3, INTEGER),), (Constant(4, INTEGER),))
    )
    assert bound(linked("city", "is-not", [3]), around) == LeadsTo((city,), ((Constant(3, INTEGER),),), negated=True)
    assert bound(linked("city", "is-empty"), around) == LeadsTo((city,), None, negated=True)
    assert bound(linked("city", "is-not-empty"), around) == LeadsTo((city,))


LINKED = {
    "rule.many-rows": (linked("orders", "is", 1), "path"),
    "rule.no-path": (linked("", "is-empty"), "path"),
    "expression.unknown-link-near": (linked("citi", "is", 1), "path"),
    "rule.rows-missing": (linked("city", "is"), "rows"),
    "rule.value-not-needed": (linked("city", "is-empty", 1), "rows"),
    "rule.key-parts": (linked("city", "is-not", 1, [1, 2]), "rows.1"),
    "value.wrong-type": (linked("city", "is", 1, "Paris"), "rows.1"),
}


@pytest.mark.parametrize("code", LINKED)
def test_mistakes_about_the_row_behind_a_link(code: str, around: Surroundings) -> None:
    rule, field = LINKED[code]
    assert wrong(rule, around) == [(field, code)]


def passing(transition: str, **more: object) -> dict[str, object]:
    return {"kind": "in-transition", "transition": transition, **more}


def test_a_transition_is_named_by_activity_and_output_or_by_the_activity(around: Surroundings) -> None:
    here = replace(around, passages=PASSAGES)
    assert bound(passing("split.big"), here) == Among("split.big", "t2")
    assert bound(passing("people", negated=True), here) == Among("people.main", "t1", negated=True)
    assert bound(passing("split.small"), here) == Among("split.small", None)
    one = replace(around, passages={"split.big": PASSAGES["split.big"]})
    assert bound(passing("split"), one) == Among("split.big", "t2")


TRANSITIONS = {
    "rule.unknown-transition": ("xyz", PASSAGES),
    "rule.unknown-transition-near": ("splitt.big", PASSAGES),
    "rule.no-transitions": ("people", {}),
    "rule.several-transitions": ("split", PASSAGES),
    "rule.transition-off": ("gone", PASSAGES),
    "rule.transition-of-other": ("shopping", PASSAGES),
}


@pytest.mark.parametrize("code", TRANSITIONS)
def test_mistakes_about_transitions(code: str, around: Surroundings) -> None:
    transition, passages = TRANSITIONS[code]
    assert wrong(passing(transition), replace(around, passages=passages)) == [("transition", code)]


def test_lines_of_a_file_have_no_key_to_look_for(around: Surroundings) -> None:
    (problem,) = problems_of(lambda: bound(passing("file"), replace(around, passages=PASSAGES)))
    assert (problem.code, problem.values["found"]) == ("rule.transition-of-other", "term.lines")


NEAR = {
    "kind": "and",
    "children": [
        {"kind": "attribute", "expression": "[points]", "operator": "greater", "value": 10},
        {"kind": "linked-to", "path": "city", "operator": "is", "rows": [1]},
        {"kind": "attribute", "expression": "[name]", "operator": "equal"},
    ],
}
PARAMETERS = (
    Parameter(name="points", field="children.0.value"),
    Parameter(name="city", field="children.1.rows"),
    Parameter(name="name", field="children.2.value"),
)


def a_filter(name: str, rule: object = NEAR, parameters: tuple[Parameter, ...] = (), **more: object) -> Filter:
    fields = {"schema": "people", "name": name, "rule": rule, "parameters": parameters, **more}
    return Filter.model_validate(fields)


def using(filter_name: str, /, **arguments: object) -> dict[str, object]:
    return {"kind": "filter", "filter": filter_name, "arguments": arguments}


def having(around: Surroundings, *filters: Filter) -> Surroundings:
    return replace(around, filters={each.name: each for each in filters})


def test_a_filter_is_its_rule_with_the_arguments_in_place(around: Surroundings) -> None:
    here = having(around, a_filter("near", parameters=PARAMETERS))
    by_hand = {
        "kind": "and",
        "children": [
            {"kind": "attribute", "expression": "[points]", "operator": "greater", "value": 10},
            {"kind": "linked-to", "path": "city", "operator": "is", "rows": [4, 5]},
            {"kind": "attribute", "expression": "[name]", "operator": "equal", "value": "Ann"},
        ],
    }
    assert bound(using("near", city=[4, 5], name="Ann"), here) == bound(by_hand, around)
    computed = using("near", points={"expression": "$(vars/@limit)"}, name="Ann", city=[4, 5])
    by_hand["children"][0]["value"] = {"expression": "$(vars/@limit)"}  # type: ignore[index]
    assert bound(computed, here) == bound(by_hand, around)


ARGUMENTS = {
    "rule.unknown-argument": (using("near", qqq=1), "arguments.qqq"),
    "rule.unknown-argument-near": (using("near", nmae="x"), "arguments.nmae"),
    "rule.argument-missing": (using("near"), "arguments.name"),
    "rule.argument-single": (using("near", name=["x"]), "arguments.name"),
    "rule.argument-list": (using("near", name="x", city=1), "arguments.city"),
    "value.wrong-type": (using("near", name="x", points="many"), "arguments.points"),
    "rule.unknown-filter": (using("zzzzzz"), "filter"),
    "rule.unknown-filter-near": (using("naer"), "filter"),
    "rule.filter-of-other": (using("elsewhere"), "filter"),
    "rule.filter-broken": (using("broken"), "filter"),
    "rule.switched-off": (using("off"), "filter"),
}


@pytest.mark.parametrize("code", ARGUMENTS)
def test_mistakes_about_filters_stand_where_they_are_used(code: str, around: Surroundings) -> None:
    rule, field = ARGUMENTS[code]
    everyone = {"kind": "all-rows"}
    here = having(
        around,
        a_filter("near", parameters=PARAMETERS),
        a_filter("elsewhere", everyone, schema="cities"),
        a_filter("broken", {"kind": "expression", "expression": "[nothing]"}),
        a_filter("off", {**everyone, "enabled": False}),
    )
    expected = "rule.filter-broken" if code == "rule.switched-off" else code
    whole = {"kind": "and", "children": [rule]}
    assert wrong(whole, here) == [(f"children.0.{field}", expected)]


def test_a_wrong_part_of_a_list_is_told_at_its_place(around: Surroundings) -> None:
    here = having(around, a_filter("near", parameters=PARAMETERS))
    assert wrong(using("near", name="x", city=[1, "Paris"]), here) == [("arguments.city.1", "value.wrong-type")]


def test_filters_use_filters_and_pass_their_parameters_on(around: Surroundings) -> None:
    outer = a_filter(
        "outer",
        {"kind": "except", "children": [{"kind": "all-rows"}, using("near", name="Ann")]},
        (Parameter(name="who", field="children.1.arguments.name"),),
    )
    here = having(around, outer, a_filter("near", parameters=PARAMETERS))
    inner = bound(using("near", name="Ben"), here)
    assert bound(using("outer", who="Ben"), here) == Without(All(), (inner,))
    check_filter(outer, here)


def test_a_filter_in_a_group_counts_as_levels_of_it(around: Surroundings) -> None:
    rule: dict[str, object] = {"kind": "all-rows"}
    for _ in range(47):
        rule = {"kind": "and", "children": [rule]}
    here = having(around, a_filter("deep", rule))
    assert isinstance(bound({"kind": "and", "children": [using("deep")]}, here), AllOf)
    deeper = {"kind": "and", "children": [{"kind": "and", "children": [using("deep")]}]}
    assert [code for _, code in wrong(deeper, here)] == ["rule.filter-broken"]


def test_cycles_of_filters_are_told(around: Surroundings) -> None:
    one, other = a_filter("one", using("other")), a_filter("other", using("one"))
    here = having(around, one, other)
    assert wrong(using("one"), here) == [("filter", "rule.filter-broken")]
    assert [(p.field, p.code) for p in checked(one, here)] == [("rule.filter", "rule.filter-broken")]
    itself = a_filter("one", using("one"))
    assert [(p.field, p.code) for p in checked(itself, around)] == [("rule.filter", "rule.filter-cycle")]


def test_filters_see_nothing_of_the_canvas(around: Surroundings) -> None:
    here = having(around, a_filter("ranked", {"kind": "expression", "expression": "[rank] > 1"}))
    assert wrong(using("ranked"), here) == [("filter", "rule.filter-broken")]


def checked(known: Filter, around: Surroundings) -> list[Problem]:
    try:
        check_filter(known, around)
    except Problems as error:
        return list(error.problems)
    return []


def test_a_sound_filter_may_leave_values_open(around: Surroundings) -> None:
    assert checked(a_filter("near", parameters=PARAMETERS), around) == []
    assert [p.code for p in checked(a_filter("near"), around)] == ["rule.value-missing"]


def field_of(name: str, field: str) -> tuple[Parameter, ...]:
    return (*PARAMETERS, Parameter(name=name, field=field))


FILTERS = {
    "filter.bad-name": (a_filter("Near!", parameters=PARAMETERS), "name"),
    "filter.no-schema": (a_filter("near", parameters=PARAMETERS, dimension="people"), "schema"),
    "filter.unknown-schema": (a_filter("near", parameters=PARAMETERS, schema="qqqqqq"), "schema"),
    "filter.unknown-schema-near": (a_filter("near", parameters=PARAMETERS, schema="poeple"), "schema"),
    "filter.bad-parameter-name": (a_filter("near", parameters=field_of("1", "children.1.rows")), "parameters.3.name"),
    "filter.parameter-twice": (a_filter("near", parameters=field_of("city", "children.9")), "parameters.3.name"),
    "filter.no-field": (a_filter("near", parameters=field_of("x", "children.0.operator")), "parameters.3.field"),
    "filter.field-twice": (a_filter("near", parameters=field_of("x", "children.0.value")), "parameters.3.field"),
}


@pytest.mark.parametrize("code", FILTERS)
def test_mistakes_in_a_filter_itself(code: str, around: Surroundings) -> None:
    known, field = FILTERS[code]
    assert (field, code) in [(problem.field, problem.code) for problem in checked(known, around)]


def test_the_filters_that_a_rule_uses() -> None:
    rule = {"kind": "or", "children": [using("one"), {"kind": "exists", "path": "orders", "rule": using("two")}]}
    found = nodes_in((RULE.validate_python(rule),), Predefined)
    assert [used.filter for used in found] == ["one", "two"]
