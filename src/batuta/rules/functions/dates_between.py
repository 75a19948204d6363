"""Functions of two dates, and of a date and today: how far apart they are, and which comes first.

Two instants are apart by elapsed time in hours, minutes and seconds, and by the calendar of the campaign's zone
in days and more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from batuta.rules.bound import Moment
from batuta.rules.functions.calendar import moment_of, months_between, only_date
from batuta.rules.functions.model import Family, Function, Parameter, Template, Types, Unfit, Zoned
from batuta.rules.functions.moments import day, each, each_typed, kind_name, moment
from batuta.rules.functions.results import always, common
from batuta.rules.functions.sql import DUCKDB, POSTGRES
from batuta.schema.types import INTEGER, DataType, Kind

_DATE = Parameter("date", Family.MOMENT, zoned=Zoned.LOCAL)
_LOCAL_PAIR = (
    Parameter("end", Family.MOMENT, zoned=Zoned.LOCAL),
    Parameter("start", Family.MOMENT, zoned=Zoned.LOCAL),
)
_MOMENTS = (Parameter("end", Family.MOMENT), Parameter("start", Family.MOMENT))


def _of_one_kind(types: Types) -> DataType:
    if len({given.kind is Kind.INSTANT for given in types}) > 1:
        raise Unfit("expression.no-zone", left=types[0].kind, right=types[1].kind)
    return INTEGER


def _earlier(types: Types) -> DataType:
    _of_one_kind(types)
    return common(types)


def _days(engine: str, end: str, start: str) -> str:
    return f"CAST({day(end)} - {day(start)} AS BIGINT)" if engine != "spark" else _spark_days(end, start)


def _spark_days(end: str, start: str) -> str:
    return f"CAST(UNIX_DATE({day(end)}) - UNIX_DATE({day(start)}) AS BIGINT)"


def _months(engine: str, end: str, start: str) -> str:
    """Return the complete months between two datetimes, by the engine's own function if it has one."""
    if engine == DUCKDB:
        return f"DATESUB('month', {moment(engine, start)}, {moment(engine, end)})"
    if engine == POSTGRES:
        return f"batuta_months({moment(engine, end)}, {moment(engine, start)})"
    return _spark_months(moment(engine, end), moment(engine, start))


def _spark_months(end: str, start: str) -> str:
    """Return the months that the calendar shows, one less where they lead past the other datetime."""
    shown = f"CAST((YEAR({end}) - YEAR({start})) * 12 + MONTH({end}) - MONTH({start}) AS INT)"
    past = f"WHEN {end} >= {start} AND {start} + MAKE_YM_INTERVAL(0, {shown}) > {end} THEN {shown} - 1"
    before = f"WHEN {end} < {start} AND {end} - MAKE_YM_INTERVAL(0, {shown}) > {start} THEN {shown} + 1"
    return f"CAST(CASE {past} {before} ELSE {shown} END AS BIGINT)"


def _years(engine: str, end: str, start: str) -> str:
    months = _months(engine, end, start)
    return f"CAST(TRUNC({months} / 12.0) AS BIGINT)" if engine != "spark" else f"({months} DIV 12)"


def _steps(seconds: int) -> Callable[[str], str]:
    """Return SQL for the complete steps of that many seconds between two datetimes."""

    def template(engine: str) -> str:
        end, start = moment(engine, "{0}"), moment(engine, "{1}")
        if engine == DUCKDB:
            return f"((EPOCH_US({end}) - EPOCH_US({start})) // {seconds * 1_000_000})"
        if engine == POSTGRES:
            return f"CAST(TRUNC(EXTRACT(EPOCH FROM {end} - {start}) / {seconds}) AS BIGINT)"
        ends, starts = (f"UNIX_MICROS(CAST({each} AS TIMESTAMP))" for each in (end, start))
        return f"(({ends} - {starts}) DIV {seconds * 1_000_000})"

    return template


def _apart(seconds: int) -> Callable[[Moment, date, date], int]:
    def evaluate(_: Moment, end: date, start: date) -> int:
        apart = (moment_of(end) - moment_of(start)) // timedelta(microseconds=1)
        complete = abs(apart) // (seconds * 1_000_000)
        return complete if apart >= 0 else -complete

    return evaluate


def _months_apart(months: int) -> Callable[[Moment, date, date], int]:
    def evaluate(_: Moment, end: date, start: date) -> int:
        return int(months_between(moment_of(end), moment_of(start)) / months)

    return evaluate


