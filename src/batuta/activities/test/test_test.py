"""Test: the first branch that holds is taken, by counts that are named like attributes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from batuta.activities.contract import Choice, Deciding, Input, Output
from batuta.rules.bound import Moment
from batuta.schema.types import INTEGER
from batuta.testing import arriving, attempt, scope

AROUND = replace(
    scope(),
    upstream={"buyers": ("main", "complement"), "gold-club": ("main",), "start": ()},
    variables={"least": INTEGER},
)
FIGURES = {
    "buyers": 7,
    "buyers.targets": 5,
    "buyers.main": 7,
    "buyers.main.targets": 5,
    "buyers.complement": 0,
    "buyers.complement.targets": 0,
    "gold-club": None,
    "gold-club.targets": None,
    "gold-club.main": None,
    "gold-club.main.targets": None,
}
MONDAY = Moment(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "Europe/Paris", {"least": 6})


def branches(*conditions: str, **more: Any) -> dict[str, Any]:
    return {"branches": [{"name": f"b{n}", "when": when} for n, when in enumerate(conditions)], **more}


def choose(parameters: dict[str, Any]) -> Choice:
    found = attempt("test", parameters, arriving("buyers"), around=AROUND)
    assert found.said == []
    assert isinstance(found.kind, Deciding)
    return found.kind.choose(AROUND, FIGURES, MONDAY)


@pytest.mark.parametrize(
    ("conditions", "taken"),
    [
        pytest.param(["[buyers] = 7"], "b0", id="rows"),
        pytest.param(["[buyers.main] = 7 and [buyers.main.targets] = 5"], "b0", id="of a named output"),
        pytest.param(["[buyers.targets] > 5", "[buyers.targets] >= 5"], "b1", id="people"),
        pytest.param(["[buyers.complement] > 0"], None, id="none holds"),
        pytest.param(["[buyers] > $(vars/@least)"], "b0", id="a variable"),
        pytest.param(["[buyers] > 1", "[buyers] > 2"], "b0", id="the first of several"),
        pytest.param(["[gold-club] = 0", "[gold-club] > 0", "[gold-club] >= 0 or [buyers] > 0"], "b2", id="not known"),
        # 1 March 23:30 UTC is Monday 2 March in Paris.
        pytest.param(["WeekDay(GetDate()) = 6", "WeekDay(GetDate()) = 0"], "b1", id="the day in the campaign's zone"),
    ],
)
def test_which_branch_is_taken(conditions: list[str], taken: str | None) -> None:
    assert choose(branches(*conditions)).output == taken
    assert choose(branches(*conditions, default=True)).output == (taken or "default")


def test_the_figures_that_were_looked_at_are_told() -> None:
    found = choose(branches("[buyers] > 100", "[buyers.complement] < [buyers.targets]", "[gold-club] > 1"))
    assert found == Choice("b1", {"buyers": 7, "buyers.complement": 0, "buyers.targets": 5})


def test_what_arrives_goes_along_the_branches() -> None:
    arrived = arriving("buyers")
    parameters = branches("[buyers] > 1", default=True)
    found = attempt("test", parameters, arrived, around=AROUND)
    assert found.populations == {"b0": arrived.population, "default": arrived.population}
    assert found.kind is not None
    assert found.kind.outputs() == (Output("b0", "b0"), Output("default", "Otherwise"))
    assert attempt("test", parameters, Input("start", "main", "Start"), around=AROUND).populations == {}


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("[buyer] > 1", "buyer is not counted before this activity. Did you mean buyers?"),
        ("[buyers.maine] > 1", "buyers.maine is not counted before this activity. Did you mean buyers.main?"),
        ("[start] > 1", "start is not counted before this activity."),
        ("[zzzzzzzz] > 1", "zzzzzzzz is not counted before this activity. Use one of: buyers, buyers.complement"),
        ("[buyers]", "true or false is needed here"),
        ("$(vars/@leest) > 1", "least"),
    ],
)
def test_what_cannot_be_a_condition(when: str, text: str) -> None:
    ((field, said),) = attempt("test", branches("1 = 1", when), arriving("buyers"), around=AROUND).said
    assert field == "branches.1.when"
    assert text in said


def test_names_of_branches() -> None:
    def said(*names: str, default: bool = False) -> list[tuple[str, str]]:
        given = [{"name": name, "when": "1 = 1"} for name in names]
        return attempt("test", {"branches": given, "default": default}, arriving(), around=AROUND).said

    twice = (
        "Several branches have the name {}. Give each a name of its own; "
        "default is kept for the output that is taken when no condition holds."
    )
    bad = "Big One cannot be the name of a branch. Use small letters, digits, - and _ only, a letter or digit first."
    assert said("a", "a") == [("branches.0.name", twice.format("a")), ("branches.1.name", twice.format("a"))]
    assert said("default") == []
    assert said("default", default=True) == [("branches.0.name", twice.format("default"))]
    assert said("Big One") == [("branches.0.name", bad)]
