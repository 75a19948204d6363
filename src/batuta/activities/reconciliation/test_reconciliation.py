"""Reconciliation: the shape of what it makes, what it counts, and what a marketer can get wrong."""

from __future__ import annotations

from typing import Any

import pytest

from batuta.activities.contract import Input, Weight
from batuta.rules.bound import All, AttributeOf, Compare, Computed
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Records, Table
from batuta.sets.lookup import Finding, Likeness, Looking, Reconciled
from batuta.sets.shape import Column, Shape, shape_of_lines
from batuta.testing import arriving, attempt, scope

LINES = shape_of_lines("load", (Column("mail", STRING), Column("name", STRING), Column("amount", INTEGER)))
FILE = Input("load", "main", "Load", Table("load.main", LINES))
BY_MAIL = {"here": "[mail]", "there": "[email]"}
RULE = {"kind": "expression", "expression": "[email] = [row.mail]"}
VIPS = {"kind": "attribute", "expression": "[vip]", "operator": "is-true"}


def reconciled(**parameters: object) -> Reconciled:
    found = attempt("reconciliation", {"dimension": "recipients", **parameters}, FILE)
    assert found.problems == ()
    main = found.populations["main"]
    assert isinstance(main, Reconciled)
    return main


def test_lines_get_the_dimension_and_keep_their_columns_and_numbers() -> None:
    main = reconciled(pairs=[BY_MAIL])
    assert main.shape == Shape("recipients", "recipient", (INTEGER,), LINES.columns, numbered=True, origin="load")
    assert main.lookup.among == Records(Shape("recipients", "recipient", (INTEGER,)), All())
    assert reconciled(pairs=[BY_MAIL], unreconciled="keep").shape.keyless


def test_identities_are_compared_loosely_and_all_else_as_written_unless_one_says_otherwise() -> None:
    by_name = {"here": "[name]", "there": "[first_name]"}
    formula = {"here": "[mail]", "there": "Lower([email])"}
    points = {"here": "[amount]", "there": "[points]", "exact": False}
    pairs = [BY_MAIL, by_name, formula, {**BY_MAIL, "exact": True}, {**by_name, "exact": False}, points]
    found = reconciled(pairs=pairs).lookup.pairs
    assert found[0] == Likeness(Computed("mail", STRING), AttributeOf((), "email", STRING), loose=True)
    assert [pair.loose for pair in found] == [True, False, False, False, True, False]


def test_a_rule_and_a_filter_speak_of_the_rows_to_be_found() -> None:
    lookup = reconciled(rule=RULE, filter=VIPS).lookup
    assert lookup.where is not None
    assert isinstance(lookup.among, Records)
    assert isinstance(lookup.among.where, Compare)


def test_unreconciled_lines_go_out_as_they_came_where_that_is_wanted() -> None:
    made = attempt(
        "reconciliation", {"dimension": "recipients", "pairs": [BY_MAIL], "unreconciled": "complement"}, FILE
    )
    assert list(made.populations) == ["main", "complement"]
    assert made.populations["complement"].shape == LINES
    assert made.kind is not None
    assert [output.name for output in made.kind.outputs()] == ["main", "complement"]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"pairs": [BY_MAIL]}, [("reconciliation-ambiguous", "several"), ("reconciliation-dropped", "nothing")]),
        (
            {"pairs": [BY_MAIL], "unreconciled": "keep"},
            [("reconciliation-ambiguous", "several"), ("reconciliation-kept", "nothing")],
        ),
        ({"pairs": [BY_MAIL], "unreconciled": "complement"}, [("reconciliation-ambiguous", "several")]),
        ({"pairs": [{"here": "[amount]", "there": "[id]"}]}, [("reconciliation-dropped", "nothing")]),
    ],
)
def test_what_is_counted(parameters: dict[str, Any], told: list[tuple[str, str]]) -> None:
    kind = attempt("reconciliation", {"dimension": "recipients", **parameters}, FILE).kind
    assert kind is not None
    remarks = kind.remarks((FILE,), scope())
    assert all(isinstance(remark.rows, Looking) and remark.rows.source == FILE.population for remark in remarks)
    found = [(remark.code, remark.rows.finding) for remark in remarks if isinstance(remark.rows, Looking)]
    assert found == [(code, Finding(finding)) for code, finding in told]
    assert {remark.weight for remark in remarks} == {Weight.TOLD}


@pytest.mark.parametrize(
    ("parameters", "arrives", "fields"),
    [
        ({"pairs": [BY_MAIL]}, arriving(), [("", "reconciliation-has-dimension")]),
        ({"dimension": "recipient", "pairs": [BY_MAIL]}, FILE, [("dimension", "unknown-dimension-near")]),
        ({}, FILE, [("pairs", "lookup-one-way")]),
        ({"rule": {**RULE, "enabled": False}}, FILE, [("pairs", "lookup-one-way")]),
        ({"pairs": [BY_MAIL], "rule": RULE}, FILE, [("pairs", "lookup-one-way")]),
        ({"pairs": [{"here": "[mail]", "there": "[points]"}]}, FILE, [("pairs.0", "lookup-types")]),
        (
            {"pairs": [{"here": "[email]", "there": "[mail]"}]},
            FILE,
            [
                ("pairs.0.here", "expression.unknown-column-near"),
                ("pairs.0.there", "expression.unknown-attribute-near"),
            ],
        ),
        (
            {
                "rule": {"kind": "expression", "expression": "[email] = [row.email]"},
                "filter": {**VIPS, "expression": "[row.mail]"},
            },
            FILE,
            [("filter.expression", "expression.unknown-link"), ("rule.expression", "expression.unknown-column-near")],
        ),
    ],
)
def test_mistakes(parameters: dict[str, Any], arrives: Input, fields: list[tuple[str, str]]) -> None:
    found = attempt("reconciliation", {"dimension": "recipients", **parameters}, arrives)
    assert sorted((problem.field, problem.code) for problem in found.problems) == fields
    assert all(text for _, text in found.said)


def test_people_who_have_a_dimension_are_sent_to_the_activity_that_changes_it() -> None:
    found = attempt("reconciliation", {"dimension": "prospects", "pairs": [BY_MAIL]}, arriving("buyers"))
    ((_, text),) = found.said
    assert text.startswith("The rows that arrive from Buyers already have the dimension recipients.")
    assert "Change dimension" in text
