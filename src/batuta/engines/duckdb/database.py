"""The two files of a home, attached to one connection in memory, and the engine's own tables in them."""

from __future__ import annotations

from pathlib import Path

import duckdb
from sqlglot import exp

from batuta.engines.duckdb.faults import fault
from batuta.engines.duckdb.memory import usual_memory
from batuta.engines.duckdb.storage import DATA, WORK
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.kit.errors import SystemFault

_OWN_TABLES = """
CREATE SCHEMA IF NOT EXISTS "data"."data";
CREATE SCHEMA IF NOT EXISTS "data"."audience";
CREATE SCHEMA IF NOT EXISTS "data"."system";
CREATE SCHEMA IF NOT EXISTS "data"."memory";
CREATE SCHEMA IF NOT EXISTS "data"."tombstone";
CREATE TABLE IF NOT EXISTS "data"."system"."effects"
    (key VARCHAR PRIMARY KEY, rows BIGINT NOT NULL, targets BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS "data"."system"."changes" (key VARCHAR PRIMARY KEY, counts VARCHAR NOT NULL);
CREATE SCHEMA IF NOT EXISTS "work"."keys";
CREATE TABLE IF NOT EXISTS "work"."main"."_carried"
    (name VARCHAR PRIMARY KEY, carrier VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS "work"."main"."_made"
    (name VARCHAR PRIMARY KEY, rows BIGINT NOT NULL, targets BIGINT NOT NULL);
"""

_STORAGE = "v1.4.0"
"""How new files are written: columns of few values are kept so that functions of text are computed once for a value,
not for each row, and DuckDB 1.4 and later read them, whichever version made them.
"""

_OPEN = ("memory_limit", "max_temp_directory_size", "threads", "disabled_optimizers", "schema", "search_path")
_RIGHTS = (
    "SET python_enable_replacements = false",
    f"SET allowed_configs = {list(_OPEN)}",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""From here on no statement reaches a file but the two that are attached, and none can take that back.

Only how much memory, disk and threads may be used can be changed, how statements are planned, and where bare names
are looked up.
"""


def open_database(
    data: Path, work: Path, temporary: Path, memory: str | None, threads: int | None
) -> duckdb.DuckDBPyConnection:
    """Open both files, made if absent, on a connection that loads no extensions."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory or usual_memory(),
        "temp_directory": str(temporary),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "preserve_insertion_order": not duckdb.__version__.startswith("1."),  # streams of 2.0 lose ORDER BY without it
    }
    if threads is not None:
        settings["threads"] = threads
    _make_folders(data, work, temporary)
    try:
        connection = duckdb.connect(":memory:", config=settings)
    except duckdb.Error as error:
        raise fault(error) from error
    try:
        _attach(connection, data, DATA)
        _attach(connection, work, WORK)
        connection.execute(_OWN_TABLES)
        for statement in (*DuckDb.preparation, *_RIGHTS):
            connection.execute(statement)
    except duckdb.Error as error:
        connection.close()
        raise fault(error) from error
    except SystemFault:
        connection.close()
        raise
    return connection


def _make_folders(data: Path, work: Path, temporary: Path) -> None:
    for folder in (data.parent, work.parent, temporary):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SystemFault(str(folder), f"the folder cannot be made: {error.strerror}") from error


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    file = exp.Literal.string(str(path)).sql("duckdb")
    form = "" if path.exists() else f" (STORAGE_VERSION '{_STORAGE}')"  # a newer file cannot be taken back to it
    try:
        connection.execute(f'ATTACH {file} AS "{name}"{form}')
    except duckdb.Error as error:
        raise fault(error, str(path)) from error
