"""From the texts of a file to values: what each column makes of its fields, and why it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from batuta.kit.zones import zone_named
from batuta.schema.records import WHOLE_DIGITS, FileColumn
from batuta.schema.types import Scalar

_SHOWN = 60
_MOST_KNOWN = 20_000
_LARGEST = 2**63
_SHORT = 19
"""Fewer digits than that are an integer without further ado."""
_YES = frozenset({"true", "t", "yes", "y", "1"})
_NO = frozenset({"false", "f", "no", "n", "0"})
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}(:\d{2}(\.\d{1,6}0*)?)?"
_ISO = {
    "date": re.compile(rf"{_DAY}([ T]00:00(:00(\.0+)?)?)?", re.ASCII),
    "time": re.compile(_CLOCK, re.ASCII),
    "datetime": re.compile(rf"{_DAY}([ T]{_CLOCK})?", re.ASCII),
    "instant": re.compile(rf"{_DAY}([ T]{_CLOCK} ?(Z|[+-]\d{{2}}(:?\d{{2}})?)?)?", re.ASCII),
}
DATE_TOKENS = frozenset("YymdHMSfIpbBzjaA%")
"""What may follow a % in the format of dates."""


class Unreadable(ValueError):
    """A text is no value of its type; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What stands in a record instead of a value that cannot be read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How numbers and dates are written in a file, and the zone of times that name none."""

    decimal_mark: str = "."
    thousands_mark: str = ""
    date_format: str = ""
    zone: str = "UTC"

    def of(self, column: FileColumn) -> Writing:
        """Return how a column is written."""
        return Writing(
            self.decimal_mark if column.decimal_mark is None else column.decimal_mark,
            self.thousands_mark if column.thousands_mark is None else column.thousands_mark,
            self.date_format if column.date_format is None else column.date_format,
            self.zone,
        )


class ColumnReader:
    """Reads the fields of one column; raises Unreadable at once if its default is none of its values."""

    def __init__(self, column: FileColumn, writing: Writing) -> None:
        self._column = column
        self._read = reading(column, writing.of(column))
        self._prepared = _preparation(column)
        self._empties = frozenset({"", *map(self._prepared, column.empty_texts)})
        self._remap = {self._prepared(text): value for text, value in column.remap.items()}
        self._default: Scalar = self._read(column.default) if column.default else None
        self._known: dict[str, Scalar | Wrong] = {}

    def read(self, texts: Sequence[str]) -> list[Scalar | Wrong]:
        """Return a value for each text, or what is wrong with it."""
        known = self._known
        if len(known) > _MOST_KNOWN:
            known.clear()
        found = []
        for text in texts:
            if text not in known:
                known[text] = self._value(text)
            found.append(known[text])
        return found

    def _value(self, text: str) -> Scalar | Wrong:
        prepared = self._prepared(text)
        if prepared in self._empties:
            return self._nothing()
        if self._remap and prepared in self._remap:
            prepared = self._remap[prepared]
            if prepared == "":
                return self._nothing()
        elif self._remap and self._column.unmapped == "error":
            return self._wrong(f"{self._column.name}: '{_short(text)}' is not in the remapping table")
        try:
            return self._read(prepared)
        except Unreadable as error:
            return self._wrong(f"{self._column.name}: expected {error}, found '{_short(text)}'")

    def _nothing(self) -> Scalar | Wrong:
        if self._column.empty == "default":
            return self._default
        return Wrong(f"{self._column.name}: a value is required") if self._column.empty == "reject" else None

    def _wrong(self, reason: str) -> Scalar | Wrong:
        if self._column.on_error == "default":
            return self._default
        return Wrong(reason) if self._column.on_error == "reject" else None


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _preparation(column: FileColumn) -> Callable[[str], str]:
    steps: list[Callable[[str], str]] = [str.strip] if column.trim else []
    if column.case != "keep":
        steps.append(str.upper if column.case == "upper" else str.lower)

    def prepare(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return prepare


def reading(column: FileColumn, writing: Writing) -> Callable[[str], Scalar]:
    """Return how a text becomes a value of a column's type; it raises Unreadable."""
    if column.type == "string":
        return str
    if column.type == "boolean":
        return _boolean
    if column.type in ("integer", "decimal", "double"):
        return _Number(column.type, column.decimals, writing).read
    return _Time(column.type, writing).read