def _age(months: int) -> Callable[[Moment, date], int]:
    return lambda moment, birth: int(months_between(moment.today, only_date(birth)) / months)


def _difference(
    name: str,
    evaluate: Callable[..., int],
    templates: dict[str, Template],
    summary: str,
    parameters: tuple[Parameter, Parameter] = _LOCAL_PAIR,
) -> Function:
    example = f"{name}(GetDate(), [order_date])" if parameters is _LOCAL_PAIR else f"{name}([clicked_at], [sent_at])"
    return Function(
        name,
        parameters,
        _of_one_kind if parameters is _MOMENTS else always(INTEGER),
        evaluate,
        summary,
        example,
        templates,
    )


def _old(name: str, evaluate: Callable[..., int], template: Callable[[str], str], summary: str) -> Function:
    return Function(name, (_DATE,), always(INTEGER), evaluate, summary, f"{name}([birth_date])", each(template))


DIFFERENCES = (
    _difference(
        "DaysDiff",
        lambda _, end, start: (only_date(end) - only_date(start)).days,
        each(lambda engine: _days(engine, "{0}", "{1}")),
        "Counts the calendar days from start to end, whatever the time of day.",
    ),
    _difference(
        "MonthsDiff",
        _months_apart(1),
        each(lambda engine: _months(engine, "{0}", "{1}")),
        "Counts the complete months from start to end, towards zero.",
    ),
    _difference(
        "YearsDiff",
        _months_apart(12),
        each(lambda engine: _years(engine, "{0}", "{1}")),
        "Counts the complete years from start to end, towards zero.",
    ),
    _difference(
        "HoursDiff",
        _apart(3600),
        each(_steps(3600)),
        "Counts the complete hours from start to end, towards zero; between two instants those that elapsed.",
        _MOMENTS,
    ),
    _difference(
        "MinutesDiff",
        _apart(60),
        each(_steps(60)),
        "Counts the complete minutes from start to end, towards zero.",
        _MOMENTS,
    ),
    _difference(
        "SecondsDiff",
        _apart(1),
        each(_steps(1)),
        "Counts the complete seconds from start to end, towards zero.",
        _MOMENTS,
    ),
    _old(
        "DaysOld",
        lambda moment, birth: (moment.today - only_date(birth)).days,
        lambda engine: _days(engine, "{today}", "{0}"),
        "Counts the calendar days from a date until today.",
    ),
    _old(
        "MonthsOld",
        _age(1),
        lambda engine: _months(engine, "{today}", day("{0}")),
        "Counts the complete months from a date until today.",
    ),
    _old(
        "YearsOld",
        _age(12),
        lambda engine: _years(engine, "{today}", day("{0}")),
        "Counts the complete years from a date until today; of 29 February, on the 28th in other years.",
    ),
)


def _compared(_: Moment, first: date, second: date) -> int:
    one, other = _alike(first, second)
    return int(one > other) - int(one < other)


def _oldest(_: Moment, first: date, second: date) -> date:
    one, other = _alike(first, second)
    found: date = min(one, other)
    return found


def _alike(first: date, second: date) -> tuple[Any, Any]:
    if isinstance(first, datetime) or isinstance(second, datetime):
        return moment_of(first), moment_of(second)
    return first, second


def _both(engine: str, types: Types) -> tuple[str, str]:
    name = kind_name(engine, common(types))
    return f"CAST({{0}} AS {name})", f"CAST({{1}} AS {name})"


def _compared_sql(engine: str, types: Types) -> str:
    one, other = _both(engine, types)
    return (
        f"CAST(CASE WHEN {one} < {other} THEN -1 WHEN {one} > {other} THEN 1 WHEN {one} = {other} THEN 0 END AS BIGINT)"
    )


def _oldest_sql(engine: str, types: Types) -> str:
    one, other = _both(engine, types)
    return f"CASE WHEN {one} <= {other} THEN {one} WHEN {one} > {other} THEN {other} END"


_PAIR = (Parameter("first", Family.MOMENT), Parameter("second", Family.MOMENT))

ORDER = (
    Function(
        "DateCmp",
        _PAIR,
        _of_one_kind,
        _compared,
        "Compares two dates: -1 where the first is earlier, 0 where they are equal, 1 where it is later.",
        "DateCmp([shipped_at], [promised_at])",
        each_typed(_compared_sql),
    ),
    Function(
        "Oldest",
        _PAIR,
        _earlier,
        _oldest,
        "Gives the earlier of two dates.",
        "Oldest([first_order], [signed_up])",
        each_typed(_oldest_sql),
    ),
)
