"""Random schemas and the rows in them, with links of every kind between them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from batuta.kit.text import fold
from batuta.rules.binding import Passage, Sends, Surroundings
from batuta.rules.bound import Moment
from batuta.rules.evaluate import Row, Standpoint, World, together
from batuta.rules.filters import Filter
from batuta.schema.feedback import with_feedback
from batuta.schema.model import Attribute, Catalogue, Dimension, Identity, Link, Relationship, Schema
from batuta.schema.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DOUBLE,
    INSTANT,
    INTEGER,
    STRING,
    TIME,
    DataType,
    Kind,
    Scalar,
)
from batuta.sets.shape import Shape

from .values import MONEY, SMALL, TIER, WILD, Values

NAMES = ("person", "order", "select", "Line é")
"""Among them words of SQL, and one that needs quotes."""
NOWS = (
    datetime(2024, 3, 1, 7, 30, tzinfo=UTC),
    datetime(2024, 3, 31, 0, 30, tzinfo=UTC),
    datetime(2023, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2025, 2, 28, 12, 0, tzinfo=UTC),
    datetime(2024, 10, 27, 0, 59, 59, tzinfo=UTC),
)
ZONES = ("Europe/Paris", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
VARIABLES = {"city": STRING, "limit": INTEGER, "nothing": STRING, "day": DATE}
KEYS: dict[str, tuple[DataType, ...]] = {
    "integer": (INTEGER,),
    "text": (STRING,),
    "date": (DATE,),
    "composite": (INTEGER, STRING),
}
_OWN: dict[str, DataType] = {
    "city": STRING,
    "note": STRING,
    "tier": TIER,
    "points": INTEGER,
    "level": INTEGER,
    "balance": MONEY,
    "score": DOUBLE,
    "wild": DOUBLE,
    "vip": BOOLEAN,
    "born": DATE,
    "opens": TIME,
    "seen": DATETIME,
    "joined": INSTANT,
}
_FOCUS = "people"
_ROWS = 13

Key = tuple[Scalar, ...]


@dataclass(frozen=True)
class Random:
    """A world made by chance: its catalogue and rows, and what else rules may name."""

    name: str
    catalogue: Catalogue
    rows: dict[str, list[Row]]
    moment: Moment
    members: dict[str, frozenset[Key]]
    tables: dict[str, frozenset[Key]]
    filters: dict[str, Filter]
    folded: frozenset[tuple[str, str]]
    features: frozenset[str]
    values: Values = field(repr=False)

    @cached_property
    def meaning(self) -> World:
        return World(self.rows, self.catalogue, self.members, self.tables)

    @property
    def own(self) -> list[Schema]:
        """The schemas that are not built in."""
        return [schema for schema in self.catalogue.schemas if not schema.builtin]

    def around(self, schema: str, *, windows: bool = False) -> Surroundings:
        passages = {f"early {name}.main": Passage(name, f"passed_{name}") for name in self.rows}
        passages |= {f"nobody {name}.main": Passage(name, None) for name in self.rows}
        sends = Sends("spring", "r1", ("mail", "sms"), ("mail",))
        return Surroundings(
            self.catalogue,
            schema,
            variables=VARIABLES,
            audiences={f"Friends {name}": name for name in self.rows},
            passages=passages,
            filters=self.filters,
            windows=windows,
            sends=lambda: sends,
        )

    def shape(self, schema: str) -> Shape:
        return Shape("", schema, tuple(each.type for each in self.catalogue.schema_named(schema).key))

    def standpoints(self, schema: str) -> list[Standpoint]:
        """Return the rows of a schema, in the order of their keys."""
        return together([Standpoint(row, schema, self.meaning, self.moment) for row in self.rows[schema]])

    def key_of(self, schema: str, row: Row) -> Key:
        return tuple(row[name] for name in self.catalogue.schema_named(schema).primary_key)

    def paths(self, schema: str, longest: int = 3) -> Iterator[tuple[Link, ...]]:
        """Yield the paths that leave a schema, no way and back at once over the same columns."""
        ways: list[tuple[Link, ...]] = [()]
        while ways:
            path = ways.pop(0)
            here = path[-1].there if path else schema
            for link in self.catalogue.links(here):
                longer = (*path, link)
                yield longer
                if len(longer) < longest and len(ways) < 60:
                    ways.append(longer)


class Making:
    """Makes a world from a seed and its number, which decides the kinds of keys and links there are."""

    def __init__(self, seed: int, number: int) -> None:
        self.name = f"seed {seed}, world {number}"
        self.chance = random.Random(self.name)
        self.number = number
        now = NOWS[number % len(NOWS)]
        zone = ZONES[(number // 2) % len(ZONES)]
        self.values = Values(self.chance, now.date())
        variables: dict[str, Scalar] = {"city": "josé", "limit": 20, "nothing": None, "day": now.date()}
        self.moment = Moment(now, zone, variables, seed=str(number))
        self.features: set[str] = {f"zone {zone}"}

    def world(self) -> Random:
        """Return the world."""
        count = 2 + self.number % 3
        kinds = [list(KEYS)[(self.number + place) % len(KEYS)] for place in range(count)]
        self.features |= {f"{count} schemas", *(f"{kind} key" for kind in kinds)}
        schemas = [self._schema(NAMES[place], KEYS[kind]) for place, kind in enumerate(kinds)]
        relationships: list[Relationship] = []
        for place, (source, target, unique) in enumerate(self._ends(count)):
            schemas, made = self._linked(schemas, source, target, f"up{place}", unique)
            relationships.append(made)
        catalogue = Catalogue(
            schemas=tuple(schemas),
            relationships=tuple(relationships),
            dimensions=(Dimension.model_validate({"name": _FOCUS, "schema": NAMES[0], "identity": "note"}),),
        )
        catalogue = with_feedback(catalogue, catalogue.dimensions[0])
        rows = self._rows(catalogue)
        folded = {(schema.name, "note") for schema in schemas if self.chance.random() < 0.5}
        self.features |= {"stored folds"} if folded else set()
        return Random(
            self.name,
            catalogue,
            rows,
            self.moment,
            {f"Friends {name}": self._some(catalogue, name, rows[name]) for name in rows},
            {f"passed_{name}": self._some(catalogue, name, rows[name]) for name in rows},
            self._filters(schemas),
            frozenset(folded),
            frozenset(self.features),
            self.values,
        )

    def _schema(self, name: str, key: Sequence[DataType]) -> Schema:
        keys = {f"k{place}": given for place, given in enumerate(key)}
        own = list(_OWN.items())
        self.chance.shuffle(own)
        types = {**keys, **dict(own)}
        attributes = tuple(Attribute(name=each, type=given) for each, given in types.items())
        identities = (Identity(attribute="note", namespace="crm"),)
        return Schema(name=name, attributes=attributes, primary_key=tuple(keys), identities=identities)

    def _ends(self, count: int) -> list[tuple[int, int, bool]]:
        """Return from which schema to which one relationships go, and whether each row there is referred to once."""
        shapes = ("chain", "star", "up")
        shape = shapes[(self.number // 3) % len(shapes)]
        ends = []
        for place in range(1, count):
            other = place - 1 if shape == "chain" else 0
            ends.append((other, place, False) if shape == "up" else (place, other, False))
        if self.number % 2 == 0:
            ends.append((0, 0, False))
            self.features.add("self")
        if self.number % 3 != 1:
            ends.append((count - 1, 0, True))
            self.features.add("1-1")
        self.features |= {shape, "N-1", "1-N"}
        return ends

    def _linked(
        self, schemas: list[Schema], source: int, target: int, name: str, unique: bool
    ) -> tuple[list[Schema], Relationship]:
        """Return the schemas with the columns of a relationship, and the relationship."""
        here, there = schemas[source], schemas[target]
        columns = tuple(Attribute(name=f"{name}_{each.name}", type=each.type) for each in there.key)
        schemas = [*schemas]
        schemas[source] = here.model_copy(update={"attributes": (*here.attributes, *columns)})
        schemas[source] = Schema.model_validate(dict(schemas[source]))
        pairs = tuple((column.name, each.name) for column, each in zip(columns, there.key, strict=True))
        made = Relationship(
            source=here.name, target=there.name, pairs=pairs, name=name, reverse=f"down{name[2:]}", unique=unique
        )
        return schemas, made

    def _rows(self, catalogue: Catalogue) -> dict[str, list[Row]]:
        rows: dict[str, list[dict[str, Scalar]]] = {}
        for schema in catalogue.schemas:
            keys = self._keys(schema)
            rows[schema.name] = [self._row(schema, key) for key in keys]
            if not schema.builtin:
                self._empty_and_again(schema, rows[schema.name])
        for relationship in catalogue.relationships:
            self._refer(catalogue, relationship, rows)
        return {name: list(found) for name, found in rows.items()}

    def _keys(self, schema: Schema) -> list[Key]:
        """Return different keys in their order; a text key may be ''."""
        pools: dict[Kind, list[Scalar]] = {
            Kind.INTEGER: [-7, 0, *range(1, 18)],
            Kind.STRING: ["", "A", "a", "é", "E", "50%", "o'k", *"bcdefghij"],
            Kind.DATE: list(dict.fromkeys(self.values.of(DATE) for _ in range(60))),
        }
        found: set[Key] = set()
        for _ in range(200):
            found.add(tuple(self.chance.choice(pools[each.type.kind]) for each in schema.key))
            if len(found) == _ROWS + self.number % 4:
                break
        return sorted(found)

    def _row(self, schema: Schema, key: Key) -> dict[str, Scalar]:
        row: dict[str, Scalar] = dict(zip(schema.primary_key, key, strict=True))
        for attribute in schema.attributes:
            if attribute.name not in row:
                row[attribute.name] = self._value(attribute, schema)
        return row

    def _empty_and_again(self, schema: Schema, rows: list[dict[str, Scalar]]) -> None:
        """See to it that every column has NULL, '' if it is text, and a value that comes twice."""
        for attribute in schema.attributes:
            if attribute.name not in schema.primary_key:
                value = self.values.of(attribute.type)
                wanted: list[Scalar] = [None, value, value, *([""] if attribute.type.kind is Kind.STRING else [])]
                for row, each in zip(self.chance.sample(rows, len(wanted)), wanted, strict=True):
                    row[attribute.name] = each

    def _value(self, attribute: Attribute, schema: Schema) -> Scalar:
        if schema.builtin:
            return self._told(attribute)
        if attribute.name == "level":
            return None if self.chance.random() < 1 / 5 else self.chance.choice(SMALL)
        if attribute.name == "wild":
            return None if self.chance.random() < 1 / 5 else self.chance.choice(WILD)
        return self.values.maybe(attribute.type)

    def _told(self, attribute: Attribute) -> Scalar:
        """Return a value of what is told of messages."""
        known = {"campaign": ["spring", "Spring", "autumn"], "run": ["r1", "r2"], "activity": ["mail", "sms"]}
        if attribute.name in known:
            return self.chance.choice(known[attribute.name])
        if attribute.name in ("proof", "seed", "test", "machine"):
            return self.chance.random() < 0.2
        return self.values.of(attribute.type) if attribute.required else self.values.maybe(attribute.type)

    def _refer(
        self, catalogue: Catalogue, relationship: Relationship, rows: dict[str, list[dict[str, Scalar]]]
    ) -> None:
        """Let rows refer to others: many to the first few, some to none, some to what is not there."""
        there = catalogue.schema_named(relationship.target)
        keys = [tuple(row[name] for name in there.primary_key) for row in rows[there.name]]
        favoured = keys if relationship.unique else [*keys[: len(keys) // 2], *keys[:3]]
        self.chance.shuffle(favoured)
        for row in rows[relationship.source]:
            drawn = self.chance.random()
            key: Sequence[Scalar] = [None] * len(there.primary_key)
            if drawn < 0.12:
                key = [self.values.of(each.type) for each in there.key]
                key = [None] * len(key) if relationship.unique or tuple(key) in keys else key
            elif drawn < 0.85 and favoured:
                key = favoured.pop() if relationship.unique else self.chance.choice(favoured)
            elif len(key) > 1:
                key = [self.values.of(there.key[0].type), *key[1:]]
            row.update(zip((here for here, _ in relationship.pairs), key, strict=True))
        self.chance.choice(rows[relationship.source]).update(dict.fromkeys(here for here, _ in relationship.pairs))

    def _some(self, catalogue: Catalogue, schema: str, rows: Sequence[Row]) -> frozenset[Key]:
        """Return some keys of a schema, and one of a row that is gone."""
        found = catalogue.schema_named(schema)
        keys = {tuple(row[name] for name in found.primary_key) for row in rows if self.chance.random() < 0.5}
        gone: dict[Kind, Scalar] = {Kind.INTEGER: 999, Kind.STRING: "gone", Kind.DATE: datetime(1950, 5, 5).date()}
        return frozenset(keys | {tuple(gone[each.type.kind] for each in found.key)})

    def _filters(self, schemas: Sequence[Schema]) -> dict[str, Filter]:
        """Return two filters for each schema, of which one uses the other."""
        found = {}
        for schema in schemas:
            few = {
                "kind": "except",
                "children": [
                    {"kind": "attribute", "expression": "[level]", "operator": "greater", "value": 1},
                    {"kind": "attribute", "expression": "[city]", "operator": "in", "values": ["jose"]},
                ],
            }
            most = {
                "kind": "or",
                "children": [
                    {"kind": "filter", "filter": f"few {schema.name}"},
                    {"kind": "attribute", "expression": "[vip]", "operator": "is-true"},
                ],
            }
            for name, rule, fields in (
                ("few", few, {"least": "children.0.value", "cities": "children.1.values"}),
                ("most", most, {"least": "children.0.arguments.least"}),
            ):
                parameters = [{"name": parameter, "field": field} for parameter, field in fields.items()]
                made = {"name": f"{name} {schema.name}", "schema": schema.name, "rule": rule, "parameters": parameters}
                found[f"{name} {schema.name}"] = Filter.model_validate(made)
        return found


def folded_of(value: Scalar) -> Scalar:
    """Return the stored copy of a text."""
    return fold(value) if isinstance(value, str) else value
