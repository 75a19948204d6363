"""Save audience: the described effect, and what a marketer can get wrong."""

from __future__ import annotations

import pytest

from batuta.activities.contract import Input
from batuta.activities.effects import SaveAudience as Saving
from batuta.activities.save_audience import SaveAudience
from batuta.activities.validate import Knowledge
from batuta.kit.problems import LANGUAGES, Problems
from batuta.rules.bound import All, AttributeOf, Computed
from batuta.schema.types import DATE, DECIMAL, DOUBLE, INTEGER, STRING, DataType
from batuta.sets.algebra import Barrier, Exclusion, Keyed, Records
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


def told(arrived: Input, **parameters: object) -> list[tuple[str, str]]:
    """What is wrong with the settings, as (field, English text); there is a French text too."""
    activity = SaveAudience.model_validate({"label": "Kept", **parameters})
    with pytest.raises(Problems) as caught:
        activity.effects((arrived,), scope(Knowledge(SHOP, audiences={"Kept": shape_of(SHOP, "recipients")})))
    for problem in caught.value.problems:
        assert all("{" not in TEXTS.say(problem, language) for language in LANGUAGES)
    return [(problem.field, TEXTS.say(problem)) for problem in caught.value.problems]


def test_members_of_another_dimension_are_found_by_key() -> None:
    arrived = arriving(dimension="orders", buyer=INTEGER)
    attributes = [{"name": "buyer", "expression": "[status]"}]
    activity = SaveAudience.model_validate(
        {"label": "Buyers", "dimension": "recipients", "key": ["[target.buyer]"], "attributes": attributes}
    )
    (effect,) = activity.effects((arrived,), scope())
    assert arrived.population is not None
    status = SHOP.schema_named("order").attribute("status").type
    kept = MEMBERS.having((Column("buyer", status),))
    buyer = Computed("buyer", INTEGER)
    barrier = Barrier(Records(MEMBERS, All()), "recipients", pairs=((buyer, AttributeOf((), "id", INTEGER)),))
    assert effect == Saving(
        "Buyers",
        Keyed(arrived.population, (buyer,), kept, (AttributeOf((), "status", status),)),
        kept,
        (("buyer", Computed("buyer", status)),),
        left_out=Exclusion(arrived.population, (barrier,), arrived.population.shape),
    )
    assert activity.populations((arrived,), scope()) == {"main": arrived.population}


def test_the_dimension_of_those_who_arrive_needs_no_key() -> None:
    named, unnamed = SaveAudience(label="B", dimension="recipients"), SaveAudience(label="B")
    assert named.effects((arriving(),), scope()) == unnamed.effects((arriving(),), scope())


def test_a_key_without_a_dimension_and_a_dimension_without_a_key() -> None:
    assert told(arriving(), key=["[id]"]) == [
        (
            "key",
            (
                "There is a key here, but no dimension whose key it is. Choose the dimension whose rows are kept, "
                "or remove the key."
            ),
        )
    ]
    assert told(arriving(), dimension="orders") == [
        (
            "key",
            (
                "The rows of recipients arrive here, and do not say whom of orders to keep. "
                "Say under 'key' where this stands: id."
            ),
        )
    ]


def test_an_unknown_dimension_gets_a_suggestion() -> None:
    assert told(arriving(), dimension="prospect", key=["[email]"]) == [
        ("dimension", "There is no targeting dimension prospect. Did you mean prospects?")
    ]


def test_a_key_has_as_many_parts_as_that_of_the_dimension() -> None:
    assert told(arriving(), dimension="prospects", key=["[email]", "[id]"]) == [
        (
            "key",
            (
                "The key of prospects has these parts: code. Here are 2 expressions instead of 1: "
                "give one for each, in this order."
            ),
        )
    ]


def test_expressions_of_a_key_that_are_wrong() -> None:
    found = told(arriving(), dimension="prospects", key=["[emial]"])
    assert found == [("key.0", "recipient has no attribute emial (position 1). Did you mean email?")]
    trial = attempt("save-audience", {"label": "B", "dimension": "prospects", "key": [""]}, arriving())
    assert trial.said == [("key.0", "This is still empty. Write something here.")]


@pytest.mark.parametrize(("type_", "word"), [(STRING, "a text"), (DOUBLE, "a number"), (DATE, "a date")])
def test_a_value_that_does_not_fit_the_key(type_: DataType, word: str) -> None:
    assert told(arriving(dimension="orders", x=type_), dimension="recipients", key=["[x]"]) == [
        (
            "key.0",
            f"This is {word}, but id of recipients is a whole number. Convert it, or choose another expression.",
        )
    ]


def test_an_exact_number_fits_a_key_of_whole_numbers() -> None:
    activity = SaveAudience(label="B", dimension="recipients", key=("[x]",))
    (effect,) = activity.effects((arriving(dimension="orders", x=DECIMAL),), scope())
    assert isinstance(effect.population, Keyed)


def test_members_found_by_key_are_not_added_to_an_audience_of_another_dimension() -> None:
    arrived = arriving(dimension="recipients")
    ((field, text),) = told(arrived, dimension="prospects", key=["[email]"], mode="append")
    assert (field, text.partition(".")[0]) == (
        "label",
        "The audience Kept holds recipients, and prospects cannot be added to it",
    )
