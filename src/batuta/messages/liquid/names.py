"""What the names in a template mean: rows, lists, single values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from batuta.rules.bound import AttributeOf, Computed, Expr, Rooted
from batuta.schema.model import Catalogue, Link
from batuta.schema.types import DataType
from batuta.sets.shape import Column

OTHERS = "others"
"""The name under which templates know the further rows of a target."""


@dataclass(frozen=True, slots=True)
class Single:
    """One value; `expression` says where it is read, if it is an attribute.

    `listed` is what the items of `others` call it, if it is theirs.
    """

    type: DataType | None = None
    expression: Expr | None = None
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Anything:
    """A value made by the template itself, of which nothing is known before it is rendered."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list of items; `expression` and `listed` as of a single value."""

    item: Meaning
    expression: Expr | None = None
    listed: str = ""


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
    """A row of a schema: its attributes, and the rows that its 1-1 and N-1 links lead to.

    It is the target's, or that of a `root` that goes with it; `listed` is what the items of `others` call it.
    """

    catalogue: Catalogue
    schema: str
    path: tuple[Link, ...] = ()
    root: str = ""
    listed: str = ""

    def part(self, name: str) -> Meaning | None:
        """Return what an attribute or link means, or None if there is none of that name."""
        attribute = self.catalogue.schema_behind(self.schema).by_name.get(name)
        if attribute is not None:
            found: Expr = AttributeOf(self.path, name, attribute.type)
            if self.root:
                found = Rooted(self.root, found, attribute.type)
            return Single(attribute.type, found, self._below(name))
        link = self.catalogue.link(self.schema, name)
        if link is None:
            return None
        if link.many:
            return Lines()
        return replace(self, schema=link.there, path=(*self.path, link), listed=self._below(name))

    def _below(self, name: str) -> str:
        return f"{self.listed}.{name}" if self.listed else ""

    def names(self) -> Iterable[str]:
        """Return the names of the attributes and of the links that lead to one row."""
        yield from self.catalogue.schema_behind(self.schema).by_name
        yield from (link.name for link in self.catalogue.links(self.schema) if not link.many)


Meaning = Single | Anything | Many | Lines | Fields | RowOf
Row = Fields | RowOf


def columns_of(columns: Iterable[Column]) -> Fields:
    """Return what canvas columns mean: single values, and lists of lines."""
    return Fields({column.name: _column(column) for column in columns})


def listed_columns(columns: Iterable[Column]) -> Fields:
    """Return what canvas columns mean in an item of `others`."""
    return Fields({column.name: _listed(column) for column in columns})


def _column(column: Column) -> Meaning:
    return Many(columns_of(column.lines)) if column.lines else Single(column.type)


def _listed(column: Column) -> Meaning:
    expression = Computed(column.name, column.type)
    if column.lines:
        return Many(_inside(column, expression), expression, column.name)
    return Single(column.type, expression, column.name)


def _inside(column: Column, expression: Expr) -> Fields:
    """Return the parts of a line, which is read with its whole column."""
    return Fields({line.name: Single(line.type, expression, column.name) for line in column.lines})


def all_listed(item: Fields) -> dict[str, Expr]:
    """Return all that an item of `others` has: its columns, and the attributes of its own secondary row."""
    found: dict[str, Expr] = {}
    for part in item.parts.values():
        parts = [part.part(name) for name in part.names()] if isinstance(part, RowOf) else [part]
        for each in parts:
            if isinstance(each, (Single, Many)) and each.expression is not None:
                found[each.listed] = each.expression
    return found
