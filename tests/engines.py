"""Homes of tests on each engine: begun, copied, and asked what is in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pytest
import yaml
from psycopg import sql

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.engines.postgres.engine import PostgresEngine
from batuta.runs.ports import Engine
from batuta.store.home import Home
from tests.command import Batuta
from tests.postgres import new_database
from tests.wanted import wanted

ENGINES = wanted(("duckdb", "postgres"))
_PARTS = {
    "batuta_rows": "data",
    "batuta_audience": "audience",
    "batuta_system": "system",
    "batuta_memory": "memory",
    "batuta_tombstone": "tombstone",
    "batuta_work": "work",
}
_TABLES = "SELECT schemaname, tablename FROM pg_catalog.pg_tables WHERE schemaname LIKE 'batuta%' ORDER BY 1, 2"
_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of a home, each in turn."""
    return str(request.param)


@pytest.fixture(
    scope="session",
    name="engine",
    params=[pytest.param(name, marks=[] if name == "duckdb" else [pytest.mark.slow]) for name in ENGINES],
)
def engine_or_slow(request: pytest.FixtureRequest) -> str:
    """The engine of a home, each in turn; others than the usual one only where there is time."""
    return str(request.param)


def begin(home: Path, engine: str) -> None:
    """Let a home that is not there yet have an engine."""
    if engine == "postgres":
        Batuta(home)("engine", "use", "postgres", "--address", new_database())


def copy(home: Path, to: Path) -> None:
    """Copy the folder of a home, and its data wherever that is."""
    shutil.copytree(home, to, dirs_exist_ok=True)
    for settings in to.rglob("settings.yaml"):
        document = yaml.safe_load(settings.read_text("utf-8"))
        if document["engine"]["kind"] == "postgres":
            document["engine"]["address"] = _twin(document["engine"]["address"])
            settings.write_text(yaml.safe_dump(document), "utf-8")


def open_engine(home: Path) -> Engine:
    """Open the engine of a home while no command runs."""
    if address := _address(home):
        return PostgresEngine(address)
    places = Home(home)
    return DuckDBEngine(places.data, places.work, places.temporary)


def fingerprints(home: Path) -> dict[str, object]:
    """Return a fingerprint of each table of a home, but for working tables, while no command runs."""
    if address := _address(home):
        with psycopg.connect(address) as connection:
            tables = [
                one for one in connection.execute(_TABLES).fetchall() if one[0] in _PARTS.keys() - {"batuta_work"}
            ]
            query = "SELECT count(*), sum(hashtextextended(one::text, 0)) FROM {} AS one"
            return {
                ".".join(names): connection.execute(sql.SQL(query).format(sql.Identifier(*names))).fetchall()
                for names in tables
            }
    with duckdb.connect(str(home / "data.duckdb")) as data:
        names = data.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        query = 'SELECT count(*), sum(hash(one)) FROM data."{}"."{}" AS one'
        return {".".join(name): data.execute(query.format(*name)).fetchall() for name in names}


def ask(home: Path, statement: str) -> list[tuple[Any, ...]]:
    """Execute a statement on the data of a home, behind the back of Batuta; schemas go by their names."""
    if address := _address(home):
        with psycopg.connect(address, options="-c search_path=batuta_rows") as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []
    with duckdb.connect(str(home / "data.duckdb")) as data:
        data.execute("USE data.data")
        return data.execute(statement).fetchall()


@contextmanager
def data_of(home: Path, name: str = "data") -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to the data of a home while no command runs, attached under a name, as DuckDB has it."""
    if address := _address(home):
        with mirror(address, name) as connection:
            yield connection
        return
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home / 'data.duckdb'}' AS {name} (READ_ONLY)")
        yield connection


def made_in(home: Path) -> list[str]:
    """Return the names of the working tables that the engine remembers, while no command runs."""
    if _address(home):
        return [name for (name,) in ask(home, "SELECT name FROM batuta_work._made")]
    with duckdb.connect(str(home / "work.duckdb"), read_only=True) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM _made").fetchall()]


def take_out(home: Path, schema: str, where: str) -> None:
    """Delete rows behind the back of Batuta."""
    ask(home, f'DELETE FROM "{schema}" WHERE {where}')


@contextmanager
def data_gone(home: Path) -> Iterator[None]:
    """Let the data of a home be gone for a while."""
    kept, settings = home.with_suffix(".aside"), home / "settings.yaml"
    moved = settings if _address(home) else home / "data.duckdb"
    moved.rename(kept)
    if moved == settings:
        document = yaml.safe_load(kept.read_text("utf-8"))
        document["engine"]["address"] = new_database()
        settings.write_text(yaml.safe_dump(document), "utf-8")
    yield
    kept.rename(moved)


@contextmanager
def mirror(address: str, name: str = "data") -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a copy of a database of PostgreSQL, attached under a name, as DuckDB has such data."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH ':memory:' AS {name}")
        with psycopg.connect(address) as source:
            _mirror(source, connection, name)
        yield connection


def _address(home: Path) -> str:
    """Return the address of the database of a home, '' if it is on DuckDB."""
    settings = home / "settings.yaml"
    engine = yaml.safe_load(settings.read_text("utf-8")).get("engine", {}) if settings.exists() else {}
    return str(engine.get("address", ""))


def _mirror(source: psycopg.Connection[Any], target: duckdb.DuckDBPyConnection, name: str) -> None:
    for part in _PARTS.values():
        target.execute(f"CREATE SCHEMA IF NOT EXISTS {name}.{part}")
    for schema, table in source.execute(_TABLES).fetchall():
        if schema in _PARTS and table != "home":
            _mirror_table(source, target, f'"{schema}"."{table}"', f'{name}.{_PARTS[schema]}."{table}"')


def _mirror_table(source: psycopg.Connection[Any], target: duckdb.DuckDBPyConnection, table: str, copied: str) -> None:
    columns = source.execute(_COLUMNS, [table]).fetchall()
    kinds = ", ".join(f'"{column}" {kind.replace(" without time zone", "")}' for column, kind in columns)
    target.execute(f"CREATE TABLE {copied} ({kinds})")
    fields = target.execute(f"FROM {copied}").to_arrow_table().schema
    rows = source.execute(sql.SQL("SELECT * FROM ") + sql.SQL(table)).fetchall()
    arrays = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(fields)]
    target.register("_mirrored", pa.table(arrays, schema=fields))
    target.execute(f"INSERT INTO {copied} FROM _mirrored")


def _twin(address: str) -> str:
    """Copy a database that nobody uses; return the address of the copy."""
    own = psycopg.conninfo.make_conninfo(address, dbname="postgres")
    twin = new_database(own)
    names = [str(psycopg.conninfo.conninfo_to_dict(one)["dbname"]) for one in (twin, address)]
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(names[0])))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, names)))
    return twin
