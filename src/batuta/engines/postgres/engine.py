"""The engine as runs see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from batuta.engines.postgres.belonging import Owner
from batuta.engines.postgres.cells import reading
from batuta.engines.postgres.database import connect, prepare_database
from batuta.engines.postgres.export import write_file
from batuta.engines.postgres.load import load
from batuta.engines.postgres.queries import query
from batuta.engines.postgres.sessions import ADDRESSES, Session, Sessions
from batuta.engines.postgres.storage import DIALECT, ensure_tables
from batuta.engines.postgres.tables import checksum, write_table
from batuta.engines.shared.audiences import save
from batuta.engines.shared.changes import change_rows
from batuta.engines.shared.making import make_tables
from batuta.engines.shared.memories import forget, remember
from batuta.engines.shared.places import Places
from batuta.engines.shared.records import all_carried, all_made
from batuta.engines.shared.tables import count_reasons, drop_tables, sweep_tables
from batuta.engines.sql import Compiler
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


class PostgresEngine:
    """Data, audiences and working tables in one PostgreSQL database; see runs.ports.Engine.

    The database is this process's alone while the engine is open. `address` is one of libpq: a URL, or words such as
    `host=... dbname=...`; it may hold a password and is told to nobody.
    """

    def __init__(self, address: str, owner: Owner | None = None) -> None:
        self._owned = prepare_database(address, owner)
        self._sessions = Sessions(lambda: connect(address))
        self._catalogue = Catalogue()

    def use(self, catalogue: Catalogue) -> None:
        def ensure(session: Session) -> None:
            with session.transaction():
                ensure_tables(session, catalogue)

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
            ((rows, targets),) = session.rows(query.sql(DIALECT))
            return Counts(rows, targets)

        return self._sessions.interactive(read)

    def ask(self, question: Question, moment: Moment, audiences: Mapping[str, str], stop: Stop | None = None) -> Rows:
        def read(session: Session) -> Rows:
            with (stop or Stop()).heard_by(session.stop):
                return session.rows(self._compiler(session, moment, audiences).question(question).sql(DIALECT))

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
            row = reading([*(None for _ in shape.row_columns), *shape.columns])
            return Preview(names, [row(found) for found in session.rows(query.sql(DIALECT))])

        return self._sessions.interactive(read)

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
            for found in session.stream(query.sql(DIALECT), batch, self._sessions.turn()):
                yield [row(cells) for cells in found]

    def query(self, order: Querying) -> Counts:
        return query(self._sessions, self._catalogue, order)

    def save_audience(self, keeping: Keeping) -> Counts:
        return self._sessions.heavy(lambda session: save(session, self._context(keeping.moment), keeping))

    def change_rows(self, order: Changing) -> ChangeCounts:
        return self._sessions.heavy(lambda session: change_rows(session, self._context(order.moment), order))

    def remember(self, order: Remembering) -> None:
        self._sessions.heavy(lambda session: remember(session, order))

    def forget(
        self, memory: str, windows: Collection[int], until: datetime | None = None, held: Collection[int] = ()
    ) -> None:
        self._sessions.heavy(lambda session: forget(session, memory, windows, until, held))

    def export(self, exporting: Exporting) -> None:
        columns, form = exporting.columns, exporting.form
        with self._sessions.session() as session:
            compiler = self._compiler(session, exporting.moment)
            query = compiler.export(exporting.population, columns, exporting.sort, form)
        write_file(self._sessions, query, columns, form, exporting.path)

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

    def close(self) -> None:
        self._sessions.close()
        self._owned.close()

    def _context(self, moment: Moment) -> Context:
        return Context(Session.dialect, self._catalogue, moment, Places(ADDRESSES, self._catalogue))

    def _compiler(self, session: Session, moment: Moment, audiences: Mapping[str, str] | None = None) -> Compiler:
        kept, memories = (frozenset(session.tables(part)) for part in (ADDRESSES.audiences, ADDRESSES.memories))
        places = Places(ADDRESSES, self._catalogue, audiences or {}, kept, memories, all_carried(session))
        return Compiler(Session.dialect, self._catalogue, moment, places)
