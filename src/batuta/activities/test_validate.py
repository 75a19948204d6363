"""Validation of whole campaigns: each problem provoked, all at once, without follow-up noise."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import yaml

from batuta.activities.contract import Takes
from batuta.activities.palette import palette
from batuta.activities.validate import Diagnosis, Knowledge, validate
from batuta.campaign.model import Activity, Campaign, Transition
from batuta.kit.problems import LANGUAGES
from batuta.schema.model import Catalogue
from batuta.schema.types import INTEGER, STRING
from batuta.sets.shape import Column, Shape
from batuta.testing import SHOP, TEXTS

PEOPLE = "{kind: build-audience, parameters: {dimension: recipients, rule: {kind: all-rows}}}"
LEADS = "{kind: build-audience, parameters: {dimension: prospects, rule: {kind: all-rows}}}"
KEEP = "{kind: save-audience, parameters: {label: Kept}}"
UNION = "{kind: combine, parameters: {operation: union}}"
EXCLUSION = "{kind: combine, parameters: {operation: exclusion}}"


def campaign(joints: str, **activities: str) -> Campaign:
    """Joints as `a>b a.output>b`; activities as YAML by their ids."""
    transitions = []
    for joint in joints.split():
        here, _, there = joint.partition(">")
        source, _, output = here.partition(".")
        transitions.append({"from": source, "to": there} | ({"output": output} if output else {}))
    steps: list[dict[str, Any]] = [{"id": name, **yaml.safe_load(text)} for name, text in activities.items()]
    return Campaign.model_validate({"id": "c", "name": "C", "activities": steps, "transitions": transitions})


def diagnosis(found: Campaign) -> Diagnosis:
    return validate(found, Knowledge(SHOP))


def codes(found: Campaign) -> list[tuple[str, str]]:
    problems = diagnosis(found).problems
    for problem in problems:
        for language in LANGUAGES:
            assert "{" not in TEXTS.say(problem, language)
    return [(problem.activity, problem.code) for problem in problems]


def test_a_sound_campaign_tells_the_shape_of_every_output() -> None:
    counted = "{kind: enrichment, parameters: {totals: [{name: orders, path: orders, function: count}]}}"
    split = "{kind: split, parameters: {segments: [{name: few, count: 10}], complement: true}}"
    found = diagnosis(campaign("a>b b>s s.few>k s.complement>e", a=PEOPLE, b=counted, s=split, k=KEEP, e="{kind: end}"))
    assert found.problems == ()
    assert not found.blocked
    people = Shape("recipients", "recipient", (INTEGER,))
    with_orders = people.having((Column("orders", INTEGER),))
    assert found.shapes == {
        "a": {"main": people},
        "b": {"main": with_orders},
        "s": {"few": with_orders, "complement": with_orders},
        "k": {"main": with_orders},
        "e": {},
    }


def test_a_broken_activity_makes_no_noise_in_what_follows() -> None:
    broken = PEOPLE.replace("recipients", "recipient")
    assert codes(campaign("a>k l>u a>u u>k2", a=broken, l=LEADS, k=KEEP, u=UNION, k2=KEEP)) == [
        ("a", "unknown-dimension-near")
    ]


def test_everything_is_told_at_once_in_the_order_of_the_file() -> None:
    found = campaign(
        "a>d x>k f>d2 d2>k2",
        k=KEEP,
        a=PEOPLE,
        d="{kind: deduplicaton, parameters: {fields: ['[email]']}}",
        f="{kind: fork}",
        d2="{kind: deduplication, parameters: {fields: ['[email]']}}",
        k2=KEEP,
        n="{kind: combine, parameters: {operation: unoin}}",
    ).model_copy(update={"timezone": "Nowhere"})
    assert codes(found) == [
        ("", "unknown-timezone"),
        ("", "transition-from-nowhere"),
        ("k", "no-inbound"),
        ("d", "unknown-kind-near"),
        ("d2", "population-needed"),
        ("n", "field-needs-choice-near"),
    ]


@pytest.mark.parametrize(
    ("joints", "activities", "expected"),
    [
        ("a>u", {"a": PEOPLE, "u": UNION}, [("u", "too-few-inbound")]),
        ("a>k b>k", {"a": PEOPLE, "b": PEOPLE, "k": KEEP}, [("k", "too-many-inbound")]),
        ("a.mian>k", {"a": PEOPLE, "k": KEEP}, [("k", "unknown-output-near")]),
        ("a.zzz>k", {"a": PEOPLE, "k": KEEP}, [("k", "unknown-output")]),
        ("a.error>k", {"a": PEOPLE, "k": KEEP}, [("k", "error-output-off")]),
        ("a>u b>u u.complement>k", {"a": PEOPLE, "b": PEOPLE, "u": UNION, "k": KEEP}, [("k", "output-off")]),
        ("a>e e.main>k", {"a": PEOPLE, "e": "{kind: end}", "k": KEEP}, [("k", "unknown-output")]),
        (
            "a>k",
            {"a": PEOPLE.replace("{kind", "{outputs: {mainn: {}, q: {}}, kind", 1), "k": KEEP},
            [("a", "unknown-own-output-near"), ("a", "unknown-own-output")],
        ),
        ("a>k", {"a": PEOPLE, "k": KEEP, "x": "{kind: sms-blast}"}, [("x", "unknown-kind")]),
        (
            "a>k",
            {"a": "{kind: build-audience, parameters: {dimension: 1234, rule: {kind: all-rows}}}", "k": KEEP},
            [("a", "field-needs-text")],
        ),
        ("a>k a>l", {"a": PEOPLE, "k": KEEP, "l": KEEP}, [("l", "audience-written-twice")]),
        ("a>b b>k", {"a": PEOPLE, "b": LEADS, "k": KEEP}, [("b", "population-not-used")]),
        ("a>e", {"a": PEOPLE, "e": "{kind: end}"}, [("", "nothing-happens")]),
        ("a>k", {"a": PEOPLE, "b": PEOPLE, "k": KEEP}, [("b", "result-not-used")]),
        (
            "a>k b>k",
            {"a": PEOPLE.replace("recipients", "xyz"), "b": PEOPLE, "k": KEEP},
            [("a", "unknown-dimension"), ("k", "too-many-inbound")],
        ),
        ("f>a a>k", {"f": "{kind: fork}", "a": PEOPLE, "k": KEEP}, []),
        ("a>f f>k", {"a": PEOPLE, "f": "{kind: fork}", "k": KEEP}, []),
        ("f>k", {"f": "{kind: fork}", "k": KEEP}, [("k", "population-needed")]),
    ],
)
def test_each_mistake_in_the_graph(joints: str, activities: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert codes(campaign(joints, **activities)) == expected


def test_an_unknown_way_between_dimensions() -> None:
    bring = "{kind: combine, parameters: {operation: exclusion, bring: [{source: l, path: qqq}]}}"
    assert codes(campaign("a>x l>x x>k", a=PEOPLE, l=LEADS, x=bring, k=KEEP)) == [("x", "unknown-way")]


def test_a_disabled_activity_and_what_follows_it_are_off_and_their_problems_do_not_block() -> None:
    off = PEOPLE.replace("{kind", "{enabled: false, kind", 1).replace("recipients", "recipient")
    found = diagnosis(campaign("a>k b>l", a=off, k=KEEP, b=PEOPLE, l=KEEP.replace("Kept", "Other")))
    assert found.off == {"a", "k"}
    assert [(problem.code, problem.blocking) for problem in found.problems] == [("unknown-dimension-near", False)]


@pytest.mark.parametrize("disabled", ["k", "l"])
def test_an_audience_has_one_writer_if_the_other_is_disabled(disabled: str) -> None:
    savers = dict.fromkeys("kl", KEEP) | {disabled: KEEP.replace("{kind", "{enabled: false, kind", 1)}
    found = diagnosis(campaign("a>k a>l", a=PEOPLE, **savers))
    assert [problem for problem in found.problems if problem.code == "audience-written-twice"] == []
    assert found.off == {disabled}


def test_an_audience_belongs_to_one_campaign() -> None:
    wanted = campaign("a>k", a=PEOPLE, k=KEEP)
    for saver, expected in ((wanted.id, []), ("other", [("k", "audience-of-another-campaign", True)])):
        found = validate(wanted, Knowledge(SHOP, savers={"Kept": saver, "Else": "third"}))
        assert [(p.activity, p.code, p.blocking) for p in found.problems] == expected


def test_a_union_goes_on_without_a_disabled_set_but_must_know_its_columns() -> None:
    off = PEOPLE.replace("{kind", "{enabled: false, kind", 1)
    found = diagnosis(campaign("a>u b>u u>k", a=off, b=PEOPLE, u=UNION, k=KEEP))
    assert found.off == {"a"}
    assert found.problems == ()
    broken = off.replace("recipients", "recipient")
    found = diagnosis(campaign("a>u b>u u>k", a=broken, b=PEOPLE, u=UNION, k=KEEP))
    assert [(p.activity, p.code, p.blocking) for p in found.problems] == [
        ("a", "unknown-dimension-near", False),
        ("u", "disabled-but-needed", True),
    ]


@pytest.mark.parametrize("operation", ["exclusion", "intersection"])
def test_disabling_what_guards_an_exclusion_blocks(operation: str) -> None:
    off = PEOPLE.replace("{kind", "{enabled: false, kind", 1)
    guarded = EXCLUSION.replace("exclusion", operation)
    found = diagnosis(campaign("p>x a>b b>x x>k", p=PEOPLE, a=off, b="{kind: fork}", x=guarded, k=KEEP))
    assert [(p.activity, p.code, p.blocking) for p in found.problems] == [("x", "barrier-disabled", True)]
    assert found.blocked
    assert TEXTS.say(found.problems[0]).startswith("b will not run, because it or something before it is disabled.")


def test_an_exclusion_whose_primary_set_is_off_merely_does_not_run() -> None:
    off = PEOPLE.replace("{kind", "{enabled: false, kind", 1)
    for source in ("p", "q"):
        found = diagnosis(campaign(f"p>x {source}>x x>k", p=off, q=PEOPLE, x=EXCLUSION, k=KEEP))
        assert "barrier-disabled" not in [problem.code for problem in found.problems]
        assert {"p", "x", "k"} <= found.off


def test_an_activity_that_cannot_cope_is_named() -> None:
    torn = Catalogue(dimensions=SHOP.dimensions)
    found = validate(campaign("a>k", a=PEOPLE, k=KEEP), Knowledge(torn))
    assert [(problem.activity, problem.code) for problem in found.problems] == [("a", "activity-fails")]


def test_rules_nested_too_deep_are_a_problem_and_no_crash() -> None:
    rule: dict[str, Any] = {"kind": "all-rows"}
    for _ in range(49):
        rule = {"kind": "and", "children": [rule]}
    assert deep(rule) == []
    assert deep({"kind": "and", "children": [rule]}) == ["rule.too-deep"]
    for _ in range(500):
        rule = {"kind": "and", "children": [rule]}
    assert deep(rule) == ["field-too-deep"]


def deep(rule: dict[str, Any]) -> list[str]:
    parameters = {"dimension": "recipients", "rule": rule}
    activities = (
        Activity(id="a", kind="build-audience", parameters=parameters),
        Activity(id="k", kind="save-audience", parameters={"label": "Kept"}),
    )
    found = Campaign(id="c", name="C", activities=activities, transitions=(Transition(source="a", target="k"),))
    return [problem.code for problem in diagnosis(found).problems]


def test_five_hundred_activities_are_validated() -> None:
    filtered = "{kind: deduplication, parameters: {fields: ['[email]'], choice: [{kind: random}]}}"
    steps = {f"d{place}": filtered for place in range(498)}
    chain = ["a", *steps, "k"]
    joints = " ".join(f"{here}>{there}" for here, there in pairwise(chain))
    big = campaign(joints, a=PEOPLE, **steps, k=KEEP)
    assert codes(big) == []


def test_every_kind_says_what_it_takes() -> None:
    takes = {name: kind.takes for name, kind in palette().items() if kind.takes is not Takes.POPULATION}
    activated = {"build-audience", "incremental-query", "load-file", "read-audience"}
    either = {"alert", "and-join", "end", "fork", "test", "wait"}
    assert {name: of for name, of in takes.items() if name in activated | either} == {
        **dict.fromkeys(activated, Takes.ACTIVATION),
        **dict.fromkeys(either, Takes.EITHER),
    }


def test_columns_of_unknown_type_are_told_once() -> None:
    clash = "{kind: enrichment, parameters: {columns: [{name: x, expression: '[points]'}]}}"
    other = "{kind: enrichment, parameters: {columns: [{name: x, expression: '[email]'}]}}"
    found = diagnosis(campaign("a>b a>c b>u c>u u>k", a=PEOPLE, b=clash, c=other, u=UNION, k=KEEP))
    assert [problem.code for problem in found.problems] == ["column-type-clash"]
    assert found.shapes["c"]["main"].column("x") == Column("x", STRING)


def test_a_function_that_the_engine_lacks_is_a_problem_of_the_activity_that_calls_it() -> None:
    columns = "[{name: a, expression: 'Upper([email])'}, {name: b, expression: 'Left(Sha512Digest([email]), 8)'}]"
    digest = f"{{kind: enrichment, parameters: {{columns: {columns}}}}}"
    found = campaign("a>b b>k", a=PEOPLE, b=digest, k=KEEP)
    (problem,) = validate(found, Knowledge(SHOP, engine="duckdb")).problems
    assert (problem.activity, problem.code) == ("b", "expression.not-on-engine")
    assert (problem.field, problem.values["position"]) == ("columns.1.expression", 6)
    assert validate(found, Knowledge(SHOP, engine="postgres")).problems == ()
