"""A small shop of random rows, in memory and in SQL: every column holds NULL and '' where it may."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from sqlglot import exp

from batuta.engines.sql import Compiler
from batuta.kit.text import fold
from batuta.rules.binding import Passage, Surroundings
from batuta.rules.bound import Moment
from batuta.rules.evaluate import Row, Standpoint, World
from batuta.rules.filters import Filter
from batuta.schema.model import Attribute, Catalogue, Dimension, Relationship, Schema
from batuta.schema.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DOUBLE,
    INSTANT,
    INTEGER,
    STRING,
    DataType,
    Kind,
    Scalar,
)
from batuta.sets.algebra import Set
from batuta.sets.shape import Shape, shape_of

from .databases import DATABASES

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
TIER = DataType(kind=Kind.ENUM, values=("gold", "silver", "bronze"))
NOW = datetime(2024, 3, 1, 7, 30, tzinfo=UTC)
VARIABLES: Mapping[str, DataType] = {"city": STRING, "limit": INTEGER, "nothing": STRING}
VALUES: Mapping[str, Scalar] = {"city": "josé", "limit": 20, "nothing": None}
MOMENT = Moment(NOW, "Europe/Paris", VALUES)


def _schema(schema: str, key: tuple[str, ...], /, **types: DataType) -> Schema:
    attributes = tuple(Attribute(name=attribute, type=data_type) for attribute, data_type in types.items())
    return Schema(name=schema, attributes=attributes, primary_key=key)


def _link(source: str, target: str, pairs: tuple[tuple[str, str], ...], name: str, reverse: str) -> Relationship:
    return Relationship(source=source, target=target, pairs=pairs, name=name, reverse=reverse)


CATALOGUE = Catalogue(
    schemas=(
        _schema(
            "person",
            ("id",),
            id=INTEGER,
            email=STRING,
            city=STRING,
            points=INTEGER,
            balance=MONEY,
            score=DOUBLE,
            born=DATE,
            seen=DATETIME,
            joined=INSTANT,
            vip=BOOLEAN,
            tier=TIER,
            country_code=STRING,
        ),
        _schema("country", ("code",), code=STRING, name=STRING, size=INTEGER),
        _schema(
            "order",
            ("shop", "number"),
            shop=INTEGER,
            number=INTEGER,
            person_id=INTEGER,
            total=MONEY,
            placed=DATETIME,
            status=STRING,
            weight=DOUBLE,
        ),
        _schema(
            "line",
            ("id",),
            id=INTEGER,
            shop=INTEGER,
            number=INTEGER,
            product_id=INTEGER,
            quantity=INTEGER,
            note=STRING,
        ),
        _schema("product", ("id",), id=INTEGER, name=STRING, price=MONEY),
    ),
    relationships=(
        _link("person", "country", (("country_code", "code"),), "country", "people"),
        _link("order", "person", (("person_id", "id"),), "person", "orders"),
        _link("line", "order", (("shop", "shop"), ("number", "number")), "order", "lines"),
        _link("line", "product", (("product_id", "id"),), "product", "lines"),
    ),
    dimensions=(
        Dimension(name="people", schema="person", identity="email"),
        Dimension(name="orders", schema="order", identity="status"),
    ),
)

TEXTS = [
    "",
    "José",
    "JOSE",
    "jose",
    "Ana",
    "ana ",
    " Ana",
    "Σίσυφος",
    "ΣΊΣΥΦΟΣ",
    "50%",
    "a_b",
    "İzmir",
    "straße",
    "か",
    "が",
]
DAYS = [date(2024, 2, 29), date(2024, 3, 1), date(2023, 12, 31), date(1980, 2, 29), date(1990, 3, 5), date(2024, 2, 26)]
HOURS = [timedelta(0), timedelta(hours=23, minutes=59, seconds=59), timedelta(hours=7, minutes=30), timedelta(hours=-1)]


class Chance:
    """Draws values, one in six empty."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, values: Sequence[Scalar]) -> Scalar:
        return None if self._random.random() < 1 / 6 else self._random.choice(values)

    def text(self) -> Scalar:
        return self.of(TEXTS)

    def day(self) -> Scalar:
        return self.of(DAYS)

    def moment(self) -> Scalar:
        day = self.of(DAYS)
        if not isinstance(day, date):
            return None
        return datetime(day.year, day.month, day.day) + self._random.choice(HOURS)

    def money(self) -> Scalar:
        return self.of([Decimal("0.00"), Decimal("-5.50"), Decimal("19.99"), Decimal("20.00"), Decimal("100.10")])

    def number(self) -> Scalar:
        return self.of([-1, 0, 1, 2, 19, 20, 21])

    def double(self) -> Scalar:
        return self.of([0.0, -1.5, 2.0, 20.0, 0.1])


