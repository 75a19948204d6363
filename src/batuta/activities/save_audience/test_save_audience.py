"""Save audience: the described effect, and what a marketer can get wrong."""

from __future__ import annotations

import pytest

from batuta.activities.effects import SaveAudience as Saving
from batuta.activities.save_audience import SaveAudience
from batuta.activities.validate import Knowledge
from batuta.kit.problems import Problems
from batuta.rules.bound import AttributeOf, Computed
from batuta.schema.types import INTEGER, STRING
from batuta.sets.shape import Column, Shape, shape_of
from batuta.testing import SHOP, TEXTS, arriving, attempt, scope

MEMBERS = Shape("recipients", "recipient", (INTEGER,))


def test_the_population_goes_on_unchanged() -> None:
    arrived = arriving(score=INTEGER)
    assert attempt("save-audience", {"label": "Buyers"}, arrived).populations == {"main": arrived.population}


def test_members_are_saved_with_their_attributes() -> None:
    arrived = arriving(score=INTEGER)
    attributes = [{"name": "points", "expression": "[score]"}, {"name": "town", "expression": "[country]"}]
    activity = SaveAudience.model_validate({"label": "Buyers", "attributes": attributes, "mode": "append"})
    assert arrived.population is not None
    assert activity.effects((arrived,), scope()) == (
        Saving(
            "Buyers",
            arrived.population,
            MEMBERS.having((Column("points", INTEGER), Column("town", STRING))),
            (("points", Computed("score", INTEGER)), ("town", AttributeOf((), "country", STRING))),
            append=True,
            allow_empty=False,
        ),
    )


def test_an_audience_cannot_take_members_of_another_dimension() -> None:
    around = scope(Knowledge(SHOP, audiences={"Buyers": shape_of(SHOP, "prospects")}))
    SaveAudience(label="Buyers").effects((arriving(),), around)
    with pytest.raises(Problems) as caught:
        SaveAudience(label="Buyers", mode="append").effects((arriving(),), around)
    (problem,) = caught.value.problems
    assert problem.field == "label"
    assert TEXTS.say(problem) == (
        "The audience Buyers holds prospects, and recipients cannot be added to it. "
        "Overwrite it, or choose another label."
    )


def test_mistakes_in_attributes_are_told() -> None:
    activity = SaveAudience.model_validate({"label": "B", "attributes": [{"name": "a b", "expression": "[contry]"}]})
    with pytest.raises(Problems) as caught:
        activity.effects((arriving(),), scope())
    assert [problem.field for problem in caught.value.problems] == ["attributes.0.name", "attributes.0.expression"]


def test_a_label_is_needed() -> None:
    assert attempt("save-audience", {"label": ""}, arriving()).said == [
        ("label", "This is still empty. Write something here.")
    ]
    assert attempt("save-audience", {"label": "A", "mode": "apend"}, arriving()).said == [
        ("mode", "apend is no possible choice here. Did you mean append?")
    ]
