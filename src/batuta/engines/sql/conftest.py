"""A shop of a few hand-written rows on each engine: NULL and '' in every column that may hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

import duckdb
import psycopg
import pytest
from sqlglot import exp

from batuta.engines.sql import Compiler, Dialect, DuckDb
from batuta.engines.sql.for_postgres import Postgres
from batuta.engines.sql.for_spark import Spark
from batuta.kit.text import fold
from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Expr, Moment, Predicate
from batuta.rules.tree import Rule, Truth
from batuta.schema.model import Attribute, Catalogue, Dimension, Link, Relationship, Schema
from batuta.schema.types import DATE, DATETIME, INTEGER, STRING, DataType, Kind
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Column, Shape, shape_of
from tests.postgres import new_database
from tests.wanted import wanted

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
NOW = datetime(2024, 3, 1, 7, 30, tzinfo=UTC)


def _schema(schema: str, key: tuple[str, ...], /, **types: DataType) -> Schema:
    attributes = tuple(Attribute(name=name, type=data_type) for name, data_type in types.items())
    return Schema(name=schema, attributes=attributes, primary_key=key)


CATALOGUE = Catalogue(
    schemas=(
        _schema(
            "person", ("id",), id=INTEGER, email=STRING, city=STRING, points=INTEGER, born=DATE, country_code=STRING
        ),
        _schema("country", ("code",), code=STRING, name=STRING),
        _schema(
            "order",
            ("shop", "number"),
            shop=INTEGER,
            number=INTEGER,
            person_id=INTEGER,
            total=MONEY,
            placed=DATETIME,
            status=STRING,
        ),
        _schema("line", ("id",), id=INTEGER, shop=INTEGER, number=INTEGER, article=STRING, quantity=INTEGER),
        _schema("card", ("number",), number=STRING, person_id=INTEGER, level=STRING),
        Schema(
            name="blocked",
            attributes=(Attribute(name="entry", type=STRING, folded=True), Attribute(name="note", type=STRING)),
            primary_key=("entry",),
        ),
        _schema("lead", ("key",), key=STRING, mail=STRING, person_id=INTEGER),
    ),
    relationships=(
        Relationship(
            source="person", target="country", pairs=(("country_code", "code"),), name="country", reverse="people"
        ),
        Relationship(source="order", target="person", pairs=(("person_id", "id"),), name="person", reverse="orders"),
        Relationship(
            source="line",
            target="order",
            pairs=(("shop", "shop"), ("number", "number")),
            name="order",
            reverse="lines",
        ),
        Relationship(
            source="card", target="person", pairs=(("person_id", "id"),), name="holder", reverse="card", unique=True
        ),
        Relationship(source="lead", target="person", pairs=(("person_id", "id"),), name="person", reverse="leads"),
    ),
    dimensions=(
        Dimension(name="people", schema_name="person", identity="email"),
        Dimension(name="orders", schema_name="order", identity="status"),
        Dimension(name="leads", schema_name="lead", identity="mail"),
    ),
)

DATA = """
INSERT INTO data.person VALUES
    (1, 'ana@x.org', 'Paris',  10,   '1990-03-05', 'fr'),
    (2, 'ANA@X.org', 'PARÍS',  NULL, '1980-02-29', 'fr'),
    (3, 'bob@x.org', '',       5,    NULL,         'es'),
    (4, NULL,        NULL,     0,    '2000-12-31', NULL),
    (5, '',          'Lyon',   5,    '1999-03-02', 'zz'),
    (6, 'cyd@y.org', ' lyon ', 7,    '2001-01-01', '');
INSERT INTO data.country VALUES ('fr', 'France'), ('es', NULL), ('', 'Nowhere'), ('it', '');
INSERT INTO data."order" VALUES
    (1, 1, 1,    10.00, '2024-01-01 08:00:00',    'paid'),
    (1, 2, 1,    30.00, '2024-01-03 23:59:59.5',  ''),
    (1, 3, 1,    20.00, '2024-01-02 00:00:00',    NULL),
    (2, 1, 2,    NULL,  NULL,                     'paid'),
    (2, 2, 99,   50.00, '2024-01-05 00:00:00',    'paid'),
    (2, 3, NULL, 5.00,  '2024-01-06 00:00:00',    'open'),
    (2, 4, 3,    20.00, '2024-01-02 00:00:00',    'open');
INSERT INTO data.line VALUES
    (1, 1, 1, 'pen', 2), (2, 1, 1, 'ink', 1), (3, 1, 2, 'pen', NULL), (4, 2, 4, '', 3), (5, 7, 7, 'pen', 4),
    (6, NULL, 1, NULL, 9), (7, 2, 2, 'pen', 1);
INSERT INTO data.card VALUES ('a', 1, 'gold'), ('b', 1, 'silver'), ('c', NULL, 'gold'), ('d', 3, '');
INSERT INTO data.blocked VALUES ('ana@x.org', NULL), ('', 'nobody'), ('y.org', '');
INSERT INTO data.lead VALUES
    ('k1', 'ana@x.org', 3), ('k2', 'bob@x.org', NULL), ('k3', '', 1), ('k4', NULL, NULL), ('k5', 'zoe@z.org', 99);
