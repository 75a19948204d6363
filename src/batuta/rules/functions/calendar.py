"""Counting in days and months of the calendar, in the years 1 to 9999."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import TypeVar

Day = TypeVar("Day", date, datetime)


def add_days(day: Day, count: int) -> Day | None:
    """Return a day or moment so many days later; None beyond the years 1 to 9999."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return None


def add_months(day: Day, count: int) -> Day | None:
    """Return a day or moment so many months later, at the month's last day if it has no such day.

    None beyond the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def add_seconds(moment: datetime, count: int) -> datetime | None:
    """Return a moment so many seconds later; None beyond the years 1 to 9999."""
    try:
        return moment + timedelta(seconds=count)
    except OverflowError:
        return None


def months_between(end: date, start: date) -> int:
    """Return the complete months from start to end, towards zero; both days, or both moments."""
    if end < start:
        return -months_between(start, end)
    months = (end.year - start.year) * 12 + end.month - start.month
    reached = add_months(start, months)
    return months if reached is not None and reached <= end else months - 1


def monday_of(day: date) -> date:
    """Return the Monday that a day's week begins with."""
    return only_date(day) - timedelta(days=day.weekday())


def only_date(day: date) -> date:
    """Return the calendar day of a day or moment."""
    return day.date() if isinstance(day, datetime) else day


def moment_of(day: date) -> datetime:
    """Return a moment as it is, a day as its midnight."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
