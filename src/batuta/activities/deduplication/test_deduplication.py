"""Deduplication: what is kept, in which order it is chosen, and what a marketer can get wrong."""

from __future__ import annotations

from dataclasses import replace

from batuta.activities.contract import Output
from batuta.rules.bound import AttributeOf, Computed, Constant
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Choice, Criterion, Distinct
from batuta.sets.shape import Column
from batuta.testing import arriving, attempt, scope

EMAIL = AttributeOf((), "email", STRING)
COUNTRY = AttributeOf((), "country", STRING)


def distinct(**parameters: object) -> Distinct:
    found = attempt("deduplication", {"fields": ["[email]"], **parameters}, arriving(score=INTEGER))
    main = found.populations["main"]
    assert isinstance(main, Distinct)
    return main


def test_one_of_each_group_is_kept_unless_said_otherwise() -> None:
    main = distinct()
    assert (main.fields, main.keep, main.criteria) == ((EMAIL,), 1, ())
    assert (main.ignore_case, main.ignore_space, main.empty_are_duplicates) == (False, False, False)
    assert distinct(keep=0, ignore_case=True, ignore_space=True, empty_are_duplicates=True) == replace(
        main, keep=0, ignore_case=True, ignore_space=True, empty_are_duplicates=True
    )


def test_preferences_chain_in_their_order() -> None:
    choice = [
        {"kind": "preferred", "expression": "[country]", "values": ["FR", "DE"]},
        {"kind": "not-empty", "expression": "[first_name]"},
        {"kind": "descending", "expression": "[score]"},
        {"kind": "ascending", "expression": "[id]"},
        {"kind": "random"},
    ]
    assert distinct(choice=choice).criteria == (
        Criterion(Choice.PREFERRED, COUNTRY, (Constant("FR", STRING), Constant("DE", STRING))),
        Criterion(Choice.NOT_EMPTY, AttributeOf((), "first_name", STRING)),
        Criterion(Choice.DESCENDING, Computed("score", INTEGER)),
        Criterion(Choice.ASCENDING, AttributeOf((), "id", INTEGER)),
        Criterion(Choice.RANDOM),
    )


def test_chance_is_new_in_each_run_unless_it_is_stable() -> None:
    assert distinct().salt == scope().seed
    assert distinct(stable=True).salt == scope().stable_seed
    assert scope().seed != scope().stable_seed


def test_the_complement_holds_the_key_kept_instead() -> None:
    parameters = {"fields": ["[email]"], "complement": True}
    found = attempt("deduplication", parameters, arriving(kept_1=STRING, score=INTEGER))
    assert found.kind is not None
    assert found.kind.outputs() == (Output("main", "Without duplicates"), Output("complement", "Duplicates"))
    complement = found.populations["complement"]
    assert isinstance(complement, Distinct)
    assert complement.complement
    assert complement.shape.columns == (Column("score", INTEGER), Column("kept_1", INTEGER))


def test_mistakes_are_told_with_their_fields() -> None:
    parameters = {
        "fields": ["[email]", "Lower([points])"],
        "choice": [
            {"kind": "descending", "expression": "[pionts]"},
            {"kind": "preferred", "expression": "[points]", "values": ["many"]},
        ],
    }
    found = attempt("deduplication", parameters, arriving())
    assert [field for field, _ in found.said] == ["fields.1", "choice.0.expression", "choice.1.values.0"]


def test_settings_that_cannot_be_read_are_told_with_their_fields() -> None:
    found = attempt(
        "deduplication",
        {"fields": [], "keep": -1, "choice": [{"kind": "preferred", "expression": "[id]"}, {"kind": "decending"}]},
        arriving(),
    )
    assert found.said == [
        ("fields", "This is still empty. Add at least one entry."),
        ("keep", "-1 is too small. Use 0 or more."),
        ("choice.0.values", "The field values is missing. Add it here."),
        ("choice.1.kind", "decending is no possible choice here. Did you mean descending?"),
    ]
