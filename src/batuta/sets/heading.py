"""The columns of a population under the names that people know: what each holds, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from batuta.schema.model import Catalogue
from batuta.schema.types import INTEGER, DataType
from batuta.sets.shape import NUMBER, Column, Shape


class Origin(StrEnum):
    """Where a column comes from: the key of the target, what else is in the row key, or the canvas."""

    KEY = "key"
    SECONDARY = "secondary key"
    LINE = "line number"
    CANVAS = "canvas"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a population: its name for people, that in the working table, and the columns of a list's objects."""

    name: str
    column: str
    type: DataType
    origin: Origin
    lines: tuple[Column, ...] = ()

    @property
    def holds(self) -> str:
        """What it holds, in words: a type, or what each object of a list has."""
        if not self.lines:
            return self.type.in_full
        return f"list of {', '.join(f'{line.name} {line.type.in_full}' for line in self.lines)}"


def headings(catalogue: Catalogue, shape: Shape) -> tuple[Heading, ...]:
    """Return the columns of a population: the row key, then those computed on the canvas."""
    return (*_key(catalogue, shape), *_computed(shape))


def _key(catalogue: Catalogue, shape: Shape) -> Iterator[Heading]:
    names = catalogue.schema_behind(shape.schema).primary_key
    for name, column, kind in zip(names, shape.target_columns, shape.key, strict=True):
        yield Heading(name, column, kind, Origin.KEY)
    if shape.secondary_schema:
        names = catalogue.schema_named(shape.secondary_schema).primary_key
        for name, column, kind in zip(names, shape.secondary_columns, shape.secondary_key, strict=True):
            yield Heading(f"{shape.secondary_schema}.{name}", column, kind, Origin.SECONDARY)
    if shape.numbered:
        yield Heading("line", NUMBER, INTEGER, Origin.LINE)


def _computed(shape: Shape) -> Iterator[Heading]:
    for column in shape.columns:
        yield Heading(column.name, column.name, column.type, Origin.CANVAS, column.lines)
