"""The state database: SQLite by way of SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from batuta.kit.errors import SystemFault
from batuta.store.tables import metadata


class Database:
    """A state database, its tables (all, unless some are given) made when first opened. Safe in several threads.

    Columns that an older release did not have are added, each row with their default.
    """

    def __init__(self, path: Path, tables: Sequence[Table] | None = None) -> None:
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._path = path
        with self._fault():
            metadata.create_all(self._engine, tables=tables)
        self._complete(metadata.sorted_tables if tables is None else tables)

    def _complete(self, tables: Sequence[Table]) -> None:
        with self.read() as connection:
            missing = [_AddColumn(table, column) for table in tables for column in _missing(connection, table)]
        if missing:
            with self.write() as connection:
                for addition in missing:
                    connection.execute(addition)

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Run a block as one transaction that holds the write lock from its start.

        A lasting one is on the disk when it ends, with all before it. Others survive the death of the process,
        but a power cut may take them back: for what is then simply done again. Raises SystemFault where the machine
        refuses.
        """
        with self._fault(), self._engine.connect() as connection:
            connection.execution_options(batuta_write=True, batuta_lasting=lasting)
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run a block on one consistent view of the state; raises SystemFault where the machine refuses."""
        with self._fault(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _fault(self) -> Iterator[None]:
        """Say in words what the machine refuses: no room on the disk, no right to write, a lock that stays."""
        try:
            yield
        except OperationalError as error:
            raise SystemFault(
                str(self._path),
                f"the state cannot be read or written: {error.orig}",
                todo="Make room or mend the folder's rights, then try again: resume the run, if one was under way.",
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


class _AddColumn(ExecutableDDLElement):
    """Adds a column to a table that is there; its rows get the column's default."""

    inherit_cache = False

    def __init__(self, table: Table, column: Column[Any]) -> None:
        self.table, self.column = table, column


@compiles(_AddColumn)
def _add_column(element: _AddColumn, compiler: DDLCompiler, **_: Any) -> str:
    column = element.column
    default = getattr(column.default, "arg", None)
    given = "" if default is None else f" DEFAULT {compiler.sql_compiler.render_literal_value(default, column.type)}"
    table = compiler.preparer.format_table(element.table)
    return f"ALTER TABLE {table} ADD COLUMN {compiler.get_column_specification(column)}{given}"


def _missing(connection: Connection, table: Table) -> list[Column[Any]]:
    there = set(connection.scalars(text("SELECT name FROM pragma_table_info(:name)"), {"name": table.name}))
    return [column for column in table.columns if column.name not in there]


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event below opens transactions, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    writing = options.get("batuta_write", False)
    if writing:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options['batuta_lasting'] else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