"""


class Answer(Protocol):
    """What a statement gives."""

    @property
    def description(self) -> Any:
        """What the columns are called."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row that is left."""


class Database(Protocol):
    """A database with the shop in it; what tests do to it ends with them."""

    @property
    def dialect(self) -> Dialect:
        """What its SQL is written in."""

    def execute(self, statement: str, values: Sequence[object] = ()) -> Answer:
        """Execute statements; the answer is that of the last."""

    def temporary(self, name: str) -> exp.Table:
        """Return the address of a temporary table."""

    def close(self) -> None:
        """Forget what the test did."""


class OnDuckDB:
    """DuckDB in memory."""

    def __init__(self) -> None:
        self.dialect = DuckDb()
        self.connection = duckdb.connect()
        _fill(self)

    def execute(self, statement: str, values: Sequence[object] = ()) -> Answer:
        return self.connection.execute(statement, values) if values else self.connection.execute(statement)

    def temporary(self, name: str) -> exp.Table:
        return exp.table_(name, db="main", catalog="temp", quoted=True)

    def close(self) -> None:
        self.connection.close()


class OnPostgres:
    """One database of a PostgreSQL server for all tests, each in a transaction that is undone."""

    def __init__(self) -> None:
        self.dialect = Postgres()
        self.connection = _postgres_shop()

    def execute(self, statement: str, values: Sequence[object] = ()) -> Answer:
        return self.connection.execute(statement.encode(), values or None)

    def temporary(self, name: str) -> exp.Table:
        return exp.table_(name, db="pg_temp", quoted=True)

    def close(self) -> None:
        self.connection.rollback()


@cache
def _postgres_shop() -> psycopg.Connection[tuple[Any, ...]]:
    made = OnPostgres.__new__(OnPostgres)
    made.dialect = Postgres()
    made.connection = psycopg.connect(new_database())
    _fill(made)
    made.connection.commit()
    return made.connection


def _fill(database: Database) -> None:
    dialect = database.dialect
    for statement in dialect.preparation:
        database.execute(statement)
    for part in ("data", "work", "audience", "remembered"):
        database.execute(f"CREATE SCHEMA {part}")
    for schema in CATALOGUE.schemas:
        types = {name: dialect.type_of(attribute.type) for name, attribute in schema.by_name.items()}
        columns = ", ".join(f'"{name}" {data_type.sql(dialect.name)}' for name, data_type in types.items())
        database.execute(f'CREATE TABLE data."{schema.name}" ({columns})')
    database.execute(DATA)
    database.execute('CREATE TABLE audience."Club" (_t1 BIGINT)')
    database.execute('INSERT INTO audience."Club" VALUES (1), (3), (77)')


