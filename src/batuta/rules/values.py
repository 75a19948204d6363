"""Reading the values that people write beside a condition, in the type of what they are compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from batuta.kit.problems import Term
from batuta.kit.text import first_unstorable, suggest
from batuta.rules.bound import Constant
from batuta.rules.functions.model import Unfit
from batuta.rules.functions.results import (
    DIGITS,
    EXACT,
    LEAST_INTEGER,
    MOST_INTEGER,
    MOST_SCALE,
    decimal_of,
)
from batuta.rules.tree import Plain
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, TIME, DataType, Kind

_MOST_LENGTH = 100


def read_value(value: Plain, wanted: DataType) -> Constant:
    """Return a written value as a constant that compares with the wanted type; raise Unfit if it is none.

    Dates and times may be ISO text, numbers text in decimal. An instant needs a zone, a datetime has none;
    instants come back in UTC.
    """
    if value == "":
        raise Unfit("value.empty")
    return _READERS[wanted.kind](value, wanted)


def term(kind: object) -> Term:
    """Return the term of a type or a family of types."""
    return Term(f"type.{kind}")


def example(kind: Kind) -> Term:
    """Return the term of a value of a kind, as people write one."""
    return Term(f"term.such-{kind}")


def _shown(value: object) -> str:
    """Return a value as people write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)[:_MOST_LENGTH]


def _wrong(value: object, wanted: DataType) -> Unfit:
    return Unfit("value.wrong-type", value=_shown(value), expected=term(wanted.kind), example=example(wanted.kind))


def _text(value: Plain, wanted: DataType) -> Constant:
    if isinstance(value, str):
        if first_unstorable(value) is not None:
            raise Unfit("value.nul")
        return Constant(value, STRING)
    if isinstance(value, (bool, int)):
        raise Unfit("value.not-quoted", value=_shown(value))
    raise _wrong(value, wanted)


def _enum(value: Plain, wanted: DataType) -> Constant:
    if not isinstance(value, str):
        raise _wrong(value, wanted)
    if value in wanted.values:
        return Constant(value, wanted)
    near = suggest(value, wanted.values)
    if near:
        raise Unfit("value.not-in-enum-near", value=value[:_MOST_LENGTH], near=near)
    raise Unfit("value.not-in-enum", value=value[:_MOST_LENGTH], known=list(wanted.values[:20]))


def _number(value: Plain, wanted: DataType) -> Constant:
    if isinstance(value, (bool, date, time)):
        raise _wrong(value, wanted)
    try:
        exact = Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(str(value).strip())
    except InvalidOperation:
        raise _wrong(value, wanted) from None
    if not exact.is_finite():
        raise _wrong(value, wanted)
    return _double(exact, value) if wanted.kind is Kind.DOUBLE else _exact(exact, value)


def _double(exact: Decimal, value: Plain) -> Constant:
    number = float(exact)
    if not math.isfinite(number):
        raise Unfit("value.out-of-range", value=_shown(value))
    return Constant(number, DOUBLE)


def _exact(exact: Decimal, value: Plain) -> Constant:
    if abs(exact.adjusted()) > DIGITS:
        raise Unfit("value.out-of-range", value=_shown(value))
    if exact == exact.to_integral_value(context=EXACT) and LEAST_INTEGER <= exact <= MOST_INTEGER:
        return Constant(int(exact), INTEGER)
    plain = Decimal(format(exact, "f"))
    scale = max(0, -int(plain.as_tuple().exponent))
    if scale > MOST_SCALE or len(plain.as_tuple().digits) > DIGITS:
        raise Unfit("value.out-of-range", value=_shown(value))
    return Constant(plain, decimal_of(scale))


def _boolean(value: Plain, wanted: DataType) -> Constant:
    if isinstance(value, bool):
        return Constant(value, BOOLEAN)
    if value in ("true", "false"):
        return Constant(value == "true", BOOLEAN)
    raise _wrong(value, wanted)


def _time(value: Plain, wanted: DataType) -> Constant:
    found = _iso(value, wanted, time.fromisoformat) if isinstance(value, str) else value
    if isinstance(found, time) and found.tzinfo is None:
        return Constant(found, TIME)
    raise _wrong(value, wanted)


def _date(value: Plain, wanted: DataType) -> Constant:
    found = _day_or_moment(value, wanted)
    return Constant(found, DATETIME if isinstance(found, datetime) else DATE)


def _datetime(value: Plain, wanted: DataType) -> Constant:
    found = _day_or_moment(value, wanted)
    return Constant(found if isinstance(found, datetime) else datetime.combine(found, time()), DATETIME)


def _day_or_moment(value: Plain, wanted: DataType) -> date:
    found = _iso(value, wanted, _parse_day_or_moment) if isinstance(value, str) else value
    if not isinstance(found, date):
        raise _wrong(value, wanted)
    if isinstance(found, datetime) and found.tzinfo is not None:
        raise Unfit("value.with-zone", value=_shown(value))
    return found


def _instant(value: Plain, wanted: DataType) -> Constant:
    found = _iso(value, wanted, datetime.fromisoformat) if isinstance(value, str) else value
    if not isinstance(found, date):
        raise _wrong(value, wanted)
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise Unfit("value.no-zone", value=_shown(value))
    try:
        return Constant(found.astimezone(UTC), INSTANT)
    except OverflowError:
        raise Unfit("value.out-of-range", value=_shown(value)) from None


def _parse_day_or_moment(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _iso(text: str, wanted: DataType, read: Callable[[str], date | time]) -> date | time:
    try:
        return read(text.strip())
    except ValueError:
        raise _wrong(text, wanted) from None


def _json(value: Plain, wanted: DataType) -> Constant:
    raise _wrong(value, wanted)


_READERS: Mapping[Kind, Callable[[Plain, DataType], Constant]] = {
    Kind.STRING: _text,
    Kind.ENUM: _enum,
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.DOUBLE: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.DATETIME: _datetime,
    Kind.INSTANT: _instant,
    Kind.JSON: _json,
}