def rows_of(seed: int) -> dict[str, list[Row]]:
    """Return the rows of every schema: people without orders, orders without people, dangling references."""
    draw = Chance(seed)
    people = [
        {
            "id": number,
            "email": draw.of(["a@x.org", "A@X.org", "b@x.org", "", "c@y.org"]),
            "city": draw.text(),
            "points": draw.number(),
            "balance": draw.money(),
            "score": draw.double(),
            "born": draw.day(),
            "seen": draw.moment(),
            "joined": draw.moment(),
            "vip": draw.of([True, False]),
            "tier": draw.of(["gold", "silver", "bronze"]),
            "country_code": draw.of(["fr", "es", "", "zz"]),
        }
        for number in range(1, 13)
    ]
    countries = [{"code": code, "name": draw.text(), "size": draw.number()} for code in ("fr", "es", "", "it")]
    orders = [
        {
            "shop": shop,
            "number": number,
            "person_id": draw.of([1, 2, 3, 4, 4, 4, 99]),
            "total": draw.money(),
            "placed": draw.moment(),
            "status": draw.text(),
            "weight": draw.double(),
        }
        for shop in (1, 2)
        for number in range(1, 8)
    ]
    lines = [
        {
            "id": number,
            "shop": draw.of([1, 2]),
            "number": draw.of([1, 2, 3, 4, 50]),
            "product_id": draw.of([1, 2, 9]),
            "quantity": draw.number(),
            "note": draw.text(),
        }
        for number in range(1, 25)
    ]
    products = [{"id": number, "name": draw.text(), "price": draw.money()} for number in (1, 2, 3)]
    return {"person": people, "country": countries, "order": orders, "line": lines, "product": products}


TABLES: dict[str, frozenset[tuple[Scalar, ...]]] = {
    "passed_people": frozenset({(2,), (4,), (7,), (98,)}),
    "passed_orders": frozenset({(1, 1), (1, 2), (2, 3), (9, 9)}),
}
"""The targets in the working tables of transitions that rules may name; each comes twice there."""

TABLE_COLUMNS = {"passed_people": "_t1 BIGINT", "passed_orders": "_t1 BIGINT, _t2 BIGINT"}


class Places:
    """Where the tables of the shop are. Some attributes have a stored folded copy."""

    FOLDED = frozenset({("person", "email"), ("product", "name")})

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, db="data", quoted=True)

    def working(self, name: str) -> exp.Table:
        return exp.table_(name, db="work", quoted=True)

    def row_keys(self, name: str) -> exp.Table:
        return self.working(name)

    def bare(self, name: str) -> exp.Table:
        return exp.table_(name, db="keys", quoted=True)

    def carrier(self, name: str) -> str | None:
        return name

    def audience(self, label: str) -> exp.Table:
        return exp.table_(label, db="audience", quoted=True)

    def memory(self, name: str) -> exp.Table | None:
        return exp.table_(name, db="remembered", quoted=True)

    def shared(self, name: str) -> exp.Table:
        return exp.table_(name, quoted=True)

    def folded(self, schema: str, attribute: str) -> str | None:
        return f"_folded_{attribute}" if (schema, attribute) in self.FOLDED else None


