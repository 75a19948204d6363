"""Where the rows of a shop stand in SQL: a database of its own on each engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import duckdb
import psycopg
from psycopg.types.string import TextLoader

from batuta.engines.postgres.cells import reading
from batuta.engines.sql import Dialect, DuckDb
from batuta.engines.sql.for_postgres import Postgres
from batuta.sets.shape import Shape
from tests.postgres import new_database

Rows = list[tuple[Any, ...]]


class Database(Protocol):
    """A database that knows the functions of its dialect."""

    @property
    def dialect(self) -> Dialect:
        """What its SQL is written in."""

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        """Execute a statement; `?` stands for each value."""

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> Any:
        """Execute a statement with the values of each row."""

    def read(self, query: str, shape: Shape) -> Rows:
        """Return the rows of a population."""


class OnDuckDB:
    """DuckDB in memory."""

    dialect = DuckDb()

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        # DuckDB 1.5 fails to plan some deep trees with it; the engine then does without: see engines/duckdb/sessions.py
        self.connection.execute("SET disabled_optimizers = 'top_n_window_elimination'")

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        return self.connection.execute(statement, values) if values else self.connection.execute(statement)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> Any:
        return self.connection.executemany(statement, list(rows))

    def read(self, query: str, shape: Shape) -> Rows:
        del shape
        return self.connection.execute(query).fetchall()


class OnPostgres:
    """A PostgreSQL database."""

    dialect = Postgres()

    def __init__(self) -> None:
        self.connection = psycopg.connect(new_database(), autocommit=True, prepare_threshold=None)
        self.connection.adapters.register_loader("jsonb", TextLoader)
        self.connection.execute("SET jit = off")

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        marked = statement.replace("?", "%s") if values else statement
        return self.connection.execute(marked.encode(), values or None)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> Any:
        for row in rows:
            self.execute(statement, row)

    def read(self, query: str, shape: Shape) -> Rows:
        read = reading([*(None for _ in shape.row_columns), *shape.columns])
        return [read(row) for row in self.execute(query).fetchall()]


DATABASES: dict[str, type[Database]] = {"duckdb": OnDuckDB, "postgres": OnPostgres}
