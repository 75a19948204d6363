"""Functions between texts, datetimes of a zone and instants.

The offsets of zones come from the pinned time zones of kit.zones, on every engine.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from batuta.kit.zones import Offsets, from_utc, to_utc
from batuta.rules.bound import Call, Expr, Moment
from batuta.rules.functions.calendar import moment_of, only_date
from batuta.rules.functions.dates_parts import SECONDS, truncated, truncation
from batuta.rules.functions.model import Family, Function, Parameter, Types, Zoned
from batuta.rules.functions.moments import MOMENT, each, each_typed, moment
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB, POSTGRES
from batuta.schema.types import DATE, DATETIME, INSTANT

_ZONE = Parameter("zone", Family.ZONE)
_OPTIONAL_ZONE = Parameter("zone", Family.ZONE, optional=True)
_LOCAL = Parameter("value", Family.READABLE, zoned=Zoned.LOCAL)

_YEAR = "([1-9][0-9][0-9][0-9]|0[1-9][0-9][0-9]|00[1-9][0-9]|000[1-9])"
_FOURTH = "(0[48]|[2468][048]|[13579][26])"
_LEAP_YEAR = f"([0-9][0-9]{_FOURTH}|{_FOURTH}00)"
_LONG, _SHORT = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])", "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_DAY = f"({_YEAR}-({_LONG}|{_SHORT}|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9][0-9]?[0-9]?[0-9]?[0-9]?[0-9]?)?"
_SHORT_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_OFFSET = "[+-](0[0-9]|1[0-4]):[0-5][0-9]"

DAY_FORM = f"{_DAY}([T ]({_TIME}|{_SHORT_TIME})(Z|{_OFFSET})?)?"
"""Texts that have a day: ISO 8601 in full, with or without a time and an offset."""
LOCAL_FORM = f"{_DAY}([T ]({_TIME}|{_SHORT_TIME}))?"
"""Texts that are a datetime without zone."""
INSTANT_FORM = f"{_DAY}[T ]({_TIME}|{_SHORT_TIME})(Z|{_OFFSET})"
"""Texts that are an instant. Patterns know the calendar, so that what they match can be converted everywhere."""


def _matched(engine: str, text: str, form: str) -> str:
    """Return the test whether a form is the whole of a text."""
    if engine == DUCKDB:
        return f"REGEXP_FULL_MATCH({text}, '{form}')"
    if engine == POSTGRES:
        return f"{text} ~ '^({form})$'"
    return f"{text} RLIKE '^({form})(?![^x]|x)'"


def _as_read(engine: str, text: str) -> str:
    """Return a matching text without offset as a datetime, seconds added where there are none."""
    full = f"CASE WHEN LENGTH({text}) = 16 THEN CONCAT({text}, ':00') ELSE {text} END"
    return f"CAST({full} AS {MOMENT[engine]})"


def _day_read(engine: str, types: Types) -> str:
    if not types[0].is_text:
        return "CAST({0} AS DATE)"
    return _quoted(f"CASE WHEN {_matched(engine, '@', DAY_FORM)} THEN CAST(SUBSTRING(@, 1, 10) AS DATE) END")


def _datetime_read(engine: str, types: Types) -> str:
    if not types[0].is_text:
        return moment(engine, "{0}")
    return _quoted(f"CASE WHEN {_matched(engine, '@', LOCAL_FORM)} THEN {_as_read(engine, '@')} END")


def _quoted(sql: str) -> str:
    """Return SQL as a template of one argument, which stands where the mark is."""
    return sql.replace("{", "{{").replace("}", "}}").replace("@", "{0}")


def _instant_read(engine: str, types: Types) -> str:
    if not types[0].is_text:
        return "{0}"
    local = _as_read(engine, "REGEXP_REPLACE(@, '(Z|[+-][0-9][0-9]:[0-9][0-9])$', '')")
    sign = "CASE WHEN SUBSTRING(@, LENGTH(@) - 5, 1) = '-' THEN 1 ELSE -1 END"
    hours, minutes = (f"CAST(SUBSTRING(@, LENGTH(@) - {place}, 2) AS INTEGER)" for place in (4, 1))
    count = f"CASE WHEN @ LIKE '%Z' THEN 0 ELSE {sign} * ({hours} * 60 + {minutes}) END"
    if engine == DUCKDB:
        found = f"({local} + TO_MINUTES({count}))"
    elif engine == POSTGRES:
        found = f"({local} + ({count}) * INTERVAL '1 minute')"
    else:
        found = f"({local} + ({count}) * INTERVAL '1' MINUTE)"
    least, most = (f"CAST('{edge}' AS {MOMENT[engine]})" for edge in (_FIRST, _LAST))
    matched = f"CASE WHEN {_matched(engine, '@', INSTANT_FORM)} THEN {found} END"
    bounded = f"CASE WHEN {matched} BETWEEN {least} AND {most} THEN {matched} END"
    return f"COALESCE({_quoted(bounded)}, {{1}})"


_FIRST, _LAST = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"


def _parsed(text: str, form: str) -> datetime | None:
    return datetime.fromisoformat(text) if re.fullmatch(form, text, re.ASCII) else None


def _to_date(_: Moment, value: date | str) -> date | None:
    if not isinstance(value, str):
        return only_date(value)
    return date.fromisoformat(value[:10]) if re.fullmatch(DAY_FORM, value) else None


def _to_datetime(_: Moment, value: date | str) -> datetime | None:
    return _parsed(value, LOCAL_FORM) if isinstance(value, str) else moment_of(value)


def _to_instant(_: Moment, value: datetime | str | None, otherwise: datetime | None = None) -> datetime | None:
    if not isinstance(value, str):
        return value
    found = _parsed(value, INSTANT_FORM)
    if found is None:
        return otherwise
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return otherwise


def _with_local_reading(arguments: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Add to a text what it means without an offset: the instant of a datetime of the campaign's zone."""
    (text,) = arguments
    if not text.type.is_text:
        return arguments
    return (text, Call("ConvertNTZ", (Call("ToDateTime", (text,), DATETIME),), INSTANT))


