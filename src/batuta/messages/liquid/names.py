"""What the names in a template mean: rows, lists, single values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from batuta.rules.bound import AttributeOf, Expr
from batuta.schema.model import Catalogue, Link
from batuta.schema.types import DataType
from batuta.sets.shape import Column


@dataclass(frozen=True, slots=True)
class Single:
    """One value; `expression` says where it is read, if it is an attribute of the target."""

    type: DataType | None = None
    expression: Expr | None = None


@dataclass(frozen=True, slots=True)
class Anything:
    """A value made by the template itself, of which nothing is known before it is rendered."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list of items."""

    item: Meaning


@dataclass(frozen=True, slots=True)
class Lines:
    """Linked rows that a template cannot read unless an enrichment has added them."""


@dataclass(frozen=True)
class Fields:
    """A value with named parts."""

    parts: Mapping[str, Meaning] = field(default_factory=dict)

    def part(self, name: str) -> Meaning | None:
        """Return what a part means, or None if there is none of that name."""
        return self.parts.get(name)

    def names(self) -> Iterable[str]:
        """Return the names of all parts."""
        return self.parts


@dataclass(frozen=True)
class RowOf:
    """A row of a schema: its attributes, and the rows that its 1-1 and N-1 links lead to."""

    catalogue: Catalogue
    schema: str
    path: tuple[Link, ...] = ()

    def part(self, name: str) -> Meaning | None:
        """Return what an attribute or link means, or None if there is none of that name."""
        attribute = self.catalogue.schema_behind(self.schema).by_name.get(name)
        if attribute is not None:
            return Single(attribute.type, AttributeOf(self.path, name, attribute.type))
        link = self.catalogue.link(self.schema, name)
        if link is None:
            return None
        return Lines() if link.many else RowOf(self.catalogue, link.there, (*self.path, link))

    def names(self) -> Iterable[str]:
        """Return the names of the attributes and of the links that lead to one row."""
        yield from self.catalogue.schema_behind(self.schema).by_name
        yield from (link.name for link in self.catalogue.links(self.schema) if not link.many)


Meaning = Single | Anything | Many | Lines | Fields | RowOf
Row = Fields | RowOf


def columns_of(columns: Iterable[Column]) -> Fields:
    """Return what canvas columns mean: single values, and lists of lines."""
    return Fields({column.name: _column(column) for column in columns})


def _column(column: Column) -> Meaning:
    return Many(columns_of(column.lines)) if column.lines else Single(column.type)