def _boolean(text: str) -> Scalar:
    folded = text.strip().lower()
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise Unreadable("true or false")


class _Number:
    """Numbers as a file writes them. Nothing is rounded."""

    def __init__(self, kind: str, decimals: int, writing: Writing) -> None:
        self._decimals = decimals
        self._mark, self._group = writing.decimal_mark or ".", writing.thousands_mark
        whole = r"\d+"
        if self._group:
            whole = rf"(?:\d{{1,3}}(?:{re.escape(self._group)}\d{{3}})+|\d+)"
        self._plain = re.compile(rf"[+-]?(?:{whole}(?:{re.escape(self._mark)}\d*)?|{re.escape(self._mark)}\d+)", re.A)
        self.read: Callable[[str], Scalar] = {"integer": self._integer, "decimal": self._decimal}.get(
            kind, self._double
        )

    def _digits(self, text: str, expected: str) -> str:
        """Return a number in the usual writing."""
        text = text.strip()
        if not self._plain.fullmatch(text):
            raise Unreadable(expected)
        return text.replace(self._group, "").replace(self._mark, ".") if self._group else text.replace(self._mark, ".")

    def _integer(self, text: str) -> Scalar:
        if len(text) < _SHORT and text.isascii() and text.isdigit():
            return int(text)
        whole, _, rest = self._digits(text, "an integer").partition(".")
        if rest.strip("0") or whole in ("", "+", "-") or len(whole) > 25 or not -_LARGEST <= int(whole) < _LARGEST:
            raise Unreadable("an integer")
        return int(whole)

    def _decimal(self, text: str) -> Scalar:
        expected = f"a number of at most {WHOLE_DIGITS} digits before and {self._decimals} after the decimal mark"
        whole, _, rest = self._digits(text, expected).partition(".")
        if len(rest.rstrip("0")) > self._decimals or len(whole.lstrip("+-0")) > WHOLE_DIGITS:
            raise Unreadable(expected)
        return Decimal(f"{whole}.{rest[: self._decimals]}" if rest else whole)

    def _double(self, text: str) -> Scalar:
        text = text.strip()
        usual = text.replace(self._group, "") if self._group and self._plain.fullmatch(text) else text
        usual = usual.replace(self._mark, ".") if self._mark != "." else usual
        if not _DOUBLE.fullmatch(usual) or (self._mark != "." and "." in text and self._group != "."):
            raise Unreadable("a number")
        found = float(usual)
        if found in (float("inf"), float("-inf")):
            raise Unreadable("a number")
        return found


class _Time:
    """Dates and times as a file writes them."""

    _EXPECTED: Mapping[str, str] = {
        "date": "a date such as 2026-11-23",
        "time": "a time such as 18:30:00",
        "datetime": "a date and time such as 2026-11-23 18:30:00",
        "instant": "a date and time such as 2026-11-23 18:30:00+01:00",
    }

    def __init__(self, kind: str, writing: Writing) -> None:
        self._kind, self._format = kind, writing.date_format
        self._zone = zone_named(writing.zone)
        example = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
        written = example.strftime(self._format) if self._format else ""
        self._expected = f"{self._EXPECTED[kind].partition(' such')[0]} such as {written}" if written else ""
        self._expected = self._expected or self._EXPECTED[kind]

    def read(self, text: str) -> Scalar:
        """Return the value of a text."""
        text = text.strip()
        try:
            found = datetime.strptime(text, self._format) if self._format else self._iso(text)
        except ValueError:
            raise Unreadable(self._expected) from None
        return self._shaped(found)

    def _iso(self, text: str) -> datetime:
        if not _ISO[self._kind].fullmatch(text):
            raise ValueError(text)
        if self._kind == "time":
            return datetime.combine(date(2000, 1, 1), time.fromisoformat(text))
        return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))

    def _shaped(self, found: datetime) -> Scalar:
        if self._kind == "date":
            return found.date()
        if self._kind == "time":
            return found.time()
        if self._kind == "datetime":
            if found.tzinfo is not None:
                raise Unreadable(f"{self._expected}, without zone")
            return found
        try:
            return (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError:
            raise Unreadable(self._expected) from None
