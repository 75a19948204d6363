from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from batuta.rules.periods import birthdays, local_to_utc, window
from batuta.rules.tree import Operator

THURSDAY = date(2024, 2, 29)
EXPECTED = {
    Operator.TODAY: ("2024-02-29", "2024-03-01"),
    Operator.YESTERDAY: ("2024-02-28", "2024-02-29"),
    Operator.THIS_WEEK: ("2024-02-26", "2024-03-04"),
    Operator.LAST_WEEK: ("2024-02-19", "2024-02-26"),
    Operator.THIS_MONTH: ("2024-02-01", "2024-03-01"),
    Operator.LAST_MONTH: ("2024-01-01", "2024-02-01"),
    Operator.THIS_QUARTER: ("2024-01-01", "2024-04-01"),
    Operator.LAST_QUARTER: ("2023-10-01", "2024-01-01"),
    Operator.THIS_YEAR: ("2024-01-01", "2025-01-01"),
    Operator.LAST_YEAR: ("2023-01-01", "2024-01-01"),
    Operator.LAST_DAYS: ("2024-02-27", "2024-03-01"),
    Operator.NEXT_DAYS: ("2024-02-29", "2024-03-03"),
    Operator.LAST_WEEKS: ("2024-02-15", "2024-03-01"),
    Operator.NEXT_WEEKS: ("2024-02-29", "2024-03-15"),
    Operator.LAST_MONTHS: ("2023-12-29", "2024-03-01"),
    Operator.NEXT_MONTHS: ("2024-02-29", "2024-04-30"),
    Operator.OLDER_THAN_DAYS: (None, "2024-02-27"),
    Operator.OLDER_THAN_WEEKS: (None, "2024-02-15"),
    Operator.OLDER_THAN_MONTHS: (None, "2023-12-29"),
}


@pytest.mark.parametrize("operator", EXPECTED)
def test_a_period_runs_from_midnight_to_midnight(operator: Operator) -> None:
    expected = tuple(None if bound is None else datetime.fromisoformat(bound) for bound in EXPECTED[operator])
    assert window(operator, 2, THURSDAY) == expected


def test_a_week_begins_on_monday_also_on_a_sunday() -> None:
    assert window(Operator.THIS_WEEK, 0, date(2024, 3, 3))[0] == datetime(2024, 2, 26)
    assert window(Operator.THIS_WEEK, 0, date(2024, 3, 4))[0] == datetime(2024, 3, 4)


def test_last_months_end_where_the_month_does() -> None:
    assert window(Operator.LAST_MONTHS, 1, date(2024, 3, 31))[0] == datetime(2024, 2, 29)


def test_birthdays_of_the_29th_are_kept_on_the_28th_in_other_years() -> None:
    assert birthdays(1, date(2023, 2, 27)) == (227, 228, 229)
    assert birthdays(1, date(2024, 2, 27)) == (227, 228)
    assert birthdays(2, date(2024, 2, 27)) == (227, 228, 229)
    assert birthdays(2, date(2023, 12, 30)) == (101, 1230, 1231)
    assert len(birthdays(36_500, date(2023, 1, 1))) == 366


def test_a_time_that_does_not_exist_is_shifted_and_of_two_the_first_is_taken() -> None:
    assert local_to_utc(datetime(2024, 3, 31, 2, 30), "Europe/Paris") == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    assert local_to_utc(datetime(2024, 10, 27, 2, 30), "Europe/Paris") == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
