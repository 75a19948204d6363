"""Places for the data of tests, one for each engine: filled with described rows, then opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

import duckdb
import psycopg
import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.engines.duckdb.storage import ensure_tables
from batuta.engines.postgres.engine import PostgresEngine
from batuta.engines.shared.addresses import Part
from batuta.engines.shared.folding import folded_attributes
from batuta.kit.text import fold
from batuta.runs.ports import Engine
from batuta.schema.model import Catalogue, Schema
from batuta.schema.types import Scalar
from tests.postgres import drop_database, new_database

Waiting = Sequence[tuple[str, Sequence[tuple[Scalar, ...]]]]
"""Rows to be added: the names of their schemas, and values in the order of the attributes."""


class Home(Protocol):
    """Where an engine keeps its tables."""

    def open(self, catalogue: Catalogue, waiting: Waiting) -> Engine:
        """Add rows, and open the engine with the catalogue."""

    def remove(self) -> None:
        """Remove the tables of a closed engine, if nobody else will."""


class OnDuckDB:
    """Two files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, catalogue: Catalogue, waiting: Waiting) -> Engine:
        data = self._folder / "data.duckdb"
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{data}' AS data")
            ensure_tables(connection, catalogue)
            for name, rows in waiting:
                self._insert(connection, catalogue.schema_named(name), rows)
        engine = DuckDBEngine(data, self._folder / "work.duckdb", self._folder / "tmp", "500MiB", threads=2)
        engine.use(catalogue)
        return engine

    def remove(self) -> None:
        return

    def _insert(
        self, connection: duckdb.DuckDBPyConnection, schema: Schema, rows: Sequence[tuple[Scalar, ...]]
    ) -> None:
        table, values = Part("data", "data").table(schema.name), _with_folded(schema, rows)
        fields = connection.execute(exp.select("*").from_(table).limit(0).sql("duckdb")).to_arrow_table().schema
        columns = [[row[place] for row in values] for place in range(len(fields))]
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, fields, strict=True)]
        connection.register("described", pa.table(arrays, schema=fields))
        connection.execute(exp.insert(exp.select("*").from_("described"), table).sql("duckdb"))


class OnPostgres:
    """A database of its own."""

    def __init__(self, folder: Path) -> None:
        del folder

    @cached_property
    def address(self) -> str:
        return new_database()

    def open(self, catalogue: Catalogue, waiting: Waiting) -> Engine:
        engine = PostgresEngine(self.address)
        engine.use(catalogue)
        with psycopg.connect(self.address) as connection, connection.cursor() as cursor:
            for name, rows in waiting:
                table = Part("batuta_rows").table(name).sql("postgres")
                with cursor.copy(f"COPY {table} FROM STDIN".encode()) as target:
                    for row in _with_folded(catalogue.schema_named(name), rows):
                        target.write_row([_without_zone(value) for value in row])
        return engine

    def remove(self) -> None:
        if "address" in vars(self):
            drop_database(self.address)


HOMES: Mapping[str, Callable[[Path], Home]] = {"duckdb": OnDuckDB, "postgres": OnPostgres}


def _with_folded(schema: Schema, rows: Sequence[tuple[Scalar, ...]]) -> list[tuple[Scalar, ...]]:
    names = [attribute.name for attribute in schema.attributes]
    copied = [names.index(attribute) for attribute in folded_attributes(schema)]
    folds = [_fold if attribute.folded else _same for attribute in schema.attributes]
    return [
        (*(keep(value) for keep, value in zip(folds, row, strict=True)), *(_fold(row[place]) for place in copied))
        for row in rows
    ]


def _same(value: Scalar) -> Scalar:
    return value


def _fold(value: Scalar) -> Scalar:
    return fold(value) if isinstance(value, str) else value


def _without_zone(value: Scalar) -> Scalar:
    zoned = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC).replace(tzinfo=None) if zoned and isinstance(value, datetime) else value