def _plain(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo is not None else instant


def _to_time_zone(at: Moment, instant: datetime, zone: str | None = None) -> datetime | None:
    return from_utc(zone or at.zone).added(_plain(instant))


def _convert(at: Moment, local: date, zone: str | None = None) -> datetime | None:
    found = to_utc(zone or at.zone).added(moment_of(local))
    return None if found is None else found.replace(tzinfo=UTC)


def offsets(function: str, zone: str) -> Offsets:
    """Return what the place `{{offset}}` of a function's template stands for, in a zone."""
    return to_utc(zone) if function == "ConvertNTZ" else from_utc(zone)


def _moved(engine: str) -> str:
    if engine == DUCKDB:
        return f"MAKE_TIMESTAMP(EPOCH_US({moment(engine, '{0}')}) + {{offset}} * 1000000)"
    if engine == POSTGRES:
        return f"({moment(engine, '{0}')} + {{offset}} * INTERVAL '1 second')"
    return f"({moment(engine, '{0}')} + {{offset}} * INTERVAL '1' SECOND)"


def _in_zone(arguments: tuple[Expr, ...]) -> tuple[Expr, ...]:
    instant, seconds, zone = arguments
    return (Call("ToTimeZone", (instant, zone), DATETIME), seconds, zone)


ZONES = (
    Function(
        "ToTimeZone",
        (Parameter("date", Family.MOMENT, zoned=Zoned.INSTANT), _OPTIONAL_ZONE),
        always(DATETIME),
        _to_time_zone,
        "Gives the date and time that the clocks of a zone show at an instant (the campaign's zone if left out); "
        "a date without zone is one of the campaign's.",
        "ToTimeZone([clicked_at], 'America/New_York')",
        each(_moved),
    ),
    Function(
        "ConvertNTZ",
        (Parameter("date", Family.DAY), _OPTIONAL_ZONE),
        always(INSTANT),
        _convert,
        "Gives the instant at which the clocks of a zone show a date and time (the campaign's zone if left out): one "
        "that they skip is shifted forward, of one that comes twice it is the first.",
        "ConvertNTZ([opened_at], 'Europe/Paris')",
        each(_moved),
    ),
    Function(
        "TruncDateTZ",
        (Parameter("date", Family.MOMENT, zoned=Zoned.INSTANT), SECONDS, _ZONE),
        always(DATETIME),
        truncated,
        "Gives the date and time in a zone, cut off to a multiple of so many seconds.",
        "TruncDateTZ([clicked_at], 3600, 'America/New_York')",
        each(truncation),
        completes=_in_zone,
    ),
)

READING = (
    Function(
        "ToDate",
        (_LOCAL,),
        always(DATE),
        _to_date,
        "Gives the calendar day of a date, or of a text in ISO form; empty for any other text.",
        "ToDate([signed_up_on])",
        each_typed(_day_read),
    ),
    Function(
        "ToDateTime",
        (_LOCAL,),
        always(DATETIME),
        _to_datetime,
        "Gives a date, or a text in ISO form without zone, as date and time; empty for any other text.",
        "ToDateTime([signed_up_on])",
        each_typed(_datetime_read),
    ),
    Function(
        "ToTimestamp",
        (Parameter("value", Family.READABLE, zoned=Zoned.INSTANT),),
        always(INSTANT),
        _to_instant,
        "Gives a date, or a text in ISO form, as an instant, in the campaign's zone where it has none; empty for any "
        "other text.",
        "ToTimestamp([signed_up_on])",
        each_typed(_instant_read),
        strict=False,
        completes=_with_local_reading,
    ),
)
