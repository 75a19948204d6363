"""The fixture `world`: a tiny catalogue with rows, the same on every engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
import yaml
from pydantic import TypeAdapter

from batuta.rules.bind import bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Moment, Predicate
from batuta.rules.evaluate import Standpoint, holds
from batuta.rules.evaluate import World as Known
from batuta.rules.tree import Rule
from batuta.runs.ports import Counts, Engine, Keeping, Making, Rows
from batuta.schema.model import Attribute, Catalogue, Dimension, Identity, Relationship, Schema
from batuta.schema.types import DataType, Kind, Scalar
from batuta.sets.algebra import Records, Set, Table
from batuta.sets.shape import Column, Shape, shape_of
from tests.homes import HOMES, Home
from tests.wanted import wanted

ENGINES = wanted(HOMES)
NOON = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
"""The present of every world: a Friday."""

_ATTRIBUTE = re.compile(r"(?P<key>\*?)(?P<name>\w+) (?P<kind>[a-z]+)(?:\((?P<limits>[^)]*)\))?")
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


class World:
    """A home with few schemas and rows. Describe it first; `engine` opens with what was described."""

    def __init__(self, folder: Path, home: Home) -> None:
        self.folder = folder
        self._home = home
        self.catalogue = Catalogue()
        self.moment = Moment(NOON)
        self.audiences: dict[str, str] = {}
        self.records: dict[str, list[dict[str, Scalar]]] = {}
        self.members: dict[str, set[tuple[Scalar, ...]]] = {}
        self._waiting: list[tuple[str, Sequence[tuple[Scalar, ...]]]] = []
        self._opened: Engine | None = None
        self._made = 0

    def schema(self, name: str, attributes: str, rows: Sequence[tuple[Scalar, ...]] = (), identity: str = "") -> None:
        """Add a schema such as `*id integer, name string, total decimal(10 2), tier enum(gold silver)`.

        A star marks the key. With an identity, the schema is a dimension of its name too.
        """
        found = [_ATTRIBUTE.fullmatch(part.strip()) for part in attributes.split(",")]
        parts = [match.groupdict() for match in found if match is not None]
        assert len(parts) == len(found), f"cannot read {attributes!r}"
        schema = Schema(
            name=name,
            attributes=tuple(Attribute(name=part["name"], type=_type(part["kind"], part["limits"])) for part in parts),
            primary_key=tuple(part["name"] for part in parts if part["key"]),
            identities=(Identity(attribute=identity, namespace="email"),) if identity else (),
        )
        dimension = (Dimension(name=name, schema_name=name, identity=identity),) if identity else ()
        self._change(schemas=(*self.catalogue.schemas, schema), dimensions=(*self.catalogue.dimensions, *dimension))
        self.rows(name, rows)

    def link(self, way: str, name: str, reverse: str, *, unique: bool = False) -> None:
        """Add a relationship such as `order.person_id -> person.id`; composite pairs are joined by `and`."""
        ends = [re.fullmatch(r"\s*(\w+)\.(\w+) -> (\w+)\.(\w+)\s*", pair) for pair in way.split(" and ")]
        pairs = [end.groups() for end in ends if end is not None]
        assert pairs
        relationship = Relationship(
            source=pairs[0][0],
            target=pairs[0][2],
            pairs=tuple((here, there) for _, here, _, there in pairs),
            name=name,
            reverse=reverse,
            unique=unique,
        )
        self._change(relationships=(*self.catalogue.relationships, relationship))

    def rows(self, schema: str, rows: Sequence[tuple[Scalar, ...]]) -> None:
        """Add rows to a schema, values in the order of its attributes."""
        self.close()
        found = self.catalogue.schema_named(schema)
        names = [attribute.name for attribute in found.attributes]
        self.records.setdefault(schema, []).extend(dict(zip(names, row, strict=True)) for row in rows)
        self._waiting.append((schema, rows))

    @property
    def engine(self) -> Engine:
        """The engine, open."""
        if self._opened is None:
            self._opened = self._home.open(self.catalogue, self._waiting)
            self._waiting = []
        return self._opened

    def shape(self, dimension: str, *columns: Column) -> Shape:
        """Return the shape of a population of a dimension."""
        return shape_of(self.catalogue, dimension, columns)

    def bind(
        self, rule: str | Mapping[str, object], schema: str, columns: Mapping[str, DataType] | None = None
    ) -> Predicate:
        """Return a rule (YAML text or its value) bound to a schema."""
        document = yaml.safe_load(rule) if isinstance(rule, str) else rule
        audiences = dict.fromkeys(self.audiences, schema)
        around = Surroundings(self.catalogue, schema, columns=columns or {}, audiences=audiences)
        return bind_rule(_RULE.validate_python(document), around)

    def where(self, rule: str | Mapping[str, object], dimension: str) -> Records:
        """Return the population of a dimension that satisfies a rule."""
        shape = self.shape(dimension)
        return Records(shape, self.bind(rule, shape.schema))

    def make(self, **sets: Set) -> dict[str, Table]:
        """Make the working tables of one task, and return them by the names of their sets."""
        self._made += 1
        names = {output: f"w{self._made}_{output}" for output in sets}
        self.engine.make(Making(sets, names, self.moment, self.audiences))
        return {output: Table(names[output], population.shape) for output, population in sets.items()}

    def read(self, population: Set, *columns: str) -> list[tuple[object, ...]]:
        """Return the row keys and the named columns of a population, in key order."""
        table = population if isinstance(population, Table) else self.make(main=population)["main"]
        batches = self.engine.scan(table, (), columns, self.moment, 1000)
        return [row for batch in batches for row in batch]

    def keys(self, population: Set) -> set[tuple[Scalar, ...]]:
        """Return the row keys of a population; a key that comes twice is an error."""
        rows = cast("list[tuple[Scalar, ...]]", self.read(population))
        assert len(set(rows)) == len(rows), f"a row key twice in {rows}"
        return set(rows)

    def who(self, rule: str | Mapping[str, object], dimension: str) -> set[object]:
        """Return the keys (of one column) of those who satisfy a rule, on whom engine and evaluator agree."""
        population = self.where(rule, dimension)
        found = self.keys(population)
        assert found == self.evaluated(population), "engine and evaluator disagree"
        return {key for (key,) in found}

    def evaluated(self, population: Records) -> set[tuple[Scalar, ...]]:
        """Return the keys of those who satisfy a rule, found by the evaluator."""
        schema = self.catalogue.schema_named(population.shape.schema)
        known = Known(self.records, self.catalogue, self.members)
        return {
            tuple(row[name] for name in schema.primary_key)
            for row in self.records[schema.name]
            if holds(population.where, Standpoint(row, schema.name, known, self.moment))
        }

    def table(self, shape: Shape, rows: Rows) -> Table:
        """Return a working table made from rows."""
        self._made += 1
        self.engine.write(f"w{self._made}", shape, iter([rows]))
        return Table(f"w{self._made}", shape)

    def save(self, label: str, population: Table) -> Counts:
        """Keep a population as an audience that rules may name."""
        name = f"audience_{label}"
        found = self.engine.save_audience(Keeping(population, (), name, f"save {label}", self.moment))
        self.audiences[label] = name
        self.members[label] = self.keys(population)
        return found

    def close(self) -> None:
        """Release the files; the next question opens them again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _change(self, **parts: object) -> None:
        self.close()
        kept = {name: getattr(self.catalogue, name) for name in Catalogue.model_fields}
        self.catalogue = Catalogue.model_validate(kept | parts)


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world without schemas, on each engine in turn."""
    home = HOMES[request.param](tmp_path)
    made = World(tmp_path, home)
    yield made
    made.close()
    home.remove()


def _type(kind: str, limits: str | None) -> DataType:
    if kind == Kind.DECIMAL and limits:
        precision, scale = limits.split()
        return DataType(kind=Kind.DECIMAL, precision=int(precision), scale=int(scale))
    return DataType(kind=Kind(kind), values=tuple(limits.split()) if limits else ())
