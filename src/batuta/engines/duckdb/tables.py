"""Tables written from rows, and summed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import ADDRESSES, DIALECT
from batuta.engines.shared.addresses import Part
from batuta.engines.shared.arrow import table_schema, to_batch
from batuta.engines.shared.records import counted, made_among, record_made
from batuta.runs.ports import Counts, Rows
from batuta.sets.shape import Shape

_CHUNK = 100_000
_INCOMING = "_incoming"
_ALL_INCOMING = exp.select("*").from_(exp.table_(_INCOMING, quoted=True))


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
            creation = exp.Create(this=ADDRESSES.work.table(name), kind="TABLE", expression=_ALL_INCOMING.copy())
            insertion = exp.Insert(this=ADDRESSES.work.table(name), expression=_ALL_INCOMING.copy())
            session.run(creation.sql(DIALECT))
            for chunk in chunks:
                incoming.table = chunk
                with sessions.turn():
                    session.run(insertion.sql(DIALECT))
            counts = counted(session, ADDRESSES.work.table(name), shape)
            record_made(session, {name: counts})
        return counts


def checksum(session: Session, part: Part) -> str:
    """Return a sum of all rows in a part of the storage, whatever their order."""
    digest = hashlib.sha256()
    with session.transaction():
        for name in session.tables(part):
            columns = session.columns(part, name)
            found = session.rows(_sum_of(part.table(name), columns).sql(DIALECT))
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
