"""The engine as runs see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

import duckdb

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.export import write_file
from batuta.engines.duckdb.load import load
from batuta.engines.duckdb.memory import half_of_memory
from batuta.engines.duckdb.queries import query
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import ADDRESSES, DIALECT, ensure_tables
from batuta.engines.duckdb.tables import checksum, write_table
from batuta.engines.shared.arrow import to_rows
from batuta.engines.shared.audiences import save
from batuta.engines.shared.changes import change_rows
from batuta.engines.shared.making import make_tables
from batuta.engines.shared.memories import forget, remember
from batuta.engines.shared.places import Places
from batuta.engines.shared.records import all_carried, all_made
from batuta.engines.shared.tables import count_reasons, drop_tables, sweep_tables
from batuta.engines.sql import Compiler, DuckDb
from batuta.engines.sql.context import Context
from batuta.kit.stopping import Stop
from batuta.rules.bound import Expr, Moment
from batuta.runs.ports import Changing, Counts, Exporting, Keeping, Making, Preview, Querying, Remembering, Rows
from batuta.schema.changing import ChangeCounts
from batuta.schema.loading import Load, LoadCounts
from batuta.schema.model import Catalogue
from batuta.sets.algebra import Set, Table
from batuta.sets.questions import Question
from batuta.sets.shape import Shape


class DuckDBEngine:
    """Data, audiences and working tables in two DuckDB files; see runs.ports.Engine.

    The process must own the home: DuckDB's own lock does not protect the files from a second writer.
    """

    def __init__(
        self, data: Path, work: Path, temporary: Path, memory: str | None = None, threads: int | None = None
    ) -> None:
        self._connection = open_database(data, work, temporary, memory, threads)
        self._sessions = Sessions(self._connection, None if memory else half_of_memory())
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

    def make(self, making: Making) -> Mapping[str, Counts]:
        def work(session: Session) -> Mapping[str, Counts]:
            return make_tables(session, self._compiler(session, making.moment, making.audiences), making)

        return self._sessions.heavy(work)

    def sql(self, making: Making) -> tuple[str, ...]:
        if not making.outputs:
            return ()
        with self._sessions.session() as session:
            statements = self._compiler(session, making.moment, making.audiences).task(making.outputs, making.names)
        return tuple(statement.sql(DIALECT, pretty=True) for statement in statements)

    def count(self, population: Set, moment: Moment, audiences: Mapping[str, str]) -> Counts:
        def read(session: Session) -> Counts:
            query = self._compiler(session, moment, audiences).count(population)
            ((rows, targets),) = cast("list[tuple[int, int]]", session.rows(query.sql(DIALECT)))
            return Counts(rows, targets)

        return self._sessions.interactive(read)

    def ask(self, question: Question, moment: Moment, audiences: Mapping[str, str], stop: Stop | None = None) -> Rows:
        def read(session: Session) -> Rows:
            with (stop or Stop()).heard_by(session.stop):
                query = self._compiler(session, moment, audiences).question(question)
                return cast("Rows", session.rows(query.sql(DIALECT)))

        return self._sessions.interactive(read)

    def asked(self, question: Question, moment: Moment, audiences: Mapping[str, str]) -> str:
        with self._sessions.session() as session:
            return self._compiler(session, moment, audiences).question(question).sql(DIALECT, pretty=True)

    def preview(
        self, table: Table, attributes: Sequence[tuple[str, Expr]], moment: Moment, limit: int, offset: int = 0
    ) -> Preview:
        def read(session: Session) -> Preview:
            query = self._compiler(session, moment).preview(table, attributes, limit, offset)
            shape = table.shape
            names = (*shape.row_columns, *(column.name for column in shape.columns), *(name for name, _ in attributes))
            return Preview(names, cast("Rows", session.rows(query.sql(DIALECT))))

        return self._sessions.interactive(read)

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
            for found in session.stream(query.sql(DIALECT), batch, self._sessions.turn()):
                yield to_rows(found)

    def query(self, order: Querying) -> Counts:
        return query(self._sessions, self._catalogue, order)

    def save_audience(self, keeping: Keeping) -> Counts:
        context = Context(DuckDb(), self._catalogue, keeping.moment, Places(ADDRESSES, self._catalogue))
        return self._sessions.heavy(lambda session: save(session, context, keeping))

    def change_rows(self, order: Changing) -> ChangeCounts:
        context = Context(DuckDb(), self._catalogue, order.moment, Places(ADDRESSES, self._catalogue))
        return self._sessions.heavy(lambda session: change_rows(session, context, order))

    def remember(self, order: Remembering) -> None:
        self._sessions.heavy(lambda session: remember(session, order))

    def forget(
        self, memory: str, windows: Collection[int], until: datetime | None = None, held: Collection[int] = ()
    ) -> None:
        self._sessions.heavy(lambda session: forget(session, memory, windows, until, held))

    def export(self, exporting: Exporting) -> None:
        with self._sessions.session() as session:
            compiler = self._compiler(session, exporting.moment)
            query = compiler.export(exporting.population, exporting.columns, exporting.sort, exporting.form)
        write_file(self._sessions, query, exporting.form, exporting.path)

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
        part = ADDRESSES.rows if kind == "data" else ADDRESSES.audiences
        return self._sessions.heavy(lambda session: checksum(session, part))

    def interrupt(self) -> None:
        self._sessions.stop()

    def _compiler(self, session: Session, moment: Moment, audiences: Mapping[str, str] | None = None) -> Compiler:
        kept, memories = (frozenset(session.tables(part)) for part in (ADDRESSES.audiences, ADDRESSES.memories))
        return Compiler(
            DuckDb(),
            self._catalogue,
            moment,
            Places(ADDRESSES, self._catalogue, audiences or {}, kept, memories, all_carried(session)),
        )

    def close(self) -> None:
        self._sessions.stop()
        with suppress(duckdb.Error):  # what a checkpoint leaves in the log is read at the next start
            for database in ("data", "work"):
                self._connection.execute(f'CHECKPOINT "{database}"')
        self._connection.close()
