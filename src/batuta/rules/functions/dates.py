"""Functions of days and moments in the campaign's time zone. Weeks begin on Monday."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Types
from batuta.rules.functions.results import always, as_first
from batuta.rules.functions.sql import DUCKDB
from batuta.schema.types import DATE, DATETIME, INTEGER, Kind, Scalar

Day = TypeVar("Day", date, datetime)
_DATE = Parameter("date", Family.DAY)
_COUNT = Parameter("count", Family.INTEGER)


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


def _moment_of(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _days_between(_: Moment, end: date, start: date) -> int:
    return (only_date(end) - only_date(start)).days


def _months_between(_: Moment, end: date, start: date) -> int:
    return months_between(_moment_of(end), _moment_of(start))


def _years_old(moment: Moment, birth: date) -> int:
    months = months_between(moment.today, only_date(birth))
    return int(months / 12)


def _within_years(computed: str, kind: str) -> str:
    """Return SQL that is empty where a computed day lies beyond the years 1 to 9999."""
    return (
        f"CASE WHEN CAST(TRY({computed}) AS DATE) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' "
        f"THEN CAST(TRY({computed}) AS {kind}) END"
    )


def _sql_kind(types: Types) -> str:
    return "DATE" if types[0].kind is Kind.DATE else "TIMESTAMP"


def _adding(unit: str) -> Callable[[Types], str]:
    return lambda types: _within_years(f"{{0}} + {unit}(CAST({{1}} AS INTEGER))", _sql_kind(types))


def _ago(unit: str) -> str:
    return _within_years(f"{{today}} - {unit}(CAST({{0}} AS INTEGER))", "DATE")


def _part(name: str, of: Callable[[date], int], template: str, summary: str) -> Function:
    def evaluate(_: Moment, day: date) -> Scalar:
        return of(day)

    return Function(name, (_DATE,), always(INTEGER), evaluate, summary, f"{name}([birth_date])", {DUCKDB: template})


DATES = (
    Function(
        "GetDate",
        (),
        always(DATETIME),
        lambda moment: moment.local,
        "Gives the present date and time in the campaign's time zone, the same for the whole stretch of a run.",
        "GetDate()",
        {DUCKDB: "CAST({now} AS TIMESTAMP)"},
    ),
    Function(
        "AddDays",
        (_DATE, _COUNT),
        as_first,
        lambda _, day, count: add_days(day, count),
        "Gives the date so many days later (earlier, if negative).",
        "AddDays([order_date], 14)",
        {DUCKDB: _adding("TO_DAYS")},
    ),
    Function(
        "AddMonths",
        (_DATE, _COUNT),
        as_first,
        lambda _, day, count: add_months(day, count),
        "Gives the date so many months later (earlier, if negative); 31 January + 1 month is the last of February.",
        "AddMonths([order_date], 1)",
        {DUCKDB: _adding("TO_MONTHS")},
    ),
    Function(
        "DaysAgo",
        (_COUNT,),
        always(DATE),
        lambda moment, count: add_days(moment.today, -count),
        "Gives the date so many days before today.",
        "DaysAgo(30)",
        {DUCKDB: _ago("TO_DAYS")},
    ),
    Function(
        "MonthsAgo",
        (_COUNT,),
        always(DATE),
        lambda moment, count: add_months(moment.today, -count),
        "Gives the date so many months before today, at the month's last day if it has no such day.",
        "MonthsAgo(6)",
        {DUCKDB: _ago("TO_MONTHS")},
    ),
    Function(
        "DaysDiff",
        (Parameter("end", Family.DAY), Parameter("start", Family.DAY)),
        always(INTEGER),
        _days_between,
        "Counts the calendar days from start to end, whatever the time of day.",
        "DaysDiff(GetDate(), [order_date])",
        {DUCKDB: "DATE_DIFF('day', CAST({1} AS DATE), CAST({0} AS DATE))"},
    ),
    Function(
        "MonthsDiff",
        (Parameter("end", Family.DAY), Parameter("start", Family.DAY)),
        always(INTEGER),
        _months_between,
        "Counts the complete months from start to end, towards zero.",
        "MonthsDiff(GetDate(), [order_date])",
        {DUCKDB: "DATESUB('month', CAST({1} AS TIMESTAMP), CAST({0} AS TIMESTAMP))"},
    ),
    Function(
        "YearsOld",
        (_DATE,),
        always(INTEGER),
        _years_old,
        "Counts the complete years from a date until today; of 29 February, on the 28th in other years.",
        "YearsOld([birth_date])",
        {DUCKDB: "(DATESUB('month', CAST({0} AS DATE), {today}) // 12)"},
    ),
    _part("Year", lambda day: day.year, "YEAR({0})", "Gives the year of a date."),
    _part("Month", lambda day: day.month, "MONTH({0})", "Gives the month of a date, 1 to 12."),
    _part("Day", lambda day: day.day, "DAY({0})", "Gives the day of the month of a date, 1 to 31."),
    _part("WeekDay", lambda day: day.weekday(), "(ISODOW({0}) - 1)", "Gives the day of the week, 0 for Monday."),
    Function(
        "TruncWeek",
        (_DATE,),
        always(DATE),
        lambda _, day: monday_of(day),
        "Gives the Monday that the week of a date begins with.",
        "TruncWeek([order_date])",
        {DUCKDB: "CAST(DATE_TRUNC('week', {0}) AS DATE)"},
    ),
    Function(
        "TruncMonth",
        (_DATE,),
        always(DATE),
        lambda _, day: only_date(day).replace(day=1),
        "Gives the first day of the month of a date.",
        "TruncMonth([order_date])",
        {DUCKDB: "CAST(DATE_TRUNC('month', {0}) AS DATE)"},
    ),
)
