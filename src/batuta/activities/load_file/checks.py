"""What a marketer can get wrong about a file and its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from batuta.activities.binder import check_names
from batuta.campaign.graph import unknown
from batuta.kit.problems import Gather, Problem
from batuta.kit.zones import zone_names
from batuta.rules.values import term
from batuta.schema.reading import DATE_TOKENS, ColumnReader, Unreadable
from batuta.schema.records import Delimited, FileColumn, is_encoding

if TYPE_CHECKING:
    from batuta.activities.load_file import LoadFile

_LINE_ENDS = ("\r", "\n")


def file_problems(load: LoadFile) -> Iterator[Problem]:
    """Yield what is wrong with the file as a whole."""
    if not is_encoding(load.encoding):
        yield Problem("load-unknown-encoding", {"name": load.encoding}, "encoding")
    if isinstance(load.format, Delimited):
        yield from _delimited(load.format)
    if load.time_zone and load.time_zone not in _zones():
        yield unknown("unknown-timezone", load.time_zone, _zones(), "time_zone")
    yield from _marks(load.decimal_mark, load.thousands_mark, "thousands_mark")
    yield from _date_format(load.date_format, "date_format")


def column_problems(load: LoadFile) -> Iterator[Problem]:
    """Yield what is wrong with the columns."""
    yield from _names(load)
    if all(column.ignore for column in load.columns):
        yield Problem("load-no-column", {}, "columns")
    titles: set[str] = set()
    fixed = not isinstance(load.format, Delimited)
    header = isinstance(load.format, Delimited) and load.format.header
    for place, column in enumerate(load.columns):
        field = f"columns.{place}"
        if header and column.title.strip().casefold() in titles:
            yield Problem("load-title-twice", {"title": column.title}, f"{field}.label")
        titles.add(column.title.strip().casefold())
        yield from _width(column, fixed=fixed, last=place == len(load.columns) - 1, field=field)
        if not column.ignore:
            yield from _values(load, column, field)


def _delimited(layout: Delimited) -> Iterator[Problem]:
    if layout.separator in _LINE_ENDS:
        yield Problem("load-bad-separator", {}, "format.separator")
    if layout.quote in (*_LINE_ENDS, layout.separator):
        yield Problem("load-bad-quote", {}, "format.quote")


def _names(load: LoadFile) -> Sequence[Problem]:
    gather = Gather()
    named = [(f"columns.{place}.name", column.name) for place, column in enumerate(load.columns) if not column.ignore]
    check_names([*named, *([("line_number", load.line_number)] if load.line_number else [])], (), gather)
    return gather.found


def _width(column: FileColumn, *, fixed: bool, last: bool, field: str) -> Iterator[Problem]:
    if fixed and column.width is None and not last:
        yield Problem("load-width-missing", {"column": column.name}, f"{field}.width")
    if not fixed and column.width is not None:
        yield Problem("load-width-unused", {"column": column.name}, f"{field}.width")


def _values(load: LoadFile, column: FileColumn, field: str) -> Iterator[Problem]:
    marks = load.writing("UTC").of(column)
    wrong = [*_date_format(column.date_format or "", f"{field}.date_format")]
    if column.decimal_mark is not None or column.thousands_mark is not None:
        wrong += _marks(marks.decimal_mark, marks.thousands_mark, f"{field}.thousands_mark")
    yield from wrong
    if "default" in (column.on_error, column.empty) and not column.default:
        yield Problem("load-no-default", {"column": column.name}, f"{field}.default")
    if wrong or any(True for _ in _date_format(marks.date_format, "")):
        return
    try:
        ColumnReader(column, marks)
    except Unreadable:
        yield Problem("load-default", {"default": column.default, "wanted": term(column.type)}, f"{field}.default")


def _marks(decimal: str, thousands: str, field: str) -> Iterator[Problem]:
    if decimal.isdigit() or thousands.isdigit() or (thousands and (decimal or ".") == thousands):
        yield Problem("load-marks", {}, field)


def _date_format(text: str, field: str) -> Iterator[Problem]:
    tokens = re.findall(r"%(.?)", text)
    if text and (not tokens or any(token not in DATE_TOKENS or not token for token in tokens)):
        yield Problem("load-date-format", {"format": text}, field)


@cache
def _zones() -> frozenset[str]:
    return zone_names()
