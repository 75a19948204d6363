"""Presets of dates on every engine: who is within, told by hand, around the changes of the clock in Paris."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.predicates import condition
from batuta.rules.bound import AttributeOf, Compare, Constant, Moment
from batuta.rules.evaluate import Standpoint, World, holds
from batuta.rules.periods import PERIODS
from batuta.rules.tree import Operator
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import DATE, DATETIME, INSTANT, INTEGER, DataType, Scalar
from tests.functions.engines import PLACE, RUNNERS, Places, Rows
from tests.functions.test_functions import ENGINES

WEDNESDAY = Moment(datetime(2024, 4, 3, 12, tzinfo=UTC), "Europe/Paris")
"""Three days after the clocks went forward, on Sunday 31 March."""

EDGES: list[tuple[Operator, int | None, str, str]] = [
    (Operator.TODAY, None, "2024-04-02T22:00Z", "2024-04-03T22:00Z"),
    (Operator.YESTERDAY, None, "2024-04-01T22:00Z", "2024-04-02T22:00Z"),
    (Operator.THIS_WEEK, None, "2024-03-31T22:00Z", "2024-04-07T22:00Z"),
    (Operator.LAST_WEEK, None, "2024-03-24T23:00Z", "2024-03-31T22:00Z"),
    (Operator.THIS_MONTH, None, "2024-03-31T22:00Z", "2024-04-30T22:00Z"),
    (Operator.LAST_MONTH, None, "2024-02-29T23:00Z", "2024-03-31T22:00Z"),
    (Operator.THIS_QUARTER, None, "2024-03-31T22:00Z", "2024-06-30T22:00Z"),
    (Operator.LAST_QUARTER, None, "2023-12-31T23:00Z", "2024-03-31T22:00Z"),
    (Operator.THIS_YEAR, None, "2023-12-31T23:00Z", "2024-12-31T23:00Z"),
    (Operator.LAST_YEAR, None, "2022-12-31T23:00Z", "2023-12-31T23:00Z"),
    (Operator.LAST_DAYS, 3, "2024-03-30T23:00Z", "2024-04-03T22:00Z"),
    (Operator.NEXT_DAYS, 2, "2024-04-02T22:00Z", "2024-04-05T22:00Z"),
    (Operator.LAST_WEEKS, 1, "2024-03-26T23:00Z", "2024-04-03T22:00Z"),
    (Operator.NEXT_WEEKS, 1, "2024-04-02T22:00Z", "2024-04-10T22:00Z"),
    (Operator.LAST_MONTHS, 1, "2024-03-02T23:00Z", "2024-04-03T22:00Z"),
    (Operator.NEXT_MONTHS, 1, "2024-04-02T22:00Z", "2024-05-03T22:00Z"),
    (Operator.OLDER_THAN_DAYS, 3, "0001-01-02T00:00Z", "2024-03-30T23:00Z"),
    (Operator.OLDER_THAN_WEEKS, 1, "0001-01-02T00:00Z", "2024-03-26T23:00Z"),
    (Operator.OLDER_THAN_MONTHS, 1, "0001-01-02T00:00Z", "2024-03-02T23:00Z"),
]
BIRTHDAYS = [date(2004, 2, 29), date(2003, 2, 28), date(2003, 2, 26), date(2001, 3, 1), None]


def table(kind: DataType, values: Sequence[Scalar], moment: Moment) -> Rows:
    """Return rows with one column of values."""
    attributes = (Attribute(name="id", type=INTEGER), Attribute(name="at", type=kind))
    schema = Schema(name="marks", attributes=attributes, primary_key=("id",))
    records = [{"id": number, "at": value} for number, value in enumerate(values)]
    return Rows(Catalogue(schemas=(schema,)), records, moment)


def asked(operator: Operator, amount: int | None, kind: DataType) -> Compare:
    right = () if amount is None else (Constant(amount, INTEGER),)
    return Compare(operator, AttributeOf((), "at", kind), right)


def answers(engine: str, rows: Rows, predicates: Sequence[Compare]) -> list[list[bool]]:
    """Return which of the predicates each row satisfies, as an engine says; the evaluator must say the same."""
    runner = RUNNERS[engine](rows)
    row = Row.of_rows(Context(runner.dialect, rows.catalogue, rows.moment, Places()), rows.name, "r")
    columns = [
        trees.aliased(trees.certain(condition(predicate, row)), f"c{place}")
        for place, predicate in enumerate(predicates)
    ]
    query = row.join(trees.query(columns, trees.under(rows_of(rows), "r")))
    query.set("order", exp.Order(expressions=[trees.ascending(trees.column("r", PLACE))]))
    found = [list(map(bool, answer)) for answer in runner.answers(query)]
    world = World({rows.name: rows.records}, rows.catalogue)
    standpoints = [Standpoint(record, rows.name, world, rows.moment) for record in rows.records]
    assert found == [[holds(predicate, here) for predicate in predicates] for here in standpoints]
    return found


def rows_of(rows: Rows) -> exp.Table:
    return exp.table_(rows.name, quoted=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_presets_hold_for_instants_from_local_midnight_to_midnight(engine: str) -> None:
    windows = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for *_, start, end in EDGES]
    assert {operator for operator, *_ in EDGES} == set(PERIODS)
    instant = timedelta(microseconds=1)
    moments = sorted({edge + step for window in windows for edge in window for step in (-instant, 0 * instant)})
    found = answers(
        engine,
        table(INSTANT, [*moments, None], WEDNESDAY),
        [asked(operator, amount, INSTANT) for operator, amount, *_ in EDGES],
    )
    for (operator, *_), (start, end), held in zip(EDGES, windows, zip(*found, strict=True), strict=True):
        assert list(held) == [
            start <= moment < end or (operator.value.startswith("older-than") and moment < end) for moment in moments
        ] + [False], operator


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [DATE, DATETIME])
@pytest.mark.parametrize(
    ("today", "ahead", "kept"),
    [
        (datetime(2023, 2, 27, 12, tzinfo=UTC), 1, [True, True, False, False, False]),
        (datetime(2024, 2, 27, 12, tzinfo=UTC), 1, [False, True, False, False, False]),
        (datetime(2024, 2, 27, 12, tzinfo=UTC), 3, [True, True, False, True, False]),
        (datetime(2023, 2, 25, 23, 30, tzinfo=UTC), 366, [True, True, True, True, False]),
    ],
)
def test_who_is_born_on_29_february_is_not_forgotten(
    engine: str, kind: DataType, today: datetime, ahead: int, kept: list[bool]
) -> None:
    values = [
        day if day is None or kind == DATE else datetime(day.year, day.month, day.day, 23, 30) for day in BIRTHDAYS
    ]
    rows = table(kind, values, Moment(today, "Europe/Paris"))
    assert [held for (held,) in answers(engine, rows, [asked(Operator.BIRTHDAY_IN_DAYS, ahead, kind)])] == kept
