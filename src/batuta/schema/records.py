"""How records are read from a text file: its layout, and what becomes of each column."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from batuta.kit.document import Document
from batuta.kit.errors import InputError
from batuta.schema.loading import OTHER_SEPARATORS
from batuta.schema.types import DataType, Kind

Mark = Annotated[str, Field(max_length=1)]
ValueType = Literal["string", "integer", "decimal", "double", "boolean", "date", "time", "datetime", "instant"]

WHOLE_DIGITS = 14
"""Digits before the decimal mark of a decimal."""


class Delimited(Document):
    """Fields separated by a character, quoted where needed."""

    kind: Literal["delimited"] = "delimited"
    separator: str = Field(",", min_length=1, max_length=1, description="what separates fields")
    quote: Mark = Field('"', description="what fields are quoted with; nothing: quotes mean nothing")
    header: bool = Field(True, description="the first line names the columns")
    multi_line: bool = Field(True, description="a quoted field may hold line ends")


class FixedWidth(Document):
    """Fields of fixed width, one record in each line."""

    kind: Literal["fixed-width"] = "fixed-width"


Format = Annotated[Delimited | FixedWidth, Field(discriminator="kind")]


class Marks(Document):
    """How numbers and dates are written; what is not said is as in the rest of the file."""

    decimal_mark: Mark | None = Field(None, description="what stands before decimals")
    thousands_mark: Mark | None = Field(None, description="what stands between groups of three digits")
    date_format: str | None = Field(None, description="how dates are written, such as %d/%m/%Y")


class FileColumn(Marks):
    """A column of a file and what becomes of its values.

    Spaces are trimmed, the case is changed, then texts that mean nothing are emptied, the remapping table is
    applied, and at last the value is read.
    """

    name: str = Field(description="its name on the canvas: letters, digits and _, a letter first")
    label: str = Field("", description="its title in the header of the file, if that is not the name")
    type: ValueType = Field("string", description="what its values are")
    decimals: int = Field(4, ge=0, le=18, description="digits after the decimal mark, for decimals")
    width: int | None = Field(None, ge=1, description="how many characters wide; the last may go to the line's end")
    ignore: bool = Field(False, description="leave the column out")
    trim: bool = Field(True, description="drop space before and after")
    case: Literal["keep", "upper", "lower"] = Field("keep", description="how letters are written")
    empty_texts: tuple[str, ...] = Field((), description="texts that mean that there is no value, such as NULL or -")
    empty: Literal["allow", "default", "reject"] = Field(
        "allow", description="where there is no value: leave it empty, take the default, or reject the line"
    )
    remap: dict[str, str] = Field(default_factory=dict, description="remapping table: text in the file, then its value")
    unmapped: Literal["keep", "error"] = Field(
        "keep", description="a text that is not in the remapping table: keep it, or take it for an error"
    )
    on_error: Literal["reject", "empty", "default"] = Field(
        "reject", description="where a value cannot be read: reject the line, leave it empty, or take the default"
    )
    default: str = Field("", description="the default, written as in the file")

    @property
    def title(self) -> str:
        """Its title in the header of the file."""
        return self.label or self.name

    @property
    def data_type(self) -> DataType:
        """The type of its values."""
        kind = Kind(self.type)
        if kind is Kind.DECIMAL:
            return DataType(kind=kind, precision=WHOLE_DIGITS + self.decimals, scale=self.decimals)
        return DataType(kind=kind)


class Layout(Document):
    """How a file is cut into records, and records into fields."""

    format: Format = Delimited()
    encoding: str = "utf-8"
    skip: int = 0
    widths: tuple[int | None, ...] = ()

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""
        return isinstance(self.format, Delimited) and self.format.header


def is_encoding(name: str) -> bool:
    """Tell whether there is a text encoding of that name."""
    try:
        codecs.lookup(name)
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def places_of(columns: Sequence[FileColumn], titles: Sequence[str] | None, file: str, line: int) -> tuple[int, ...]:
    """Return the place of each column among the fields of a record, by the header or else in their order.

    Raises InputError that tells all that is wrong with the header.
    """
    if titles is None:
        return tuple(range(len(columns)))
    by_title = _by_title(titles, file, line)
    absent = [column.title for column in columns if _folded(column.title) not in by_title and not column.ignore]
    if absent:
        raise InputError(
            f"{file}, line {line}",
            f"the header has no column {' nor '.join(map(repr, absent))}; its columns: {', '.join(titles)[:300]}",
            expected="a column for each of the activity's, in any order",
            todo=_advice(titles),
        )
    return tuple(by_title.get(_folded(column.title), -1) for column in columns)


def unnamed(columns: Sequence[FileColumn], titles: Sequence[str]) -> tuple[str, ...]:
    """Return the titles of a header that no column has."""
    known = {_folded(column.title) for column in columns}
    return tuple(title for title in titles if _folded(title) not in known)


def _by_title(titles: Sequence[str], file: str, line: int) -> Mapping[str, int]:
    twice = [title for title, count in Counter(map(_folded, titles)).items() if count > 1]
    if twice:
        named = ", ".join(title or "one without a title" for title in twice)
        raise InputError(
            f"{file}, line {line}",
            f"the header has a column more than once: {named}",
            expected="a title of its own for each column (case makes no difference)",
            todo=_advice(titles),
        )
    return {_folded(title): place for place, title in enumerate(titles)}


def _folded(title: str) -> str:
    return title.strip().casefold()


def _advice(titles: Sequence[str]) -> str:
    found = [mark for mark in (",", *OTHER_SEPARATORS) if len(titles) == 1 and mark in titles[0]]
    if found:
        return f"Perhaps the separator is {found[0]!r}; else correct the header. Nothing has been loaded."
    return "Correct the header or the columns of the activity. Nothing has been loaded."