class OnPaper:
    """No database: statements are compiled, and looked at."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def execute(self, statement: str, values: Sequence[object] = ()) -> Answer:
        raise LookupError(f"nothing runs {statement} with {values}")

    def temporary(self, name: str) -> exp.Table:
        return exp.table_(name, quoted=True)

    def close(self) -> None:
        """Forget nothing."""


DATABASES: Mapping[str, Callable[[], Database]] = {"duckdb": OnDuckDB, "postgres": OnPostgres}


class Shop:
    """The shop, a compiler for it, and what tests ask."""

    def __init__(self, database: Database) -> None:
        self.connection = database
        self.dialect = database.dialect
        self.moment = Moment(NOW, "Europe/Paris", {"city": "paris", "none": None})
        self.compiler = Compiler(self.dialect, CATALOGUE, self.moment, self)
        self.people = shape_of(CATALOGUE, "people")
        self.orders = shape_of(CATALOGUE, "orders")
        self.folded_copies: set[tuple[str, str]] = set()
        self.carried: dict[str, str] = {}
        self._made = 0

    def use(self, dialect: Dialect) -> None:
        """Compile in another dialect from now on."""
        self.dialect = dialect
        self.compiler = Compiler(dialect, CATALOGUE, self.moment, self)

    def _run(self, tree: exp.Expr) -> Answer:
        return self.connection.execute(tree.sql(self.dialect.name))

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, db="data", quoted=True)

    def working(self, name: str) -> exp.Table:
        return exp.table_(name, db="work", quoted=True)

    def row_keys(self, name: str) -> exp.Table:
        return self.bare(name) if name in self.carried else self.working(name)

    def bare(self, name: str) -> exp.Table:
        return exp.table_(f"keys_{name}", db="work", quoted=True)

    def carrier(self, name: str) -> str | None:
        return self.carried.get(name, name)

    def audience(self, label: str) -> exp.Table:
        return exp.table_(label, db="audience", quoted=True)

    def memory(self, name: str) -> exp.Table | None:
        return exp.table_(name, db="remembered", quoted=True)

    def shared(self, name: str) -> exp.Table:
        return self.connection.temporary(name)

    def folded(self, schema: str, attribute: str) -> str | None:
        return f"_folded_{attribute}" if (schema, attribute) in self.folded_copies else None

    def keep_folded(self, schema: str, attribute: str) -> None:
        """Give an attribute a stored folded copy, as engines do for identities."""
        table, copy = self.rows(schema), exp.column(f"_folded_{attribute}", quoted=True)
        definition = exp.ColumnDef(this=copy.this.copy(), kind=self.dialect.text)
        self._run(exp.Alter(this=table.copy(), kind="TABLE", actions=[definition]))
        column = exp.column(attribute, quoted=True)
        for (value,) in self._run(exp.select(column).distinct().from_(table)).fetchall():
            if value is not None:
                folded: dict[str, object] = {f'"_folded_{attribute}"': fold(value)}
                self._run(exp.update(table, folded, where=column.eq(value)))
        self.folded_copies.add((schema, attribute))

    def table(self, name: str, shape: Shape, rows: Sequence[Sequence[object]]) -> Table:
        """Make a working table."""
        types = (*shape.key, *shape.secondary_key, *((INTEGER,) if shape.numbered else ()))
        columns = [
            f'"{column}" {self.dialect.type_of(data_type).sql(self.dialect.name)}'
            for column, data_type in zip(shape.row_columns, types, strict=True)
        ]
        columns += [f'"{each.name}" {self.dialect.column_type(each).sql(self.dialect.name)}' for each in shape.columns]
        self.connection.execute(f'CREATE TABLE work."{name}" ({", ".join(columns)})')
        values = exp.Values(expressions=[exp.Tuple(expressions=[exp.Placeholder() for _ in columns])])
        for row in rows:
            self.connection.execute(exp.insert(values, self.working(name)).sql(self.dialect.name), list(row))
        return Table(name, shape)

    def everyone(self, *ids: int) -> Table:
        """Return a working table of people, by default all six."""
        ids = ids or (1, 2, 3, 4, 5, 6)
        self._made += 1
        return self.table(f"people{self._made}", self.people, [(number,) for number in ids])

    def many(self, count: int) -> Table:
        """Return a working table of people numbered from 1."""
        return self.table("many", self.people, [(number,) for number in range(1, count + 1)])

    def read(self, population: Set) -> list[tuple[object, ...]]:
        """Return the rows of a set in the order of their keys."""
        found = self.connection.execute(self.compiler.select(population).sql(self.dialect.name)).fetchall()
        return sorted(found, key=repr)

    def keys(self, population: Set) -> list[object]:
        """Return the target keys of a set in order, each as often as it comes; bare where it is one column."""
        width = len(population.shape.key)
        found = [row[:width] for row in self.read(population)]
        return sorted((row[0] if width == 1 else row for row in found), key=repr)

    def task(self, sets: Mapping[str, Set]) -> dict[str, list[tuple[object, ...]]]:
        """Make the tables of a task and return their rows in order; drop them again."""
        made = []
        for statement in self.compiler.task(sets, {output: f"made_{output}" for output in sets}):
            self._run(statement.tree)
            if isinstance(statement.tree, exp.Create) and statement.output:
                made.append(statement.tree)
        found = {}
        for output in sets:
            rows = self._run(exp.select("*").from_(self.working(f"made_{output}"))).fetchall()
            found[output] = sorted(rows, key=repr)
        for creation in reversed(made):
            self._run(exp.Drop(tables=[creation.this], kind=creation.kind))
        return found

    def around(self, schema: str = "person", columns: Sequence[Column] = ()) -> Surroundings:
        """Return what expressions over a schema may name."""
        return Surroundings(
            CATALOGUE,
            schema,
            columns={column.name: column.type for column in columns},
            variables={"city": STRING, "none": STRING},
            audiences={"Club": "person"},
        )

    def value(self, text: str, schema: str = "person", columns: Sequence[Column] = ()) -> Expr:
        """Return a bound expression."""
        return bind_expression(text, self.around(schema, columns))

    def rule(self, rule: Rule | str, schema: str = "person", columns: Sequence[Column] = ()) -> Predicate:
        """Return a bound rule; text is a boolean expression."""
        tree = Truth(expression=rule) if isinstance(rule, str) else rule
        return bind_rule(tree, self.around(schema, columns))

    def link(self, schema: str, name: str) -> Link:
        """Return a link of the catalogue."""
        found = CATALOGUE.link(schema, name)
        assert found is not None
        return found


@pytest.fixture(params=[*DATABASES, "spark"])
def paper(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The shop on each engine in turn, for what is only compiled."""
    database = OnPaper(Spark()) if request.param == "spark" else DATABASES[request.param]()
    yield Shop(database)
    database.close()


@pytest.fixture(params=wanted(DATABASES))
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The shop on each engine in turn."""
    database = DATABASES[request.param]()
    yield Shop(database)
    database.close()
