"""What a population is made of: its dimension, its row key and its computed columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from batuta.schema.model import Catalogue
from batuta.schema.types import DataType

TARGET, SECONDARY, NUMBER = "_t", "_s", "_n"
"""Prefixes of the key columns in a working table: `_t1`, `_t2` ... the target key, `_s1` ... the
secondary key; `_n` is the line number of a numbered population. Computed columns never begin with `_`."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column computed on the canvas. `lines` holds the columns of each object of a list, if it is one."""

    name: str
    type: DataType
    lines: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """The declared form of a population.

    `key` are the types of the target key in the order of the schema's primary key; `secondary_key` those
    of the secondary dimension's, empty where none is carried; `numbered` adds a line number to the row key.

    Rows without a dimension (the lines of a file) have an empty `dimension`, `schema` and `key`: the line number
    is all that identifies them, among those of one `origin`. `keyless`: some rows have no target key; each of them
    stands alone by what else is in the row key, and equals none where only targets are compared.
    """

    dimension: str
    schema: str
    key: tuple[DataType, ...]
    columns: tuple[Column, ...] = ()
    secondary_schema: str = ""
    secondary_key: tuple[DataType, ...] = ()
    numbered: bool = False
    origin: str = ""
    keyless: bool = False

    @property
    def target_columns(self) -> tuple[str, ...]:
        """Names of the target key's columns in the working table."""
        return tuple(f"{TARGET}{place}" for place, _ in enumerate(self.key, 1))

    @property
    def secondary_columns(self) -> tuple[str, ...]:
        """Names of the secondary key's columns in the working table."""
        return tuple(f"{SECONDARY}{place}" for place, _ in enumerate(self.secondary_key, 1))

    @property
    def row_columns(self) -> tuple[str, ...]:
        """Names of all columns of the row key."""
        return self.target_columns + self.secondary_columns + ((NUMBER,) if self.numbered else ())

    def column(self, name: str) -> Column | None:
        """Return the computed column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def beside(self) -> tuple[str, str | None]:
        """What the row key holds besides the target: the schema of other rows, and the file whose lines these are."""
        return self.secondary_schema, self.origin if self.numbered else None

    def of_targets(self) -> Shape:
        """Return the shape with one row for each target."""
        return replace(self, secondary_schema="", secondary_key=(), numbered=False, origin="", keyless=False)

    def having(self, columns: tuple[Column, ...]) -> Shape:
        """Return the shape with other computed columns."""
        return replace(self, columns=columns)


def shape_of(catalogue: Catalogue, dimension: str, columns: tuple[Column, ...] = ()) -> Shape:
    """Return the shape of a population of rows of a dimension."""
    schema = catalogue.schema_named(catalogue.dimension_named(dimension).schema_name)
    return Shape(dimension, schema.name, tuple(attribute.type for attribute in schema.key), columns)


def shape_of_lines(origin: str, columns: tuple[Column, ...]) -> Shape:
    """Return the shape of rows without a dimension, numbered from 1; `origin` is the activity they come from."""
    return Shape("", "", (), columns, numbered=True, origin=origin)


def shared_key(left: Shape, right: Shape) -> bool:
    """Tell whether two populations compare by whole row keys: both carry rows of one schema, or lines of one file."""
    return left.beside == right.beside != ("", None)
