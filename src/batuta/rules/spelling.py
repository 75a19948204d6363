"""Values as people write them, in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

import yaml

from batuta.schema.types import DataType, Kind, Scalar

_HOURS = "%H:%M:%S"


@cache
def texts_of(language: str) -> dict[str, str]:
    """Return the texts of readings in a language, by what they are for."""
    source = files("batuta.rules").joinpath(f"readings.{language}.yaml").read_text("utf-8")
    return {str(name): str(text) for name, text in yaml.load(source, yaml.CSafeLoader).items()}


def spell(value: Scalar, language: str, data_type: DataType | None = None) -> str:
    """Return a value as a person of the language writes it; a text that stands for another type as that type."""
    if isinstance(value, str):
        value = _meant(value, data_type)
    texts = texts_of(language)
    if value is None or value == "":
        return texts["value.empty"]
    if isinstance(value, bool):
        return texts["value.true" if value else "value.false"]
    if isinstance(value, (int, float, Decimal)):
        return _number(value, texts)
    if isinstance(value, str):
        return texts["value.text"].format(text=value)
    return _moment(_placed(value, data_type), texts)


def _placed(value: date | time, data_type: DataType | None) -> date | time:
    """Return an instant as engines tell it, without a zone, in the zone that it is in."""
    if isinstance(value, datetime) and value.tzinfo is None and data_type is not None:
        return value.replace(tzinfo=UTC) if data_type.kind is Kind.INSTANT else value
    return value


def _moment(value: date | time, texts: dict[str, str]) -> str:
    if isinstance(value, datetime):
        return texts["value.datetime"].format(day=_day(value, texts), time=_time(value.timetz(), value))
    return _day(value, texts) if isinstance(value, date) else _time(value, None)


def _meant(text: str, data_type: DataType | None) -> Scalar:
    """Return the value that a text stands for where values of a type are expected; the text itself if it is none."""
    try:
        if data_type is not None and data_type.is_number:
            number = Decimal(text)
            return number if number.is_finite() else text
        if data_type is not None and data_type.is_temporal:
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except (ValueError, InvalidOperation):
        return text
    return text


def _number(value: float | Decimal, texts: dict[str, str]) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite() or abs(exact.adjusted()) > 30:
        return str(value)
    plain = f"{exact:,f}"
    return plain.translate({ord(","): texts["value.thousands"], ord("."): texts["value.point"]})


def _day(day: date, texts: dict[str, str]) -> str:
    months = texts["value.months"].split()
    number = texts["value.first"] if day.day == 1 else str(day.day)
    return texts["value.date"].format(day=number, month=months[day.month - 1], year=day.year)


def _time(moment: time, within: datetime | None) -> str:
    text = moment.strftime(_HOURS)
    if moment.microsecond:
        text += f".{moment.microsecond:06}".rstrip("0")
    elif not moment.second:
        text = text[:5]
    offset = within.strftime("%z") if within is not None else ""
    if not offset:
        return text
    return f"{text} UTC" if offset == "+0000" else f"{text} UTC{offset[:3]}:{offset[3:5]}"
