"""Loads: the records of a file become rows of a schema, all of them or none.

DuckDB converts the records, batch by batch, in a database in memory that holds nothing else; what it makes of them
goes into a temporary table, which is compared with the rows that are there and then joins them in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from batuta.engines.postgres.incoming import copy_into, send
from batuta.engines.postgres.sessions import Session, Sessions
from batuta.engines.shared.conversion import REASON, converted, converted_columns
from batuta.engines.shared.merge import merge
from batuta.engines.shared.staging import make_staged, reject_incomplete, rejected
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.schema.loading import LINE, Batch, Load, LoadCounts, Reject, too_many

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "400MiB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}
_BATCH = exp.table_("_batch", quoted=True)
_NOTHING = "\0"


def load(sessions: Sessions, order: Load) -> LoadCounts:
    """Carry out a load; raises InputError, with nothing loaded, if too many records are rejected."""
    with sessions.session() as session:
        staging = _Staging(session, order)
        with _converter() as converter:
            counts = staging.fill(converter)
        error = too_many(counts, order.allowed_errors)
        if error is not None:
            raise error
        if not counts.read:
            return counts
        with sessions.turn():
            session.analyze(staging.table)
            counts = merge(session, order, staging.columns, counts)
            session.analyze(session.addresses.rows.table(order.schema.name))
            return counts


class _Staging:
    """Brings the batches of a load, converted, into the table of staged records."""

    def __init__(self, session: Session, order: Load) -> None:
        self._session = session
        self._order = order
        self.columns = converted_columns(order.schema, order.columns)
        self.table = make_staged(session, order)
        self._copy = copy_into(self.table, (LINE, *self.columns))
        self._query = converted(order.schema, order.columns, _BATCH).sql(DuckDb.name)

    def fill(self, converter: duckdb.DuckDBPyConnection) -> LoadCounts:
        """Stage all records; return how many were read and how many of them rejected."""
        read = rejects = 0
        for batch in self._order.batches:
            read += batch.count + len(batch.malformed)
            rejects += self._take(batch, converter)
        return LoadCounts(read=read, rejected=rejects)

    def _take(self, batch: Batch, converter: duckdb.DuckDBPyConnection) -> int:
        """Stage one batch and hand its rejects on, in the order of their lines; return their number."""
        raw = pa.table(batch.table)
        converter.register(_BATCH.name, raw)
        found = converter.execute(self._query).to_arrow_table()
        reasons = dict(_said(found))
        reasons |= {line: said for line, said in _unwritable(raw) if line not in reasons}
        with self._session.working() as cursor:
            send(cursor, self._copy, _without(found, reasons).drop_columns([REASON]))
        if reject_incomplete(self._session, self._order, batch.first):
            lines = self._session.rows(rejected(self._session, batch.first).sql(self._session.dialect.name))
            reasons |= {int(line): str(said) for line, said in lines}
        rejects = [*batch.malformed, *_rejects(raw, reasons)]
        if rejects:
            self._order.rejects.write(sorted(rejects, key=lambda reject: reject.line))
        return len(rejects)


def _said(found: pa.Table) -> Iterator[tuple[int, str]]:
    """Yield the lines of records that could not be converted, and why."""
    wrong = found.filter(pc.is_valid(found[REASON]))
    yield from zip(wrong[LINE].to_pylist(), wrong[REASON].to_pylist(), strict=True)


def _unwritable(raw: pa.Table) -> Iterator[tuple[int, str]]:
    """Yield the lines of records that PostgreSQL has no way to keep, and why: the character U+0000 ends its texts."""
    for name in raw.column_names:
        if name == LINE:
            continue
        for line in raw[LINE].filter(pc.match_substring(raw[name], _NOTHING)).to_pylist():
            yield line, f"{name}: holds the character U+0000, which PostgreSQL cannot keep"


def _without(found: pa.Table, reasons: Mapping[int, str]) -> pa.Table:
    if not reasons:
        return found
    return found.filter(pc.invert(pc.is_in(found[LINE], pa.array(reasons, pa.int64()))))


def _rejects(raw: pa.Table, reasons: Mapping[int, str]) -> Iterator[Reject]:
    """Yield rejected records with their fields as they were read."""
    if not reasons:
        return
    wrong = raw.filter(pc.is_in(raw[LINE], pa.array(reasons, pa.int64())))
    fields = [wrong[name].to_pylist() for name in wrong.column_names if name != LINE]
    for line, *values in zip(wrong[LINE].to_pylist(), *fields, strict=True):
        yield Reject(line, reasons[line], tuple(values))


@contextmanager
def _converter() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=_SETTINGS) as connection:
        for statement in DuckDb.preparation:
            connection.execute(statement)
        yield connection
