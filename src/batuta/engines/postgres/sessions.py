"""Connections for calls from several threads: who may run when, transactions, and being stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, ClassVar, TypeVar

import psycopg
from sqlglot import exp

from batuta.engines.postgres.faults import fault, interrupted, lost
from batuta.engines.shared.addresses import Addresses, Part
from batuta.engines.sql.for_postgres import Postgres

T = TypeVar("T")
Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]

ADDRESSES = Addresses(
    rows=Part("batuta_rows"),
    audiences=Part("batuta_audience"),
    memories=Part("batuta_memory"),
    tombstones=Part("batuta_tombstone"),
    system=Part("batuta_system"),
    work=Part("batuta_work"),
    keys=Part("batuta_keys"),
    temporary=Part("pg_temp"),
)
FUNCTIONS = "batuta_functions"
"""The schema of the functions that compiled SQL calls."""

_INTERACTIVE = 2
_IDLE = 4
_PATIENCE, _PAUSE = 10.0, 0.05
_TABLES = (
    "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY c.relname"
)
_COLUMNS = (
    "SELECT a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %s AND c.relname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY a.attname"
)


class Session:
    """A connection for one call, which another thread may stop. Outside transactions each statement commits."""

    dialect: ClassVar[Postgres] = Postgres()
    addresses: ClassVar[Addresses] = ADDRESSES

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._idle = threading.Condition()
        self._busy = False
        self._stopped = False

    def run(self, statement: str, values: Sequence[object] | None = None) -> psycopg.Cursor[Row]:
        """Execute a statement; `%s` stands for each value, where there are values."""
        with self.working() as cursor:
            return cursor.execute(statement.encode(), values)

    def rows(self, statement: str, values: Sequence[object] | None = None) -> list[Row]:
        """Execute a statement and return all rows: for small results."""
        with self.working() as cursor:
            return cursor.execute(statement.encode(), values).fetchall()

    def number(self, query: str) -> int:
        """Return the single number that a query gives."""
        return int(self.rows(query)[0][0])

    def tables(self, part: Part) -> tuple[str, ...]:
        """Return the names of the tables in a part of the storage, in their order."""
        return tuple(str(name) for (name,) in self.rows(_TABLES, [part.schema]))

    def analyze(self, table: exp.Table) -> None:
        """Let the planner of queries know what a new table holds: by itself it would guess for a minute or so."""
        self.run(f"ANALYZE {table.sql(self.dialect.name)}")

    def columns(self, part: Part, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns, in their order as names; none if there is no such table."""
        return tuple(str(name) for (name,) in self.rows(_COLUMNS, [part.schema, table]))

    @contextmanager
    def working(self) -> Iterator[psycopg.Cursor[Row]]:
        """Mark the time in which the server works: stop() interrupts it, errors become expected failures."""
        with self._idle:
            if self._stopped:
                raise interrupted()
            self._busy = True
        try:
            yield self._cursor
        except psycopg.Error as error:
            raise (lost() if self._connection.closed else fault(error)) from error
        finally:
            with self._idle:
                self._busy = False
                self._idle.notify_all()

    def stream(self, query: str, batch: int, turn: AbstractContextManager[None]) -> Iterator[list[Row]]:
        """Yield the rows of a query as batches of that size; `turn` is held until the first is ready.

        They are those of one moment, kept by the server until all are read, so that no table is held meanwhile.
        """
        fetch = f"FETCH FORWARD {batch} FROM _stream"
        with turn:
            self.run(f"DECLARE _stream NO SCROLL CURSOR WITH HOLD FOR {query}")
            found = self.rows(fetch)
        while found:
            yield found
            found = self.rows(fetch) if len(found) == batch else []
        self.run("CLOSE _stream")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block whole or not at all."""
        self.run("BEGIN")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def reading_only(self) -> Iterator[None]:
        """Run a block that can write nothing; the tables of schemas go by their bare names."""
        self.run(f"BEGIN READ ONLY; SET LOCAL search_path TO {ADDRESSES.rows.schema}, {FUNCTIONS}")
        try:
            yield
        finally:
            self._roll_back()

    def stop(self) -> None:
        """Make the present statement fail, and every further one.

        A request to cancel that arrives just before a statement begins is forgotten, so it is repeated until the
        session rests.
        """
        with self._idle:
            self._stopped = True
            end = time.monotonic() + _PATIENCE
            while self._busy and time.monotonic() < end:
                with suppress(psycopg.Error):  # a server that does not listen does not work either
                    self._connection.cancel_safe(timeout=1)
                self._idle.wait(_PAUSE)

    def settled(self) -> bool:
        """Leave nothing of the call behind; tell whether the connection may serve another one."""
        try:
            if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._cursor.execute("ROLLBACK")
            self._cursor.execute("CLOSE ALL; DISCARD TEMP")
            self._cursor.close()
        except psycopg.Error:
            return False
        return not self._connection.closed

    def _roll_back(self) -> None:
        """Undo what the transaction did, even if the session was stopped; a lost connection has done it already."""
        with suppress(psycopg.Error):
            self._cursor.execute("ROLLBACK")


class Sessions:
    """All connections to one database.

    One heavy task runs at a time and two interactive queries beside it. A few connections are kept for later calls.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._open: set[Session] = set()
        self._idle: list[Connection] = []
        self._heavy = threading.Lock()
        self._interactive = threading.Semaphore(_INTERACTIVE)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session without waiting for a turn."""
        connection = self._taken()
        session = Session(connection)
        with self._lock:
            self._open.add(session)
        try:
            yield session
        finally:
            with self._lock:
                self._open.discard(session)
            self._give_back(session, connection)

    def heavy(self, work: Callable[[Session], T]) -> T:
        """Carry out a task that may need much of the server."""
        with self._heavy, self.session() as session:
            return work(session)

    def interactive(self, work: Callable[[Session], T]) -> T:
        """Carry out a query that a person waits for."""
        with self._interactive, self.session() as session:
            return work(session)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the heavy turn for one step of a task."""
        with self._heavy:
            yield

    def stop(self) -> None:
        """Stop all sessions that are open."""
        with self._lock:
            sessions = tuple(self._open)
        for session in sessions:
            session.stop()

    def close(self) -> None:
        """Stop what runs and close the connections that wait."""
        self.stop()
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _taken(self) -> Connection:
        """Return a connection that waits and still lives, else a new one."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._connect()
            if _alive(connection):
                return connection
            connection.close()

    def _give_back(self, session: Session, connection: Connection) -> None:
        if session.settled():
            with self._lock:
                if len(self._idle) < _IDLE:
                    self._idle.append(connection)
                    return
        connection.close()


def _alive(connection: Connection) -> bool:
    """Tell whether a connection that waited can be used: servers that start anew end it without a word."""
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True
