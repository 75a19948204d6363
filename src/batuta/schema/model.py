"""Schemas and the catalogue that joins them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from batuta.kit.document import Document
from batuta.kit.errors import NotFound
from batuta.kit.text import suggest
from batuta.schema.types import DataType


class Attribute(Document):
    """A column of a schema."""

    name: str
    type: DataType
    label: str = ""
    description: str = ""
    required: bool = False
    sensitive: bool = Field(False, description="hidden from roles that may not see it")
    folded: bool = Field(False, description="text is kept folded: lower case, no accents")


class Identity(Document):
    """A string attribute by which the world knows a row, and the namespace it is unique in."""

    attribute: str
    namespace: str = Field(description="email, phone, crm-id ...")


class Schema(Document):
    """A relational table in the catalogue."""

    name: str
    label: str = ""
    description: str = ""
    attributes: tuple[Attribute, ...]
    primary_key: tuple[str, ...]
    version: str | None = Field(None, description="the attribute that decides which change is newer")
    identities: tuple[Identity, ...] = ()
    builtin: bool = False

    @cached_property
    def by_name(self) -> dict[str, Attribute]:
        """The attributes by their names."""
        return {attribute.name: attribute for attribute in self.attributes}

    @property
    def key(self) -> tuple[Attribute, ...]:
        """The attributes of the primary key, in its order."""
        return tuple(self.by_name[name] for name in self.primary_key)

    def attribute(self, name: str) -> Attribute:
        """Return the attribute; raise NotFound with the nearest name if there is none."""
        if name in self.by_name:
            return self.by_name[name]
        raise missing("attribute", name, self.by_name, f"schema {self.name}")


class Relationship(Document):
    """A named link between two schemas: `source` holds the reference, `target` is referred to.

    `name` is the way from source to target (N-1, or 1-1 if `unique`), `reverse` the way back (1-N, or 1-1).
    `pairs` joins source attributes to target attributes.
    """

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    name: str
    reverse: str
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship seen from one end: `pairs` are (attribute here, attribute there)."""

    name: str
    here: str
    there: str
    pairs: tuple[tuple[str, str], ...]
    many: bool


class Dimension(Document):
    """A schema that campaigns may target, with its identity attribute."""

    name: str
    schema_name: str = Field(alias="schema")
    identity: str
    label: str = ""


NO_SCHEMA = Schema(name="", attributes=(), primary_key=())
"""What stands for the schema of rows that have no dimension, such as the lines of a file."""


class Catalogue(Document):
    """All schemas, relationships and dimensions of a home, as one value with a version."""

    schemas: tuple[Schema, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    version: int = 0

    @cached_property
    def by_name(self) -> dict[str, Schema]:
        """The schemas by their names."""
        return {schema.name: schema for schema in self.schemas}

    @cached_property
    def _links(self) -> dict[str, dict[str, Link]]:
        links: dict[str, dict[str, Link]] = {name: {} for name in self.by_name}
        for rel in self.relationships:
            back = tuple((there, here) for here, there in rel.pairs)
            links[rel.source][rel.name] = Link(rel.name, rel.source, rel.target, rel.pairs, many=False)
            links[rel.target][rel.reverse] = Link(rel.reverse, rel.target, rel.source, back, many=not rel.unique)
        return links

    def schema_named(self, name: str) -> Schema:
        """Return the schema; raise NotFound with the nearest name if there is none."""
        if name in self.by_name:
            return self.by_name[name]
        raise missing("schema", name, self.by_name, "catalogue")

    def schema_behind(self, name: str) -> Schema:
        """Return the schema whose rows a population has; one without attributes for rows without a dimension (``)."""
        return self.schema_named(name) if name else NO_SCHEMA

    def dimension_named(self, name: str) -> Dimension:
        """Return the dimension; raise NotFound with the nearest name if there is none."""
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise missing("dimension", name, [d.name for d in self.dimensions], "catalogue")

    def links(self, schema: str) -> Iterator[Link]:
        """Yield every link that leaves a schema, from both ends of its relationships."""
        yield from self._links.get(schema, {}).values()

    def link(self, schema: str, name: str) -> Link | None:
        """Return the link of that name that leaves a schema, or None."""
        return self._links.get(schema, {}).get(name)


def missing(what: str, name: str, known: Iterable[str], place: str) -> NotFound:
    """Return the error for an unknown name, with the nearest known one as a suggestion."""
    names = sorted(known)
    near = suggest(name, names)
    todo = f"Did you mean {near}?" if near else f"Known: {', '.join(names[:20]) or 'none'}."
    return NotFound(place, f"there is no {what} {name!r}", todo=todo)
