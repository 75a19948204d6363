"""Incremental query: its population before and with a memory, its stretch of time, and what one can get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from batuta.activities.contract import Memory, Recall, Scope, Weight
from batuta.activities.incremental_query import ByDate, IncrementalQuery, Remember
from batuta.activities.incremental_query.stretch import within
from batuta.rules.bound import All, AllOf, AttributeOf, Compare, Constant
from batuta.rules.tree import Everyone, Operator
from batuta.schema.types import DATE, DATETIME, INSTANT, INTEGER, STRING, DataType
from batuta.sets.algebra import Fresh, Records
from batuta.sets.shape import Column, Shape
from batuta.testing import TEXTS, arriving, attempt, scope

EVERYONE = {"kind": "all-rows"}
BY_DATE = {"dimension": "recipients", "rule": EVERYONE, "by_date": {"attribute": "[created_at]"}}
PEOPLE = Shape("recipients", "recipient", (INTEGER,))
CREATED = AttributeOf((), "created_at", DATETIME)
AFTER, UNTIL = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)


def recalling(after: datetime | None = AFTER, zone: str = "UTC") -> Scope:
    return replace(scope(), recall=Recall("m", after, UNTIL, zone, (3, 4)))


def query(**parameters: object) -> IncrementalQuery:
    return IncrementalQuery.model_validate({"dimension": "recipients", "rule": EVERYONE, **parameters})


def test_by_date_it_takes_the_stretch_and_leaves_out_whom_the_memory_holds() -> None:
    main = attempt("incremental-query", BY_DATE, around=recalling()).populations["main"]
    assert main == Fresh(
        Records(
            PEOPLE,
            AllOf(
                (
                    All(),
                    Compare(Operator.LESS_OR_EQUAL, CREATED, (Constant(datetime(2026, 3, 2, 9), DATETIME),)),
                    Compare(Operator.GREATER, CREATED, (Constant(datetime(2026, 3, 1, 8), DATETIME),)),
                )
            ),
        ),
        "m",
        (3, 4),
    )


def test_remembering_it_takes_the_rule_and_leaves_out_whom_the_memory_holds() -> None:
    parameters = {"dimension": "recipients", "rule": EVERYONE, "remember": {"days": 3}}
    around = replace(scope(), recall=Recall("m", None, UNTIL, "UTC", (), AFTER, (7,)))
    assert attempt("incremental-query", parameters, around=around).populations["main"] == Fresh(
        Records(PEOPLE, All()), "m", (), AFTER, (7,)
    )


def test_before_a_run_only_empty_dates_are_left_out() -> None:
    main = attempt("incremental-query", BY_DATE).populations["main"]
    assert main == Records(PEOPLE, AllOf((All(), Compare(Operator.IS_NOT_EMPTY, CREATED))))


def test_what_it_remembers() -> None:
    assert query(by_date={"attribute": "[created_at]", "overlap_minutes": 90}).memory(scope()) == Memory(
        PEOPLE, overlap=timedelta(minutes=90)
    )
    assert ByDate(attribute="[created_at]").overlap_minutes == 60
    assert query(remember={"days": 0}).memory(scope()) == Memory(PEOPLE)
    assert query(remember=Remember(days=5)).memory(scope()) == Memory(PEOPLE, days=5)


def test_its_path_ends_when_nothing_is_new() -> None:
    (output,) = query(remember={"days": 0}).outputs()
    assert (output.name, output.skip_when_empty) == ("main", True)


def test_extra_columns_are_carried_and_what_arrives_is_an_activation_only() -> None:
    parameters = {**BY_DATE, "columns": [{"name": "town", "expression": "[household.city]"}]}
    alone = attempt("incremental-query", parameters)
    assert alone.populations["main"].shape.columns == (Column("town", STRING),)
    assert attempt("incremental-query", parameters, arriving()).populations == alone.populations


def test_records_without_a_date_are_told() -> None:
    (remark,) = query(by_date={"attribute": "[created_at]"}).remarks((), recalling())
    assert (remark.code, remark.weight) == ("incremental-no-date", Weight.TOLD)
    assert remark.rows == Records(PEOPLE, AllOf((All(), Compare(Operator.IS_EMPTY, CREATED))))
    assert TEXTS.by_language["en"][remark.code].format(count="2") == (
        "Records that match but have no date and are left out: 2. Fill in their date, and the next run finds them."
    )
    assert query(remember={"days": 0}).remarks((), recalling()) == ()


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("kind", "after", "until", "operator"),
    [
        (INSTANT, AFTER, UNTIL, Operator.GREATER),
        (DATETIME, datetime(2026, 3, 1, 3), datetime(2026, 3, 2, 4), Operator.GREATER),
        (DATE, date(2026, 3, 1), date(2026, 3, 2), Operator.GREATER_OR_EQUAL),
    ],
)
def test_a_stretch_in_the_terms_of_the_date(kind: DataType, after: date, until: date, operator: Operator) -> None:
    attribute = AttributeOf((), "at", kind)
    last, first = within(attribute, AFTER, UNTIL, NEW_YORK)
    assert last == Compare(Operator.LESS_OR_EQUAL, attribute, (Constant(until, kind),))
    assert first == Compare(operator, attribute, (Constant(after, kind),))


def test_a_stretch_over_the_hour_that_comes_twice_begins_an_hour_earlier() -> None:
    before, later = datetime(2026, 11, 1, 5, 45, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC)
    _, first = within(CREATED, before, later, NEW_YORK)
    assert first == Compare(Operator.GREATER, CREATED, (Constant(datetime(2026, 11, 1, 0, 45), DATETIME),))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"by_date": None},
            (
                "",
                (
                    "It is not said what counts as new. Choose a date under 'by_date', or say under 'remember' "
                    "for how many days nobody is returned again."
                ),
            ),
        ),
        (
            {"remember": {"days": 3}},
            ("", "Both a date and a memory of earlier results are chosen. Keep one: 'by_date' or 'remember'."),
        ),
        (
            {"by_date": {"attribute": "[email]"}},
            (
                "by_date.attribute",
                "This is a text, and new records are told by a date. Choose a date, or a date and time.",
            ),
        ),
        (
            {"by_date": {"attribute": "[craeted_at]"}},
            (
                "by_date.attribute",
                "recipient has no attribute craeted_at (position 1). Did you mean created_at?",
            ),
        ),
        (
            {"dimension": "recipient"},
            ("dimension", "There is no targeting dimension recipient. Did you mean recipients?"),
        ),
    ],
)
def test_what_can_be_wrong(changed: dict[str, object], said: tuple[str, str]) -> None:
    assert attempt("incremental-query", {**BY_DATE, **changed}).said == [said]


def test_numbers_out_of_bounds_are_told() -> None:
    for changed in ({"by_date": {"attribute": "[created_at]", "overlap_minutes": -1}}, {"remember": {"days": -1}}):
        assert len(attempt("incremental-query", {**BY_DATE, **changed}).problems) == 1


def test_the_rule_must_be_chosen() -> None:
    assert attempt("incremental-query", {"dimension": "recipients", "remember": {"days": 1}}).said == [
        ("rule", "The field rule is missing. Add it here.")
    ]
    assert isinstance(query(remember={"days": 0}).rule, Everyone)