class Shop:
    """The rows of a seed, in memory and in a database."""

    def __init__(self, seed: int, on: str = "duckdb") -> None:
        self.rows = rows_of(seed)
        members = frozenset((number,) for number in (1, 4, 5, 98))
        self.world = World(self.rows, CATALOGUE, {"Friends": members}, TABLES)
        self.connection = DATABASES[on]()
        self.dialect = self.connection.dialect
        self.compiler = Compiler(self.dialect, CATALOGUE, MOMENT, Places())
        for statement in self.dialect.preparation:
            self.connection.execute(statement)
        for part in ("data", "work", "keys", "audience"):
            self.connection.execute(f"CREATE SCHEMA {part}")
        for schema in CATALOGUE.schemas:
            self._fill(schema)
        self.connection.execute('CREATE TABLE audience."Friends" (_t1 BIGINT)')
        self.connection.executemany('INSERT INTO audience."Friends" VALUES (?)', sorted(members))
        for name, keys in TABLES.items():
            self.connection.execute(f'CREATE TABLE work."{name}" ({TABLE_COLUMNS[name]})')
            marks = ", ".join("?" for _ in min(keys))
            self.connection.executemany(f'INSERT INTO work."{name}" VALUES ({marks})', sorted(keys) * 2)

    def _fill(self, schema: Schema) -> None:
        dialect = self.dialect
        columns = {
            name: dialect.type_of(attribute.type).sql(dialect.name) for name, attribute in schema.by_name.items()
        }
        copies = [name for name in columns if (schema.name, name) in Places.FOLDED]
        columns |= {f"_folded_{name}": "TEXT" for name in copies}
        written = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self.connection.execute(f'CREATE TABLE data."{schema.name}" ({written})')
        marks = ", ".join("?" for _ in columns)
        for row in self.rows[schema.name]:
            folded = [None if row[name] is None else fold(str(row[name])) for name in copies]
            self.connection.execute(f'INSERT INTO data."{schema.name}" VALUES ({marks})', [*row.values(), *folded])

    def standpoint(self, row: Row, schema: str) -> Standpoint:
        return Standpoint(row, schema, self.world, MOMENT)

    def sql(self, population: Set) -> str:
        return self.compiler.select(population).sql(self.dialect.name)

    def read(self, population: Set) -> list[tuple[object, ...]]:
        """Return the rows of a set in the order of their keys."""
        return sorted(self.connection.read(self.sql(population), population.shape), key=repr)

    def make(self, sets: Mapping[str, Set]) -> dict[str, list[tuple[object, ...]]]:
        """Make the tables of a task and return their rows."""
        statements = self.compiler.task(sets, {name: name for name in sets})
        for statement in statements:
            self.connection.execute(statement.sql(self.dialect.name))
        made = {name: self.connection.read(f'SELECT * FROM work."{name}"', of.shape) for name, of in sets.items()}
        for creation in reversed([statement.tree for statement in statements if statement.output]):
            dropping = exp.Drop(tables=[creation.this], kind=creation.args["kind"])
            self.connection.execute(dropping.sql(self.dialect.name))
        return made


engine = "duckdb"
"""Where shops are that are asked for by their seed."""


def shop(seed: int) -> Shop:
    """Return the shop of a seed, made once on each engine."""
    return _made(seed, engine)


@cache
def _made(seed: int, on: str) -> Shop:
    return Shop(seed, on)


PEOPLE: Shape = shape_of(CATALOGUE, "people")
ORDERS: Shape = shape_of(CATALOGUE, "orders")


def around(schema: str) -> Surroundings:
    """Return what rules over the rows of a schema may name."""
    passages = {
        "early.main": Passage("person", "passed_people"),
        "nobody.main": Passage("person", None),
        "bought.main": Passage("order", "passed_orders"),
    }
    return Surroundings(
        CATALOGUE, schema, variables=VARIABLES, audiences={"Friends": "person"}, passages=passages, filters=FILTERS
    )


def _filter(name: str, schema: str, rule: Mapping[str, object], **fields: str) -> Filter:
    parameters = [{"name": parameter, "field": field} for parameter, field in fields.items()]
    return Filter.model_validate({"name": name, "schema": schema, "rule": rule, "parameters": parameters})


FILTERS = {
    "dear": _filter(
        "dear",
        "order",
        {"kind": "attribute", "expression": "[total]", "operator": "greater", "value": 20},
        least="value",
    ),
    "loyal": _filter(
        "loyal",
        "person",
        {
            "kind": "except",
            "children": [
                {"kind": "exists", "path": "orders", "rule": {"kind": "filter", "filter": "dear"}},
                {"kind": "attribute", "expression": "[city]", "operator": "in", "values": ["nowhere"]},
            ],
        },
        cities="children.1.values",
        least="children.0.rule.arguments.least",
    ),
}
"""Predefined filters of the shop, one of which uses the other."""
