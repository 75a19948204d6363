"""Cursors for calls from several threads: who may run when, transactions, and being stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import ClassVar, TypeVar

import duckdb
import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.faults import OutOfMemory, Unexplained, fault, interrupted
from batuta.engines.duckdb.storage import ADDRESSES
from batuta.engines.shared.addresses import Addresses, Part
from batuta.engines.sql.for_duckdb import DuckDb

T = TypeVar("T")

_INTERACTIVE = 2
_PATIENCE, _PAUSE = 10.0, 0.01
_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? ORDER BY table_name"
_COLUMNS = (
    "SELECT column_name FROM duckdb_columns()"
    " WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_name"
)


class Session:
    """A cursor for one call, which another thread may stop."""

    dialect: ClassVar[DuckDb] = DuckDb()
    addresses: ClassVar[Addresses] = ADDRESSES

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._idle = threading.Condition()
        self._busy = False
        self._stopped = False

    def run(self, statement: str, values: Sequence[object] = ()) -> duckdb.DuckDBPyConnection:
        """Execute a statement; its result is read from what comes back."""
        with self.working() as cursor:
            return cursor.execute(statement, values) if values else cursor.execute(statement)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Execute a statement and return all rows: for small results."""
        with self.working() as cursor:
            return (cursor.execute(statement, values) if values else cursor.execute(statement)).fetchall()

    def number(self, query: str) -> int:
        """Return the single number that a query gives."""
        return int(str(self.rows(query)[0][0]))

    def tables(self, part: Part) -> tuple[str, ...]:
        """Return the names of the tables in a part of the storage, in their order."""
        return tuple(str(name) for (name,) in self.rows(_TABLES, [part.database, part.schema]))

    def analyze(self, table: exp.Table) -> None:
        """Do nothing: DuckDB keeps statistics of tables by itself."""

    def columns(self, part: Part, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns, in their order as names; none if there is no such table."""
        return tuple(str(name) for (name,) in self.rows(_COLUMNS, [part.database, part.schema, table]))

    @contextmanager
    def working(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Mark the time in which the cursor works: stop() interrupts it, errors become expected failures."""
        with self._idle:
            if self._stopped:
                raise interrupted()
            self._busy = True
        try:
            yield self._cursor
        except (duckdb.Error, OSError) as error:
            raise fault(error) from error
        finally:
            with self._idle:
                self._busy = False
                self._idle.notify_all()

    def stream(self, query: str, batch: int, turn: AbstractContextManager[None]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query as batches of that size; `turn` is held until the first is ready."""
        with turn:
            reader = self.run(query).to_arrow_reader(batch)
        while True:
            with self.working():
                found = next(reader, None)
            if found is None:
                return
            yield found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block whole or not at all. It may write one of the attached files only."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a failed COMMIT has already ended the transaction
                self.undo("ROLLBACK")
            raise

    @contextmanager
    def reading_only(self, schema: str) -> Iterator[None]:
        """Run a block that can write nothing; tables of a schema, written as SQL, go by their bare names."""
        self.run(f"USE {schema}")
        self.run("BEGIN TRANSACTION READ ONLY")
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # a statement that failed may have ended the transaction
                self.undo("ROLLBACK")

    def undo(self, statement: str) -> None:
        """Execute a short statement that sets something back, even if the session was stopped."""
        self._cursor.execute(statement)

    def stop(self) -> None:
        """Make the present statement fail, and every further one.

        DuckDB forgets an interrupt that arrives just before a statement begins, so it is repeated until the
        cursor rests.
        """
        with self._idle:
            self._stopped = True
            end = time.monotonic() + _PATIENCE
            while self._busy and time.monotonic() < end:
                self._cursor.interrupt()
                self._idle.wait(_PAUSE)

    def close(self) -> None:
        """Give the cursor back."""
        self._cursor.close()


class Sessions:
    """All cursors of one database connection.

    One heavy task runs at a time and two interactive queries beside it. A heavy task that runs out of
    memory is tried once more while nothing else runs, with one thread, since each thread needs memory of its own,
    and with `most` of the memory where that is given.
    What DuckDB fails to plan is planned once more, more plainly.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, most: str | None = None) -> None:
        self._connection = connection
        self._most = most
        self._lock = threading.Lock()
        self._open: set[Session] = set()
        self._heavy = threading.Lock()
        self._interactive = threading.Semaphore(_INTERACTIVE)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session without waiting for a turn."""
        with self._lock:
            session = Session(self._connection.cursor())
            self._open.add(session)
        try:
            yield session
        finally:
            with self._lock:
                self._open.discard(session)
            session.close()

    def heavy(self, work: Callable[[Session], T]) -> T:
        """Carry out a task that may need much memory; it must be safe to do again."""
        with self._heavy:
            try:
                with self.session() as session:
                    return work(session)
            except OutOfMemory:
                with self._alone(), self.session() as session, _one_thread(session), _much(session, self._most):
                    return work(session)
            except Unexplained as fault:
                return self._more_plainly(work, fault)

    def interactive(self, work: Callable[[Session], T]) -> T:
        """Carry out a query that a person waits for."""
        with self._interactive:
            try:
                with self.session() as session:
                    return work(session)
            except Unexplained as fault:
                return self._more_plainly(work, fault)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the heavy turn for one step of a task that is not safe to do again as a whole."""
        with self._heavy:
            yield

    def stop(self) -> None:
        """Stop all sessions that are open."""
        with self._lock:
            sessions = tuple(self._open)
        for session in sessions:
            session.stop()

    def _more_plainly(self, work: Callable[[Session], T], fault: Unexplained) -> T:
        """Carry out what DuckDB failed to plan once more, without the step of planning that fails.

        DuckDB 1.5 stops with an internal error on some windows below joins and unions where it makes a top-N of
        them; otherwise that makes them twice as fast, so it is done without only where it has to be.
        """
        if not fault.internal:
            raise fault
        with self.session() as session, _plainly(session):
            return work(session)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with ExitStack() as turns:
            for _ in range(_INTERACTIVE):
                turns.enter_context(self._interactive)
            yield


@contextmanager
def _plainly(session: Session) -> Iterator[None]:
    session.run("SET disabled_optimizers = 'top_n_window_elimination'")
    try:
        yield
    finally:
        session.undo("RESET disabled_optimizers")


@contextmanager
def _much(session: Session, most: str | None) -> Iterator[None]:
    if most is None:
        yield
        return
    ((former,),) = session.rows("SELECT current_setting('memory_limit')")
    session.run(f"SET memory_limit = '{most}'")
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # what is still held cannot be taken back: the next task lowers it, if need be
            session.undo(f"SET memory_limit = '{former}'")


@contextmanager
def _one_thread(session: Session) -> Iterator[None]:
    former = session.number("SELECT current_setting('threads')")
    session.run("SET threads = 1")
    try:
        yield
    finally:
        session.undo(f"SET threads = {former}")
