"""The engine as runs see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from batuta.engines.postgres.belonging import Owner
from batuta.engines.postgres.cells import reading
from batuta.engines.postgres.database import connect, prepare_database
from batuta.engines.postgres.export import write_file
from batuta.engines.postgres.load import load
from batuta.engines.postgres.queries import query
from batuta.engines.postgres.sessions import Session, Sessions
from batuta.engines.postgres.storage import ensure_tables
from batuta.engines.postgres.tables import checksum, write_table
from batuta.engines.shared.engine import SqlEngine
from batuta.rules.bound import Expr, Moment
from batuta.runs.ports import Cell, Counts, Exporting, Querying, Rows
from batuta.schema.loading import Load, LoadCounts
from batuta.schema.model import Catalogue
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape


class PostgresEngine(SqlEngine[Session]):
    """Data, audiences and working tables in one PostgreSQL database; see runs.ports.Engine.

    The database is this process's alone while the engine is open. `address` is one of libpq: a URL, or words such as
    `host=... dbname=...`; it may hold a password and is told to nobody.
    """

    dialect = Session.dialect
    addresses = Session.addresses
    _sessions: Sessions

    def __init__(self, address: str, owner: Owner | None = None) -> None:
        self._owned = prepare_database(address, owner)
        self._sessions = Sessions(lambda: connect(address))

    def _ensure_tables(self, session: Session, catalogue: Catalogue) -> None:
        ensure_tables(session, catalogue)

    def _cells(self, columns: Sequence[Column | None]) -> Callable[[tuple[object, ...]], tuple[Cell, ...]]:
        return reading(columns)

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
        shape = table.shape
        row = reading([*(None for _ in shape.row_columns), *(shape.column(name) for name in columns)], absent=[])
        with self._sessions.session() as session:
            query = self._compiler(session, moment).scan(table, attributes, columns)
            for found in session.stream(query.sql(self.dialect.name), batch, self._sessions.turn()):
                yield [row(cells) for cells in found]

    def query(self, order: Querying) -> Counts:
        return query(self._sessions, self._catalogue, order)

    def export(self, exporting: Exporting) -> None:
        columns, form = exporting.columns, exporting.form
        with self._sessions.session() as session:
            compiler = self._compiler(session, exporting.moment)
            query = compiler.export(exporting.population, columns, exporting.sort, form)
        write_file(self._sessions, query, columns, form, exporting.path)

    def checksum(self, kind: Literal["data", "audiences"]) -> str:
        part = self.addresses.rows if kind == "data" else self.addresses.audiences
        return self._sessions.heavy(lambda session: checksum(session, part))

    def close(self) -> None:
        self._sessions.close()
        self._owned.close()
