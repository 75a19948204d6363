"""Functions that move a date by a count: of the calendar (days to years), or of elapsed time (seconds to hours)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from batuta.rules.bound import Moment
from batuta.rules.functions.calendar import add_days, add_months, add_seconds, moment_of
from batuta.rules.functions.model import Family, Function, Parameter, Types, Zoned
from batuta.rules.functions.moments import (
    LEAST_DAY,
    LEAST_SECOND,
    MOMENT,
    MOST_DAY,
    MOST_SECOND,
    day_number,
    double,
    each,
    each_typed,
    kind_name,
    microseconds,
    moment,
    part,
    plus,
    within,
)
from batuta.rules.functions.results import always, as_first
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK
from batuta.schema.types import DATE, DATETIME, INTEGER, DataType, Kind

COUNT = Parameter("count", Family.INTEGER)

_MOST_DAYS, _MOST_MONTHS, _MOST_SECONDS = 3_652_059, 120_000, 320_000_000_000
"""More than lie between the first and the last day, month and second there are."""

_WIDE = {DUCKDB: "HUGEINT", POSTGRES: "NUMERIC", SPARK: "DECIMAL(20, 0)"}


def _days_moved(engine: str, base: str, kind: str, count: str) -> str:
    """Return SQL for a date or datetime moved by days; empty beyond the years 1 to 9999."""
    least, most = day_number(engine, LEAST_DAY), day_number(engine, MOST_DAY)
    reached = f"{day_number(engine, base)} + {double(engine, count)}"
    moved = plus(engine, moment(engine, base), within(count, _MOST_DAYS), "DAY")
    return f"CASE WHEN {reached} BETWEEN {least} AND {most} THEN CAST({moved} AS {kind}) END"


def _months_moved(engine: str, base: str, kind: str, count: str, months: int) -> str:
    """Return SQL for a date or datetime moved by that many months each; empty beyond the years 1 to 9999."""
    number = f"{part(engine, 'year', base)} * 12 + {part(engine, 'month', base)} - 1"
    reached = f"{number} + {double(engine, count)} * {months}"
    moved = plus(engine, moment(engine, base), f"({within(count, _MOST_MONTHS // months)} * {months})", "MONTH")
    return f"CASE WHEN {reached} BETWEEN 12 AND 119999 THEN CAST({moved} AS {kind}) END"


def _seconds_moved(engine: str, count: str, seconds: int) -> str:
    reached = f"{microseconds(engine, '{0}')} + CAST({count} AS {_WIDE[engine]}) * {seconds * 1_000_000}"
    steps = f"({within(count, _MOST_SECONDS // seconds)} * CAST({seconds} AS BIGINT))"
    moved = plus(engine, moment(engine, "{0}"), steps, "SECOND")
    least, most = LEAST_SECOND * 1_000_000, MOST_SECOND * 1_000_000 + 999_999
    return f"CASE WHEN {reached} BETWEEN {least} AND {most} THEN CAST({moved} AS {MOMENT[engine]}) END"


@dataclass(frozen=True)
class _Unit:
    """A unit to count in: how it is called, how values are moved by it, and its SQL for a count."""

    name: str
    word: str
    moved: Callable[[date, int], date | None]
    sql: Callable[[str, str, str, str], str]
    note: str = ""
    example: str = "[order_date]"
    calendar: bool = True

    def adding(self, *, back: bool) -> Function:
        """Return the function that adds counts, or takes them off."""
        return Function(
            f"{'Sub' if back else 'Add'}{self.name}",
            (Parameter("date", Family.MOMENT, zoned=Zoned.LOCAL if self.calendar else Zoned.KEPT), COUNT),
            as_first if self.calendar else _as_moment,
            lambda _, day, count: self.moved(day, -count if back else count),
            self._summary(back),
            f"{'Sub' if back else 'Add'}{self.name}({self.example}, {2 if back else 14})",
            each_typed(
                lambda engine, types: self.sql(engine, "{0}", kind_name(engine, types[0]), _count(engine, back))
            ),
            restores=self.calendar,
        )

    def _summary(self, back: bool) -> str:
        first, other = ("earlier", "later") if back else ("later", "earlier")
        return f"Gives the date so many {self.word} {first} ({other}, if negative){self.note}."


def _count(engine: str, back: bool) -> str:
    """Return the count as it is added: an integer has no opposite at its least, so that is taken wide."""
    return f"(-CAST({{1}} AS {_WIDE[engine]}))" if back else "{1}"


def _as_moment(types: Types) -> DataType:
    return types[0] if types[0].kind is Kind.INSTANT else DATETIME


def _elapsed(name: str, seconds: int) -> _Unit:
    def moved(day: date, count: int) -> datetime | None:
        return add_seconds(moment_of(day), count * seconds)

    def sql(engine: str, _base: str, _kind: str, count: str) -> str:
        return _seconds_moved(engine, count, seconds)

    note = "; of a date, from its midnight" if name == "Hours" else ""
    return _Unit(name, name.lower(), moved, sql, note, "[signed_up_at]", calendar=False)


def _monthly(name: str, months: int, note: str) -> _Unit:
    def moved(day: date, count: int) -> date | None:
        return add_months(day, count * months)

    def sql(engine: str, base: str, kind: str, count: str) -> str:
        return _months_moved(engine, base, kind, count, months)

    return _Unit(name, name.lower(), moved, sql, note)


def _days_later(day: date, count: int) -> date | None:
    return add_days(day, count)


_UNITS = (
    _Unit("Days", "days", _days_later, _days_moved),
    _monthly("Months", 1, "; 31 January + 1 month is the last of February"),
    _monthly("Years", 12, "; of 29 February, the 28th in other years"),
    _elapsed("Hours", 3600),
    _elapsed("Minutes", 60),
    _elapsed("Seconds", 1),
)

ADDING = tuple(unit.adding(back=back) for back in (False, True) for unit in _UNITS)


def _today_back(engine: str, months: int | None) -> str:
    count = _count(engine, back=True).replace("{1}", "{0}")
    if months is None:
        return _days_moved(engine, "{today}", "DATE", count)
    return _months_moved(engine, "{today}", "DATE", count, months)


def _as_number(engine: str) -> str:
    back = _today_back(engine, None)
    numbers = (part(engine, name, f"({back})") for name in ("year", "month", "day"))
    return "({} * 10000 + {} * 100 + {})".format(*numbers)


def _number_of(found: date | None) -> int | None:
    return None if found is None else found.year * 10000 + found.month * 100 + found.day


def _months_back(moment: Moment, count: int, months: int) -> date | None:
    return add_months(moment.today, -count * months)


AGO = (
    Function(
        "DaysAgo",
        (COUNT,),
        always(DATE),
        lambda moment, count: add_days(moment.today, -count),
        "Gives the date so many days before today.",
        "DaysAgo(30)",
        each(lambda engine: _today_back(engine, None)),
    ),
    Function(
        "DaysAgoInt",
        (COUNT,),
        always(INTEGER),
        lambda moment, count: _number_of(add_days(moment.today, -count)),
        "Gives the date so many days before today as a whole number, such as 20240229.",
        "DaysAgoInt(30)",
        each(_as_number),
    ),
    Function(
        "MonthsAgo",
        (COUNT,),
        always(DATE),
        lambda moment, count: _months_back(moment, count, 1),
        "Gives the date so many months before today, at the month's last day if it has no such day.",
        "MonthsAgo(6)",
        each(lambda engine: _today_back(engine, 1)),
    ),
    Function(
        "YearsAgo",
        (COUNT,),
        always(DATE),
        lambda moment, count: _months_back(moment, count, 12),
        "Gives the date so many years before today; on 29 February, the 28th in other years.",
        "YearsAgo(18)",
        each(lambda engine: _today_back(engine, 12)),
    ),
)
