"""Functions that take a date apart, or cut it off. Weeks begin on Monday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from batuta.rules.bound import Moment
from batuta.rules.functions.calendar import add_seconds, moment_of, monday_of, only_date
from batuta.rules.functions.model import Family, Function, Parameter, Zoned
from batuta.rules.functions.moments import day, double, each, moment, part, seconds_from_1970, whole_seconds
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK
from batuta.schema.types import DATE, DATETIME, INTEGER, TIME

_DATE = Parameter("date", Family.MOMENT, zoned=Zoned.LOCAL)
SECONDS = Parameter("seconds", Family.INTEGER)
_ORIGIN = datetime(1970, 1, 1)


def _part(
    name: str,
    of: Callable[[datetime], int],
    template: Callable[[str], str],
    summary: str,
    example: str = "birth_date",
) -> Function:
    def evaluate(_: Moment, day: date) -> int:
        return of(moment_of(day))

    return Function(name, (_DATE,), always(INTEGER), evaluate, summary, f"{name}([{example}])", each(template))


def _extracted(name: str) -> Callable[[str], str]:
    return lambda engine: part(engine, name, moment(engine, "{0}"))


def _week_day(engine: str) -> str:
    if engine == SPARK:
        return f"CAST(WEEKDAY({day('{0}')}) AS BIGINT)"
    return f"({part(engine, 'isodow', moment(engine, '{0}'))} - 1)"


def _day_of_year(engine: str) -> str:
    return part(engine, "dayofyear" if engine == SPARK else "doy", moment(engine, "{0}"))


def _year_and_month(engine: str) -> str:
    year, month = (part(engine, name, moment(engine, "{0}")) for name in ("year", "month"))
    return f"({year} * 100 + {month})"


PARTS = (
    _part("Year", lambda day: day.year, _extracted("year"), "Gives the year of a date."),
    _part("Month", lambda day: day.month, _extracted("month"), "Gives the month of a date, 1 to 12."),
    _part("Day", lambda day: day.day, _extracted("day"), "Gives the day of the month of a date, 1 to 31."),
    _part("DayOfYear", lambda day: day.timetuple().tm_yday, _day_of_year, "Gives the day of the year, 1 to 366."),
    _part("WeekDay", lambda day: day.weekday(), _week_day, "Gives the day of the week, 0 for Monday."),
    _part(
        "YearAndMonth",
        lambda day: day.year * 100 + day.month,
        _year_and_month,
        "Gives the year and month of a date as a whole number, such as 202402.",
    ),
    _part("Hour", lambda day: day.hour, _extracted("hour"), "Gives the hour, 0 to 23; 0 of a date.", "opened_at"),
    _part("Minute", lambda day: day.minute, _extracted("minute"), "Gives the minute, 0 to 59.", "opened_at"),
    _part(
        "Second",
        lambda day: day.second,
        _extracted("second"),
        "Gives the second, 0 to 59, without its fraction.",
        "opened_at",
    ),
)


def _cut(name: str, to: Callable[[date], date], unit: str, summary: str) -> Function:
    def template(engine: str) -> str:
        if engine == SPARK:
            return f"TRUNC({day('{0}')}, '{unit.upper()}')"
        return f"CAST(DATE_TRUNC('{unit}', {moment(engine, '{0}')}) AS DATE)"

    def evaluate(_: Moment, day: date) -> date:
        return to(only_date(day))

    return Function(name, (_DATE,), always(DATE), evaluate, summary, f"{name}([order_date])", each(template))


def quarter_of(day: date) -> date:
    """Return the first day of the quarter of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def truncated(_: Moment, value: date, seconds: int, *_others: object) -> datetime | None:
    """Return a datetime at the last multiple of so many seconds, counted from 1970; none for less than one."""
    if seconds < 1:
        return None
    since = (moment_of(value) - _ORIGIN) // timedelta(seconds=1)
    return add_seconds(_ORIGIN, since // seconds * seconds)


def _truncated_time(_: Moment, value: date, seconds: int) -> time | None:
    if seconds < 1:
        return None
    found = moment_of(value)
    whole = (found.hour * 3600 + found.minute * 60 + found.second) // seconds * seconds
    return time(whole // 3600, whole // 60 % 60, whole % 60)


def _multiple(engine: str, value: str) -> str:
    step = double(engine, "NULLIF(GREATEST({1}, 0), 0)")
    return f"FLOOR({value} / {step}) * {step}"


def truncation(engine: str) -> str:
    """Return the template of `truncated`."""
    return seconds_from_1970(engine, _multiple(engine, whole_seconds(engine, "{0}")))


def _time_truncation(engine: str) -> str:
    value = moment(engine, "{0}")
    hour, minute, second = (part(engine, name, value) for name in ("hour", "minute", "second"))
    whole = _multiple(engine, double(engine, f"({hour} * 3600 + {minute} * 60 + {second})"))
    if engine == DUCKDB:
        return f"CAST(MAKE_TIMESTAMP(CAST({whole} AS BIGINT) * 1000000) AS TIME)"
    if engine == POSTGRES:
        return f"CAST(TIMESTAMP '1970-01-01 00:00:00' + ({whole}) * INTERVAL '1 second' AS TIME)"
    return f"DATE_FORMAT(TIMESTAMP_SECONDS(CAST({whole} AS BIGINT)), 'HH:mm:ss')"


CUTS = (
    Function(
        "DateOnly",
        (_DATE,),
        always(DATE),
        lambda _, value: only_date(value),
        "Gives the calendar day of a date, without its time.",
        "DateOnly([opened_at])",
        each(lambda _engine: day("{0}")),
    ),
    _cut("TruncWeek", monday_of, "week", "Gives the Monday that the week of a date begins with."),
    _cut("TruncMonth", lambda day: day.replace(day=1), "month", "Gives the first day of the month of a date."),
    _cut("TruncQuarter", quarter_of, "quarter", "Gives the first day of the quarter of a date."),
    _cut("TruncYear", lambda day: day.replace(month=1, day=1), "year", "Gives the first of January of a date's year."),
    Function(
        "TruncDate",
        (_DATE, SECONDS),
        always(DATETIME),
        truncated,
        "Cuts a date and time off to a multiple of so many seconds (60 to the minute, 86400 to the day), counted "
        "from 1970; empty for less than one.",
        "TruncDate([opened_at], 3600)",
        each(truncation),
    ),
    Function(
        "TruncTime",
        (_DATE, SECONDS),
        always(TIME),
        _truncated_time,
        "Gives the time of day, cut off to a multiple of so many seconds; empty for less than one.",
        "TruncTime([opened_at], 900)",
        each(_time_truncation),
    ),
)
