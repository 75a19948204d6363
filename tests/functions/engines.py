"""Engines that compute formulas over the rows of one table: the compiled SQL, and nothing else of Batuta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, Protocol

import duckdb
import psycopg
from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.expressions import typed
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.engines.sql.for_postgres import Postgres
from batuta.engines.sql.for_spark import Spark
from batuta.rules.bound import Expr, Moment
from batuta.schema.model import Catalogue
from batuta.schema.types import INTEGER, DataType, Kind, Scalar
from tests.postgres import new_database
from tests.spark import spark_session

PLACE = "_place"


@dataclass(frozen=True)
class Rows:
    """The rows of the first schema of a catalogue, or of the one named, and those of others that are linked to it."""

    catalogue: Catalogue
    records: Sequence[Mapping[str, Scalar]]
    moment: Moment
    linked: Mapping[str, Sequence[Mapping[str, Scalar]]] = field(default_factory=dict)
    schema: str = ""

    @property
    def name(self) -> str:
        return self.schema or self.catalogue.schemas[0].name

    @property
    def types(self) -> dict[str, DataType]:
        return {attribute.name: attribute.type for attribute in self.catalogue.by_name[self.name].attributes}

    @property
    def tables(self) -> list[Rows]:
        return [self, *(Rows(self.catalogue, rows, self.moment, {}, name) for name, rows in self.linked.items())]


class Places:
    """Where the rows stand: a table of the schema's name. There is nothing else."""

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, quoted=True)

    def __getattr__(self, name: str) -> Any:
        raise LookupError(f"formulas need no {name}")


class Runner(Protocol):
    """An engine with the rows of one schema."""

    dialect: Dialect

    def answers(self, query: exp.Select) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""


def values(runner: Runner, rows: Rows, expressions: Sequence[Expr]) -> list[list[Scalar]]:
    """Return the value of each expression over each row, in the order of the rows."""
    row = Row.of_rows(Context(runner.dialect, rows.catalogue, rows.moment, Places()), rows.name, "r")
    columns = [trees.aliased(typed(expression, row), f"c{place}") for place, expression in enumerate(expressions)]
    query = trees.query(columns, trees.under(exp.table_(rows.name, quoted=True), "r"))
    query.set("order", exp.Order(expressions=[trees.ascending(trees.column("r", PLACE))]))
    answers = runner.answers(row.join(query))
    return [
        [_scalar(answer[place], expression.type) for answer in answers] for place, expression in enumerate(expressions)
    ]


def _scalar(value: Any, given: DataType) -> Scalar:
    """Return what a driver gave as the Python value that the meaning would give."""
    if value is None:
        return None
    if given.kind is Kind.INSTANT and isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if given.kind is Kind.TIME and isinstance(value, str):
        return time.fromisoformat(value)
    found: Scalar = value
    return found


def _creation(dialect: Dialect, rows: Rows) -> exp.Create:
    columns: list[exp.Expr] = [exp.ColumnDef(this=trees.name(PLACE), kind=exp.DataType.build("BIGINT"))]
    columns += [exp.ColumnDef(this=trees.name(name), kind=dialect.type_of(given)) for name, given in rows.types.items()]
    return exp.Create(this=exp.Schema(this=exp.table_(rows.name, quoted=True), expressions=columns), kind="TABLE")


def _stored(value: Scalar) -> Scalar:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _records(rows: Rows) -> list[list[Scalar]]:
    return [[place, *map(_stored, record.values())] for place, record in enumerate(rows.records)]


class OnDuckDB:
    """DuckDB in memory."""

    dialect = DuckDb()

    def __init__(self, rows: Rows) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        for statement in self.dialect.preparation:
            self._connection.execute(statement)
        for table in rows.tables:
            self._connection.execute(_creation(self.dialect, table).sql("duckdb"))
            marks = ", ".join("?" for _ in range(len(table.types) + 1))
            self._connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', _records(table))

    def answers(self, query: exp.Select) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.sql("duckdb")).fetchall()


class OnPostgres:
    """A PostgreSQL database of its own."""

    dialect = Postgres()

    def __init__(self, rows: Rows) -> None:
        self._connection = psycopg.connect(new_database(), autocommit=True)
        for statement in self.dialect.preparation:
            self._connection.execute(statement.encode())
        for table in rows.tables:
            self._connection.execute(_creation(self.dialect, table).sql("postgres").encode())
            marks = ", ".join("%s" for _ in range(len(table.types) + 1))
            with self._connection.cursor() as cursor:
                cursor.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})'.encode(), _records(table))

    def answers(self, query: exp.Select) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.sql("postgres").encode()).fetchall()


class OnSpark:
    """Spark in this process and a Java one."""

    dialect = Spark()

    def __init__(self, rows: Rows) -> None:
        self._session = spark_session()
        for table in rows.tables:
            types = {PLACE: INTEGER, **table.types}
            records = [[_for_spark(value) for value in record] for record in _records(table)]
            self._session.show(table.name, types, records)

    def answers(self, query: exp.Select) -> list[tuple[Any, ...]]:
        return self._session.rows(query)


def _for_spark(value: Scalar) -> Scalar:
    return value.isoformat() if isinstance(value, time) else value


RUNNERS: dict[str, type[Any]] = {"duckdb": OnDuckDB, "postgres": OnPostgres, "spark": OnSpark}


def exact(value: Scalar) -> Scalar:
    """Return a decimal without the zeros at its end, so that only its value counts; other values as they are."""
    return value.normalize() if isinstance(value, Decimal) else value
