"""The engine as runs see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import duckdb

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.load import load
from batuta.engines.duckdb.records import all_made
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import AUDIENCES, DATA, ROWS, ensure_tables
from batuta.engines.duckdb.tables import checksum, count_reasons, drop_tables, sweep_tables, write_table
from batuta.runs.ports import Counts, Rows
from batuta.schema.loading import Load, LoadCounts
from batuta.schema.model import Catalogue
from batuta.sets.shape import Shape


class DuckDBEngine:
    """Data, audiences and working tables in two DuckDB files; see runs.ports.Engine.

    The process must own the home: DuckDB's own lock does not protect the files from a second writer.
    """

    def __init__(
        self, data: Path, work: Path, temporary: Path, memory: str | None = None, threads: int | None = None
    ) -> None:
        self._connection = open_database(data, work, temporary, memory, threads)
        self._sessions = Sessions(self._connection)
        self._catalogue = Catalogue()

    def use(self, catalogue: Catalogue) -> None:
        def ensure(session: Session) -> None:
            with session.transaction(), session.working() as cursor:
                ensure_tables(cursor, catalogue)

        self._sessions.heavy(ensure)
        self._catalogue = catalogue

    def load(self, order: Load) -> LoadCounts:
        return load(self._sessions, order)

    def write(self, name: str, shape: Shape, rows: Iterator[Rows]) -> Counts:
        return write_table(self._sessions, name, shape, rows)

    def reasons(self, table: str) -> Mapping[str, int]:
        return self._sessions.interactive(lambda session: count_reasons(session, table))

    def drop(self, names: Sequence[str]) -> None:
        with self._sessions.session() as session:
            drop_tables(session, names)

    def tables(self) -> tuple[str, ...]:
        with self._sessions.session() as session:
            return all_made(session)

    def sweep(self, keep: Collection[str]) -> tuple[str, ...]:
        with self._sessions.session() as session:
            return sweep_tables(session, keep)

    def checksum(self, kind: Literal["data", "audiences"]) -> str:
        part = ROWS if kind == "data" else AUDIENCES
        return self._sessions.heavy(lambda session: checksum(session, DATA, part))

    def interrupt(self) -> None:
        self._sessions.stop()

    def close(self) -> None:
        self._sessions.stop()
        with suppress(duckdb.Error):  # what a checkpoint leaves in the log is read at the next start
            for database in ("data", "work"):
                self._connection.execute(f'CHECKPOINT "{database}"')
        self._connection.close()
