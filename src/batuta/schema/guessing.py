"""Columns guessed from a sample of their values: a proposal for a person to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from batuta.kit.text import drop_accents
from batuta.schema.reading import Unreadable, Writing, reading
from batuta.schema.records import FileColumn

_DATES = ("", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d")
_WORDS = frozenset({"true", "false", "yes", "no"})
_CODE = re.compile(r"[+-]?0\d")
"""A number that begins with a zero is a code, such as a postal one: its zero would be lost."""


def guessed(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[FileColumn, ...]:
    """Return a column for each title, with the narrowest type that all its values have."""
    names = list(_names(titles))
    columns = []
    for place, (title, name) in enumerate(zip(titles, names, strict=True)):
        values = [text for row in rows if (text := row[place].strip())]
        column = next((one for one in _candidates(name, values) if _fits(one, values)), FileColumn(name=name))
        columns.append(column.model_copy(update={"label": "" if title == name else title}))
    return tuple(columns)


def _candidates(name: str, values: Sequence[str]) -> Iterator[FileColumn]:
    """Yield the columns that values may be of, the narrowest types first."""
    if not values:
        return
    if not any(_CODE.match(text) and text.lstrip("+-0123456789") == "" for text in values):
        yield FileColumn(name=name, type="integer")
        for mark in (".", ","):
            decimals = max(len(text.rpartition(mark)[2]) if mark in text else 0 for text in values)
            own = None if mark == "." else mark
            yield FileColumn(name=name, type="decimal", decimals=min(max(decimals, 2), 18), decimal_mark=own)
    if {text.lower() for text in values} <= _WORDS:
        yield FileColumn(name=name, type="boolean")
    for written in _DATES:
        yield FileColumn(name=name, type="date", date_format=written or None)
    yield FileColumn(name=name, type="datetime")
    yield FileColumn(name=name, type="instant")
    yield FileColumn(name=name, type="time")


def _fits(column: FileColumn, values: Iterable[str]) -> bool:
    read = reading(column, Writing().of(column))
    try:
        for text in values:
            read(text)
    except Unreadable:
        return False
    return True


def _names(titles: Iterable[str]) -> Iterator[str]:
    """Yield a name for each title: letters, digits and _, a letter first, each once."""
    taken: set[str] = set()
    for place, title in enumerate(titles, 1):
        plain = re.sub(r"[^A-Za-z0-9]+", "_", drop_accents(title)).strip("_")
        base = plain if plain[:1].isalpha() else f"column_{plain or place}"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name.casefold())
        yield name
