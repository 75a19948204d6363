"""Wait: when the path goes on, by the calendar and by the clock; instants were worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.wait import Wait
from batuta.testing import TEXTS, arriving, attempt, scope

PARIS, NEW_YORK, LORD_HOWE = "Europe/Paris", "America/New_York", "Australia/Lord_Howe"


def due(parameters: dict[str, Any], arrived: str, zone: str) -> str:
    found = Wait.model_validate(parameters).due(datetime.fromisoformat(arrived).astimezone(UTC), zone)
    assert found.tzinfo is UTC
    return f"{found:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("amount", "unit", "zone", "arrived", "expected"),
    [
        pytest.param(90, "seconds", PARIS, "2026-03-29T00:59:00Z", "2026-03-29T01:00:30Z", id="seconds pass"),
        pytest.param(2, "hours", PARIS, "2026-03-29T00:30:00Z", "2026-03-29T02:30:00Z", id="hours pass, not the clock"),
        pytest.param(2, "hours", PARIS, "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z", id="through the hour repeated"),
        # 28 March 09:00 is +01:00, 29 March 09:00 is +02:00: a day of 23 hours.
        pytest.param(1, "days", PARIS, "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", id="a short day"),
        pytest.param(1, "days", PARIS, "2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", id="a long day"),
        # 29 March 02:30 does not exist in Paris: the clocks go from 02:00 to 03:00 at 01:00 UTC.
        pytest.param(1, "days", PARIS, "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", id="into the gap"),
        # 25 October 02:30 comes twice: first at +02:00.
        pytest.param(1, "days", PARIS, "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", id="into the repeated hour"),
        pytest.param(1, "months", PARIS, "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z", id="last of February"),
        pytest.param(1, "months", PARIS, "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z", id="of a leap year"),
        # 31 January 00:30 in Paris is still 30 January in UTC: the calendar is that of the campaign.
        pytest.param(1, "months", PARIS, "2026-01-30T23:30:00Z", "2026-02-27T23:30:00Z", id="by the local calendar"),
        pytest.param(
            2, "weeks", PARIS, "2026-03-20T08:00:00Z", "2026-04-03T07:00:00Z", id="weeks keep the time of day"
        ),
        pytest.param(14, "months", PARIS, "2026-12-31T11:00:00Z", "2028-02-29T11:00:00Z", id="over years"),
        # New York: forward on 8 March 2026 at 07:00 UTC, back on 1 November at 06:00 UTC.
        pytest.param(1, "days", NEW_YORK, "2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", id="gap in New York"),
        pytest.param(1, "days", NEW_YORK, "2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", id="twice in New York"),
        pytest.param(3, "days", NEW_YORK, "2026-03-06T15:00:00Z", "2026-03-09T14:00:00Z", id="over the change there"),
        # Lord Howe moves by half an hour: from 02:00 to 02:30 on 4 October 2026, at 15:30 UTC of the 3rd.
        pytest.param(1, "days", LORD_HOWE, "2026-10-02T15:45:00Z", "2026-10-03T15:30:00Z", id="half an hour of gap"),
        # and from 02:00 back to 01:30 on 5 April 2026; 01:45 first comes at +11:00.
        pytest.param(1, "days", LORD_HOWE, "2026-04-03T14:45:00Z", "2026-04-04T14:45:00Z", id="half an hour twice"),
        pytest.param(1, "days", LORD_HOWE, "2026-04-04T09:00:00Z", "2026-04-05T09:30:00Z", id="a day of 24 and a half"),
    ],
)
def test_how_long_a_duration_lasts(amount: int, unit: str, zone: str, arrived: str, expected: str) -> None:
    assert due({"duration": {"amount": amount, "unit": unit}}, arrived, zone) == expected


@pytest.mark.parametrize(
    ("until", "zone", "expected"),
    [
        ("2026-12-24T09:00", PARIS, "2026-12-24T08:00:00Z"),
        ("2026-12-24T09:00", NEW_YORK, "2026-12-24T14:00:00Z"),
        ("2026-12-24T09:00+05:30", PARIS, "2026-12-24T03:30:00Z"),
        ("2026-12-24T09:00Z", LORD_HOWE, "2026-12-24T09:00:00Z"),
        ("2026-03-29T02:30", PARIS, "2026-03-29T01:00:00Z"),
        ("2026-10-25T02:30", PARIS, "2026-10-25T00:30:00Z"),
        ("2026-10-04T02:15", LORD_HOWE, "2026-10-03T15:30:00Z"),
        ("2026-02-01T00:00", PARIS, "2026-03-01T12:00:00Z"),  # over already: at once
    ],
)
def test_a_date_is_that_of_the_campaigns_zone(until: str, zone: str, expected: str) -> None:
    assert due({"until": until}, "2026-03-01T12:00:00Z", zone) == expected


@pytest.mark.parametrize(
    ("weekdays", "at", "zone", "arrived", "expected"),
    [
        # Sunday 1 March 2026, 12:00 in Paris.
        pytest.param(["monday"], "09:30", PARIS, "2026-03-01T11:00:00Z", "2026-03-02T08:30:00Z", id="tomorrow"),
        pytest.param(["sunday"], "13:00", PARIS, "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z", id="later today"),
        pytest.param(["sunday"], "12:00", PARIS, "2026-03-01T11:00:00Z", "2026-03-08T11:00:00Z", id="strictly after"),
        pytest.param(["sunday"], "11:59", PARIS, "2026-03-01T11:00:00Z", "2026-03-08T10:59:00Z", id="over today"),
        pytest.param(["friday", "tuesday"], "09:00", PARIS, "2026-03-01T11:00:00Z", "2026-03-03T08:00:00Z", id="any"),
        pytest.param([], "09:00", PARIS, "2026-03-01T11:00:00Z", "2026-03-02T08:00:00Z", id="every day"),
        # Saturday 22:00 in New York is Sunday in UTC.
        pytest.param(["saturday"], "23:00", NEW_YORK, "2026-03-01T03:00:00Z", "2026-03-01T04:00:00Z", id="local day"),
        pytest.param(["sunday"], "02:30", PARIS, "2026-03-22T11:00:00Z", "2026-03-29T01:00:00Z", id="into the gap"),
        # 25 October, 02:40 at +02:00: the 02:30 that came first is over, the second one is none of ours.
        pytest.param(["sunday"], "02:30", PARIS, "2026-10-25T00:40:00Z", "2026-11-01T01:30:00Z", id="once a day only"),
        pytest.param(
            ["sunday"], "02:15", LORD_HOWE, "2026-10-03T15:00:00Z", "2026-10-03T15:30:00Z", id="half hour gap"
        ),
    ],
)
def test_the_next_time_of_the_week(weekdays: list[str], at: str, zone: str, arrived: str, expected: str) -> None:
    assert due({"next": {"weekdays": weekdays, "at": at}}, arrived, zone) == expected


def test_what_arrives_goes_on_unchanged() -> None:
    arrived = arriving()
    days = {"duration": {"amount": 3, "unit": "days"}}
    assert attempt("wait", days, arrived).populations == {"main": arrived.population}
    assert attempt("wait", days, Input("start", "main", "Start")).populations == {}


def test_exactly_one_way_to_say_how_long() -> None:
    assert attempt("wait", {}, arriving()).said == [
        ("", "It does not say how long to wait. Give a duration, a date (until) or a time of the week (next).")
    ]
    both = {"until": "2026-12-24T09:00", "duration": {"amount": 3, "unit": "days"}}
    assert attempt("wait", both, arriving()).said == [
        ("until", "It says in several ways how long to wait: duration, until. Keep one of them.")
    ]


@pytest.mark.parametrize(("until", "warned"), [("2026-03-01T13:00", True), ("2026-03-01T13:01", False)])
def test_a_date_that_is_over_is_worth_a_warning(until: str, warned: bool) -> None:
    kind = attempt("wait", {"until": until}, arriving()).kind
    assert kind is not None
    here = replace(scope(), now=datetime(2026, 3, 1, 12, tzinfo=UTC), zone=PARIS)
    said = [TEXTS.say(problem) for problem in kind.warnings((arriving(),), here)]
    expected = (
        "2026-03-01 13:00 has passed already, so nothing waits here. Choose a later date, or remove the activity."
    )
    assert said == ([expected] if warned else [])
