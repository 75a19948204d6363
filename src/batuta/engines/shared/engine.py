"""What every engine that speaks SQL does alike, as runs see it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import ClassVar, Generic, Protocol, TypeVar, cast

from batuta.engines.shared.addresses import Addresses
from batuta.engines.shared.audiences import save
from batuta.engines.shared.changes import change_rows
from batuta.engines.shared.making import make_tables
from batuta.engines.shared.memories import forget, remember
from batuta.engines.shared.places import Places
from batuta.engines.shared.records import all_carried, all_made
from batuta.engines.shared.session import Session
from batuta.engines.shared.tables import count_reasons, drop_tables, sweep_tables
from batuta.engines.sql import Compiler
from batuta.engines.sql.context import Context
from batuta.engines.sql.dialect import Dialect
from batuta.kit.stopping import Stop
from batuta.rules.bound import Expr, Moment
from batuta.runs.ports import Cell, Changing, Counts, Keeping, Making, Preview, Remembering, Rows
from batuta.schema.changing import ChangeCounts
from batuta.schema.model import Catalogue
from batuta.sets.algebra import Set, Table
from batuta.sets.questions import Question
from batuta.sets.shape import Column

T = TypeVar("T")
S = TypeVar("S", bound=Session)
S_co = TypeVar("S_co", bound=Session, covariant=True)


class Sessions(Protocol[S_co]):
    """All ways to the database, and who may use them when."""

    def session(self) -> AbstractContextManager[S_co]:
        """Open a session without waiting for a turn."""

    def heavy(self, work: Callable[[S_co], T]) -> T:
        """Carry out a task that may need much memory; it must be safe to do again."""

    def interactive(self, work: Callable[[S_co], T]) -> T:
        """Carry out a query that a person waits for."""

    def stop(self) -> None:
        """Stop all sessions that are open."""


class SqlEngine(ABC, Generic[S]):
    """The part of runs.ports.Engine that compiled SQL and shared statements fulfil; engines add the rest."""

    dialect: ClassVar[Dialect]
    addresses: ClassVar[Addresses]
    _sessions: Sessions[S]
    _catalogue: Catalogue = Catalogue()

    @abstractmethod
    def _ensure_tables(self, session: S, catalogue: Catalogue) -> None:
        """Make the tables that a catalogue needs and that are not there; called in a transaction."""

    def _cells(self, columns: Sequence[Column | None]) -> Callable[[tuple[object, ...]], tuple[Cell, ...]]:
        """Return what turns a row of the driver into values; `columns` are those of the canvas, None for keys."""
        _ = columns
        return lambda row: cast("tuple[Cell, ...]", row)

    def use(self, catalogue: Catalogue) -> None:
        def ensure(session: S) -> None:
            with session.transaction():
                self._ensure_tables(session, catalogue)

        self._sessions.heavy(ensure)
        self._catalogue = catalogue

    def make(self, making: Making) -> Mapping[str, Counts]:
        def work(session: S) -> Mapping[str, Counts]:
            return make_tables(session, self._compiler(session, making.moment, making.audiences), making)

        return self._sessions.heavy(work)

    def sql(self, making: Making) -> tuple[str, ...]:
        if not making.outputs:
            return ()
        with self._sessions.session() as session:
            statements = self._compiler(session, making.moment, making.audiences).task(making.outputs, making.names)
        return tuple(statement.sql(self.dialect.name, pretty=True) for statement in statements)

    def count(self, population: Set, moment: Moment, audiences: Mapping[str, str]) -> Counts:
        def read(session: S) -> Counts:
            query = self._compiler(session, moment, audiences).count(population)
            ((rows, targets),) = cast("list[tuple[int, int]]", session.rows(query.sql(self.dialect.name)))
            return Counts(rows, targets)

        return self._sessions.interactive(read)

    def ask(self, question: Question, moment: Moment, audiences: Mapping[str, str], stop: Stop | None = None) -> Rows:
        def read(session: S) -> Rows:
            with (stop or Stop()).heard_by(session.stop):
                query = self._compiler(session, moment, audiences).question(question)
                return cast("Rows", session.rows(query.sql(self.dialect.name)))

        return self._sessions.interactive(read)

    def asked(self, question: Question, moment: Moment, audiences: Mapping[str, str]) -> str:
        with self._sessions.session() as session:
            query = self._compiler(session, moment, audiences).question(question)
        return query.sql(self.dialect.name, pretty=True)

    def preview(
        self, table: Table, attributes: Sequence[tuple[str, Expr]], moment: Moment, limit: int, offset: int = 0
    ) -> Preview:
        shape = table.shape
        names = (*shape.row_columns, *(column.name for column in shape.columns), *(name for name, _ in attributes))
        cells = self._cells([*(None for _ in shape.row_columns), *shape.columns])

        def read(session: S) -> Preview:
            query = self._compiler(session, moment).preview(table, attributes, limit, offset)
            return Preview(names, [cells(row) for row in session.rows(query.sql(self.dialect.name))])

        return self._sessions.interactive(read)

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

    def interrupt(self) -> None:
        self._sessions.stop()

    def _context(self, moment: Moment) -> Context:
        return Context(self.dialect, self._catalogue, moment, Places(self.addresses, self._catalogue))

    def _compiler(self, session: S, moment: Moment, audiences: Mapping[str, str] | None = None) -> Compiler:
        kept, memories = (
            frozenset(session.tables(part)) for part in (self.addresses.audiences, self.addresses.memories)
        )
        places = Places(self.addresses, self._catalogue, audiences or {}, kept, memories, all_carried(session))
        return Compiler(self.dialect, self._catalogue, moment, places)
