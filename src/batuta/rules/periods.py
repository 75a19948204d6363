"""Periods that conditions name by their operators, as half-open intervals of local datetimes.

The evaluator and the engines both take them from here, so that they cannot disagree about "last week".
Weeks begin on Monday. "Last" periods reach to the end of today and "next" ones begin with today, so that
"last N days" and "older than N days" leave nothing between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from batuta.kit.zones import zone_named
from batuta.rules.functions.calendar import add_days, add_months, monday_of
from batuta.rules.tree import Operator

Window = tuple[datetime | None, datetime | None]
"""From (inclusive) and to (exclusive), local datetimes; None is unbounded."""

MOST_AMOUNT = 36_500
"""The greatest N of "last N days" and the like."""

_DAY = timedelta(days=1)


def window(operator: Operator, amount: int, today: date) -> Window:
    """Return the period that an operator of the keys of PERIODS means; `amount` is its N, if it takes one."""
    start, end = PERIODS[operator](today, amount)
    return _midnight(start), _midnight(end)


def local_to_utc(local: datetime, zone: str) -> datetime:
    """Return the instant of a local datetime, with the zone UTC.

    A time that does not exist is shifted forward by the gap; of one that exists twice it is the first.
    """
    return local.replace(tzinfo=zone_named(zone), fold=0).astimezone(UTC)


def birthdays(amount: int, today: date) -> tuple[int, ...]:
    """Return the birthdays from today to `amount` days ahead, each as month * 100 + day, in order.

    Who is born on 29 February celebrates on the 28th where there is no 29th.
    """
    found = set()
    for ahead in range(min(amount, 366) + 1):
        day = today + ahead * _DAY
        found.add(day.month * 100 + day.day)
        if (day.month, day.day) == (2, 28) and (day + _DAY).month == 3:
            found.add(229)
    return tuple(sorted(found))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time())


def _weeks(today: date, first: int, count: int) -> tuple[date, date]:
    start = monday_of(today) + timedelta(weeks=first)
    return start, start + timedelta(weeks=count)


def _months(start: date, first: int, count: int) -> tuple[date | None, date | None]:
    return add_months(start, first), add_months(start, first + count)


def _quarter(today: date) -> date:
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)


def _tomorrow_after(day: date | None) -> date | None:
    return None if day is None else add_days(day, 1)


Bounds = tuple[date | None, date | None]

PERIODS: Mapping[Operator, Callable[[date, int], Bounds]] = {
    Operator.TODAY: lambda today, _: (today, today + _DAY),
    Operator.YESTERDAY: lambda today, _: (today - _DAY, today),
    Operator.THIS_WEEK: lambda today, _: _weeks(today, 0, 1),
    Operator.LAST_WEEK: lambda today, _: _weeks(today, -1, 1),
    Operator.THIS_MONTH: lambda today, _: _months(today.replace(day=1), 0, 1),
    Operator.LAST_MONTH: lambda today, _: _months(today.replace(day=1), -1, 1),
    Operator.THIS_QUARTER: lambda today, _: _months(_quarter(today), 0, 3),
    Operator.LAST_QUARTER: lambda today, _: _months(_quarter(today), -3, 3),
    Operator.THIS_YEAR: lambda today, _: _months(today.replace(month=1, day=1), 0, 12),
    Operator.LAST_YEAR: lambda today, _: _months(today.replace(month=1, day=1), -12, 12),
    Operator.LAST_DAYS: lambda today, n: (add_days(today, -n), today + _DAY),
    Operator.NEXT_DAYS: lambda today, n: (today, add_days(today, n + 1)),
    Operator.LAST_WEEKS: lambda today, n: (add_days(today, -7 * n), today + _DAY),
    Operator.NEXT_WEEKS: lambda today, n: (today, add_days(today, 7 * n + 1)),
    Operator.LAST_MONTHS: lambda today, n: (add_months(today, -n), today + _DAY),
    Operator.NEXT_MONTHS: lambda today, n: (today, _tomorrow_after(add_months(today, n))),
    Operator.OLDER_THAN_DAYS: lambda today, n: (None, add_days(today, -n)),
    Operator.OLDER_THAN_WEEKS: lambda today, n: (None, add_days(today, -7 * n)),
    Operator.OLDER_THAN_MONTHS: lambda today, n: (None, add_months(today, -n)),
}
"""What each operator means for a day and an amount: first day, and day after the last."""

AMOUNTED = frozenset(
    {
        Operator.LAST_DAYS,
        Operator.NEXT_DAYS,
        Operator.LAST_WEEKS,
        Operator.NEXT_WEEKS,
        Operator.LAST_MONTHS,
        Operator.NEXT_MONTHS,
        Operator.OLDER_THAN_DAYS,
        Operator.OLDER_THAN_WEEKS,
        Operator.OLDER_THAN_MONTHS,
        Operator.BIRTHDAY_IN_DAYS,
    }
)
"""The operators that take an amount N."""
