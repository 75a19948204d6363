"""Working and audience tables as things: written from rows, listed, dropped, summed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import cast

import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.places import audience_table, keys_table, working_table
from batuta.engines.duckdb.records import all_carried, counted, forget_made, made_among, record_made
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import AUDIENCES, DATA, DIALECT, WORK
from batuta.engines.shared.arrow import table_schema, to_batch
from batuta.runs.ports import Counts, Rows
from batuta.sets.addressed import REASON
from batuta.sets.shape import Shape

_CHUNK = 100_000
_INCOMING = "_incoming"
_ALL_INCOMING = exp.select("*").from_(exp.table_(_INCOMING, quoted=True))
_TABLES = (
    "SELECT table_name FROM duckdb_tables()"
    " WHERE database_name = ? AND schema_name = ? AND table_name NOT IN ('_made', '_carried') ORDER BY table_name"
)
_COLUMNS = (
    "SELECT column_name FROM duckdb_columns()"
    " WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_name"
)


def write_table(sessions: Sessions, name: str, shape: Shape, rows: Iterator[Rows]) -> Counts:
    """Make a working table from rows in one transaction, or adopt it."""
    return write_batches(sessions, name, shape, _chunks(rows, table_schema(shape)))


def write_batches(sessions: Sessions, name: str, shape: Shape, chunks: Iterator[pa.Table]) -> Counts:
    """Make a working table from Arrow tables in one transaction, or adopt it.

    They are drawn in the calling thread and outside the heavy turn: drawing them may use the engine too.
    """
    with sessions.session() as session:
        made = made_among(session, [name])
        if name in made:
            return made[name]
        incoming = _Incoming(table_schema(shape).empty_table())
        with session.working() as cursor:
            cursor.register(_INCOMING, incoming)
        with session.transaction():
            creation = exp.Create(this=working_table(name), kind="TABLE", expression=_ALL_INCOMING.copy())
            insertion = exp.Insert(this=working_table(name), expression=_ALL_INCOMING.copy())
            session.run(creation.sql(DIALECT))
            for chunk in chunks:
                incoming.table = chunk
                with sessions.turn():
                    session.run(insertion.sql(DIALECT))
            counts = counted(session, working_table(name), shape)
            record_made(session, {name: counts})
        return counts


def table_names(session: Session, database: str, schema: str) -> tuple[str, ...]:
    """Return the names of the tables in a part of an attached file, the engine's own left out."""
    return tuple(str(name) for (name,) in session.rows(_TABLES, [database, schema]))


def drop_tables(session: Session, names: Collection[str]) -> None:
    """Drop working tables and audience tables of these names; each file in a transaction of its own.

    A working table that has the columns of another one stays until that is dropped and a sweep comes.
    """
    carried = all_carried(session)
    needed = {carrier for name, carrier in carried.items() if name not in names}
    with session.transaction():
        for name in names:
            if name not in needed:
                _drop(session, name, name in carried)
        forget_made(session, [name for name in names if name not in needed])
    kept = set(table_names(session, DATA, AUDIENCES))
    if gone := [name for name in names if name in kept]:
        with session.transaction():
            for name in gone:
                session.run(_dropping(audience_table(name)))


def sweep_tables(session: Session, keep: Collection[str]) -> tuple[str, ...]:
    """Drop the working tables that are not kept and carry no columns of one that is, and return their names."""
    carried = all_carried(session)
    needed = {*keep, *(carrier for name, carrier in carried.items() if name in keep)}
    gone = tuple(name for name in (*table_names(session, WORK, "main"), *carried) if name not in needed)
    if gone:
        with session.transaction():
            for name in gone:
                _drop(session, name, name in carried)
            forget_made(session, gone)
    return gone


def count_reasons(session: Session, name: str) -> Mapping[str, int]:
    """Count the rows of a table of messages by their reason, '' where there is none."""
    reason = exp.func("coalesce", exp.column(REASON, quoted=True), exp.Literal.string(""))
    query = exp.select(reason, exp.Count(this=exp.Star())).from_(working_table(name)).group_by(reason.copy())
    return dict(cast("list[tuple[str, int]]", session.rows(query.sql(DIALECT))))


def checksum(session: Session, database: str, schema: str) -> str:
    """Return a sum of all rows in a part of an attached file, whatever their order."""
    digest = hashlib.sha256()
    with session.transaction():
        for name in table_names(session, database, schema):
            columns = [str(column) for (column,) in session.rows(_COLUMNS, [database, schema, name])]
            table = exp.table_(name, db=schema, catalog=database, quoted=True)
            found = session.rows(_sum_of(table, columns).sql(DIALECT))
            digest.update(repr((name, columns, found)).encode())
    return digest.hexdigest()


class _Incoming:
    """The rows at hand, under one name for a whole transaction.

    DuckDB keeps what a transaction gives and takes a name until it ends: were each chunk given one, all would stay.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def _chunks(rows: Iterable[Rows], schema: pa.Schema) -> Iterator[pa.Table]:
    batches: list[pa.RecordBatch] = []
    waiting = 0
    for batch in rows:
        batches.append(to_batch(batch, schema))
        waiting += len(batch)
        if waiting >= _CHUNK:
            yield pa.Table.from_batches(batches)
            batches, waiting = [], 0
    if batches:
        yield pa.Table.from_batches(batches)


def _sum_of(table: exp.Table, columns: Sequence[str]) -> exp.Select:
    row = exp.func("hash", *(exp.column(column, quoted=True) for column in columns))
    return exp.select(exp.Count(this=exp.Star()), exp.func("bit_xor", row), exp.Sum(this=row.copy())).from_(table)


def _drop(session: Session, name: str, carried: bool) -> None:
    """Drop a working table; one that holds keys only is a table of keys and a view over it."""
    if carried:
        session.run(_dropping(working_table(name), "VIEW"))
        session.run(_dropping(keys_table(name)))
    else:
        session.run(_dropping(working_table(name)))


def _dropping(table: exp.Table, kind: str = "TABLE") -> str:
    return exp.Drop(tables=[table], kind=kind, exists=True).sql(DIALECT)
