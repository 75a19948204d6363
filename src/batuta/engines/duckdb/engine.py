"""The engine as runs see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import duckdb

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.export import write_file
from batuta.engines.duckdb.load import load
from batuta.engines.duckdb.memory import half_of_memory
from batuta.engines.duckdb.queries import query
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import ensure_tables
from batuta.engines.duckdb.tables import checksum, write_table
from batuta.engines.shared.arrow import to_rows
from batuta.engines.shared.engine import SqlEngine
from batuta.rules.bound import Expr, Moment
from batuta.runs.ports import Counts, Exporting, Querying, Rows
from batuta.schema.loading import Load, LoadCounts
from batuta.schema.model import Catalogue
from batuta.sets.algebra import Table
from batuta.sets.shape import Shape


class DuckDBEngine(SqlEngine[Session]):
    """Data, audiences and working tables in two DuckDB files; see runs.ports.Engine.

    The process must own the home: DuckDB's own lock does not protect the files from a second writer.
    """

    dialect = Session.dialect
    addresses = Session.addresses
    _sessions: Sessions

    def __init__(
        self, data: Path, work: Path, temporary: Path, memory: str | None = None, threads: int | None = None
    ) -> None:
        self._connection = open_database(data, work, temporary, memory, threads)
        self._sessions = Sessions(self._connection, None if memory else half_of_memory())

    def _ensure_tables(self, session: Session, catalogue: Catalogue) -> None:
        with session.working() as cursor:
            ensure_tables(cursor, catalogue)

    def load(self, order: Load) -> LoadCounts:
        return load(self._sessions, order)

    def write(self, name: str, shape: Shape, rows: Iterator[Rows]) -> Counts:
        return write_table(self._sessions, name, shape, rows)

    def scan(
        self,
        table: Table,
        attributes: Sequence[tuple[str, Expr]],
        columns: Sequence[str],
        moment: Moment,
        batch: int,
    ) -> Iterator[Rows]:
        with self._sessions.session() as session:
            query = self._compiler(session, moment).scan(table, attributes, columns)
            for found in session.stream(query.sql(self.dialect.name), batch, self._sessions.turn()):
                yield to_rows(found)

    def query(self, order: Querying) -> Counts:
        return query(self._sessions, self._catalogue, order)

    def export(self, exporting: Exporting) -> None:
        with self._sessions.session() as session:
            compiler = self._compiler(session, exporting.moment)
            query = compiler.export(exporting.population, exporting.columns, exporting.sort, exporting.form)
        write_file(self._sessions, query, exporting.form, exporting.path)

    def checksum(self, kind: Literal["data", "audiences"]) -> str:
        part = self.addresses.rows if kind == "data" else self.addresses.audiences
        return self._sessions.heavy(lambda session: checksum(session, part))

    def close(self) -> None:
        self._sessions.stop()
        with suppress(duckdb.Error):  # what a checkpoint leaves in the log is read at the next start
            for database in ("data", "work"):
                self._connection.execute(f'CHECKPOINT "{database}"')
        self._connection.close()
