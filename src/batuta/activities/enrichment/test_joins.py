"""Joins of an enrichment: what they look among, the rows they make, and what a marketer can get wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from batuta.activities.contract import Input, Role, Weight
from batuta.rules.bound import All, AttributeOf, Computed
from batuta.schema.types import DECIMAL, INTEGER, STRING
from batuta.sets.algebra import Enriched, Filtered, Records, Table, Value
from batuta.sets.lookup import Expanded, Finding, Found, Likeness, Looking, Lookup
from batuta.sets.shape import Column, Shape
from batuta.testing import arriving, attempt, scope

PEOPLE, OTHERS = arriving("people"), arriving("others", score=INTEGER)
SCORE = {"name": "score", "expression": "[score]"}
PROSPECT = {
    "alias": "lead",
    "schema": "prospect",
    "pairs": [{"here": "[email]", "there": "[mail]"}],
    "attributes": [SCORE],
}
OTHER = {"alias": "other", "from": "others", "pairs": [{"here": "[id]", "there": "[id]"}], "attributes": [SCORE]}
ORDERS = {
    "alias": "order",
    "schema": "order",
    "pairs": [{"here": "[id]", "there": "[recipient_id]"}],
    "cardinality": "many",
    "attributes": [{"name": "total", "expression": "[total]"}],
}
LEADS = Records(Shape("", "prospect", (STRING,)), All())
BY_MAIL = Likeness(AttributeOf((), "email", STRING), AttributeOf((), "mail", STRING), loose=True)


def test_a_schema_is_looked_into_by_pairs_and_its_values_become_columns() -> None:
    main = attempt("enrichment", {"joins": [PROSPECT]}, PEOPLE).populations["main"]
    assert isinstance(main, Enriched)
    found = Found(Lookup(LEADS, (BY_MAIL,)), (("lead_score", AttributeOf((), "score", INTEGER)),))
    assert main.additions == (found,)
    assert main.shape.columns == (Column("lead_score", INTEGER),)
    assert not main.shape.numbered


def test_another_population_is_looked_into_with_its_columns() -> None:
    rich = {"kind": "attribute", "expression": "[score]", "operator": "greater", "value": 3}
    made = attempt("enrichment", {"joins": [{**OTHER, "filter": rich}]}, PEOPLE, OTHERS)
    main = made.populations["main"]
    assert isinstance(main, Enriched)
    (found,) = main.additions
    assert isinstance(found, Found)
    assert isinstance(found.lookup.among, Filtered)
    assert found.lookup.among.source == OTHERS.population
    assert found.attributes == (("other_score", Computed("score", INTEGER)),)


@pytest.mark.parametrize(
    ("pair", "loose"),
    [
        pytest.param({"here": "[email]", "there": "[word]"}, True, id="an identity here"),
        pytest.param({"here": "[first_name]", "there": "[email]"}, True, id="an identity there"),
        pytest.param({"here": "[household.city]", "there": "[word]"}, False, id="no identity"),
        pytest.param({"here": "[email]", "there": "[word]", "exact": True}, False, id="as it is written"),
    ],
)
def test_an_identity_on_either_side_is_compared_in_any_spelling(pair: dict[str, Any], loose: bool) -> None:
    words = arriving("others", word=STRING)
    join = {**OTHER, "pairs": [pair], "attributes": [{"name": "word", "expression": "[word]"}]}
    main = attempt("enrichment", {"joins": [join]}, PEOPLE, words).populations["main"]
    assert isinstance(main, Enriched)
    (found,) = main.additions
    assert isinstance(found, Found)
    assert [likeness.loose for likeness in found.lookup.pairs] == [loose]


def test_a_join_of_many_makes_rows_after_what_comes_before_it() -> None:
    parameters = {"columns": [{"name": "town", "expression": "[household.city]"}], "joins": [ORDERS, PROSPECT]}
    main = attempt("enrichment", parameters, PEOPLE).populations["main"]
    assert isinstance(main, Enriched)
    expanded = main.source
    assert isinstance(expanded, Expanded)
    assert isinstance(expanded.source, Enriched)
    assert isinstance(expanded.source.additions[0], Value)
    columns = (Column("town", STRING), Column("order_total", DECIMAL), Column("lead_score", INTEGER))
    assert main.shape == Shape("recipients", "recipient", (INTEGER,), columns, numbered=True, origin="it")


def test_a_rule_names_the_row_that_arrives() -> None:
    rule = {"kind": "expression", "expression": "[mail] = [row.email] and [score] > [row.points]"}
    main = attempt("enrichment", {"joins": [{**PROSPECT, "pairs": [], "rule": rule}]}, PEOPLE).populations["main"]
    assert isinstance(main, Enriched)
    (found,) = main.additions
    assert isinstance(found, Found)
    assert found.lookup.where is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, [("join-ambiguous", "several", Weight.TOLD)]),
        (
            {"cardinality": "one"},
            [("join-ambiguous", "several", Weight.TOLD), ("join-missing", "nothing", Weight.WARNING)],
        ),
        (
            {"cardinality": "one", "on_missing": "fail"},
            [("join-ambiguous", "several", Weight.TOLD), ("join-missing-fails", "nothing", Weight.FAILURE)],
        ),
        ({"cardinality": "many"}, []),
        ({"pairs": [{"here": "[first_name]", "there": "[code]"}]}, []),
    ],
)
def test_what_is_counted(change: dict[str, Any], told: list[tuple[str, str, Weight]]) -> None:
    kind = attempt("enrichment", {"joins": [{**PROSPECT, **change}]}, PEOPLE).kind
    assert kind is not None
    found = []
    for remark in kind.remarks((PEOPLE,), scope()):
        assert isinstance(remark.rows, Looking)
        assert remark.values == {"alias": "lead"}
        found.append((remark.code, remark.rows.finding, remark.weight))
    assert found == [(code, Finding(finding), weight) for code, finding, weight in told]


def test_a_population_to_be_joined_is_a_barrier_and_the_enriched_one_leads() -> None:
    first, second = ("people", "main"), ("others", "main")
    plain = attempt("enrichment", {"joins": [OTHER]}, PEOPLE, OTHERS).kind
    named = attempt("enrichment", {"joins": [OTHER], "primary": "people"}, OTHERS, PEOPLE)
    assert plain is not None
    assert named.kind is not None
    assert [plain.role(0, *first), plain.role(1, *second)] == [Role.MAIN, Role.BARRIER]
    assert [named.kind.role(0, *second), named.kind.role(1, *first)] == [Role.BARRIER, Role.MAIN]
    main = named.populations["main"]
    assert isinstance(main, Enriched)
    assert main.source == PEOPLE.population


@pytest.mark.parametrize(
    ("joins", "inputs", "fields"),
    [
        (
            [{**PROSPECT, "from": "others"}],
            (PEOPLE, OTHERS),
            [("joins", "join-not-used"), ("joins.0", "join-one-source")],
        ),
        ([{**PROSPECT, "schema": None}], (PEOPLE,), [("joins.0", "join-one-source")]),
        ([{**PROSPECT, "schema": "prospects"}], (PEOPLE,), [("joins.0.schema", "join-unknown-schema-near")]),
        ([{**PROSPECT, "schema": "zzz"}], (PEOPLE,), [("joins.0.schema", "join-unknown-schema")]),
        ([{**OTHER, "alias": "x", "from": "zzz"}, OTHER], (PEOPLE, OTHERS), [("joins.0.from", "unknown-inbound")]),
        ([{**OTHER, "alias": "x", "from": "people"}, OTHER], (PEOPLE, OTHERS), [("joins.0.from", "join-from-primary")]),
        ([PROSPECT], (PEOPLE, OTHERS), [("joins", "join-not-used")]),
        ([{**PROSPECT, "on_missing": "fail"}], (PEOPLE,), [("joins.0.on_missing", "join-missing-unless-one")]),
        ([{**PROSPECT, "pairs": []}], (PEOPLE,), [("joins.0", "lookup-one-way")]),
        (
            [{**PROSPECT, "pairs": [{"here": "[email]", "there": "[score]"}]}],
            (PEOPLE,),
            [("joins.0.pairs.0", "lookup-types")],
        ),
        ([PROSPECT, PROSPECT], (PEOPLE,), [("joins.1.attributes.0.name", "column-taken")]),
        (
            [{**PROSPECT, "attributes": [{"name": "x", "expression": "[scor]"}]}],
            (PEOPLE,),
            [("joins.0.attributes.0.expression", "expression.unknown-attribute-near")],
        ),
    ],
)
def test_mistakes(joins: list[Any], inputs: tuple[Input, ...], fields: list[tuple[str, str]]) -> None:
    found = attempt("enrichment", {"joins": joins}, *inputs)
    assert sorted((problem.field, problem.code) for problem in found.problems) == fields
    assert all(text for _, text in found.said)


def test_rows_that_are_numbered_already_keep_their_dimension_and_are_numbered_anew() -> None:
    assert isinstance(PEOPLE.population, Table)
    shape = replace(PEOPLE.population.shape, numbered=True, origin="before", keyless=True)
    numbered = replace(PEOPLE, population=replace(PEOPLE.population, shape=shape))
    main = attempt("enrichment", {"joins": [ORDERS]}, numbered).populations["main"]
    assert main.shape == replace(shape, columns=(Column("order_total", DECIMAL),), origin="it")
