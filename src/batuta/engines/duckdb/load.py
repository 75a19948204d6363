"""Loads: the records of a file become rows of a schema, all of them or none.

Records are converted batch by batch into a temporary table, which is compared with the rows that are there
and then joins them in one transaction. DuckDB keeps within `MEMORY` meanwhile, whatever the file's size:
temporary tables spill to disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlglot import exp

from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import DIALECT
from batuta.engines.shared.conversion import REASON, converted, converted_columns
from batuta.engines.shared.merge import merge
from batuta.engines.shared.staging import make_staged, reject_incomplete, rejected
from batuta.kit.errors import SystemFault
from batuta.schema.loading import LINE, Batch, Load, LoadCounts, Reject, too_many

MEMORY = "400MiB"

_BATCH = exp.table_("_batch", quoted=True)


def load(sessions: Sessions, order: Load) -> LoadCounts:
    """Carry out a load; raises InputError, with nothing loaded, if too many records are rejected."""
    with sessions.session() as session, _bounded(session):
        staging = _Staging(session, order)
        counts = staging.fill()
        error = too_many(counts, order.allowed_errors)
        if error is not None:
            raise error
        if not counts.read:
            return counts
        with sessions.turn():
            return merge(session, order, staging.columns, counts)


class _Staging:
    """Converts the batches of a load into the table of staged records."""

    def __init__(self, session: Session, order: Load) -> None:
        self._session = session
        self._order = order
        self.columns = converted_columns(order.schema, order.columns)

    def fill(self) -> LoadCounts:
        """Stage all records; return how many were read and how many of them rejected."""
        staged = make_staged(self._session, self._order)
        statement = exp.insert(converted(self._order.schema, self._order.columns, _BATCH), staged).sql(DIALECT)
        read = rejected = 0
        for batch in self._order.batches:
            read += batch.count + len(batch.malformed)
            rejected += self._take(batch, statement)
        return LoadCounts(read=read, rejected=rejected)

    def _take(self, batch: Batch, statement: str) -> int:
        """Stage one batch and hand its rejects on, in the order of their lines; return their number."""
        with self._session.working() as cursor:
            cursor.register(_BATCH.name, batch.table)
            cursor.execute(statement)
            reject_incomplete(self._session, self._order, batch.first)
            rejects = [*batch.malformed, *self._rejects(batch.first)]
            cursor.unregister(_BATCH.name)
        if rejects:
            self._order.rejects.write(sorted(rejects, key=lambda reject: reject.line))
        return len(rejects)

    def _rejects(self, first: int) -> Iterator[Reject]:
        fields = exp.Column(this=exp.Star(except_=[exp.to_identifier(LINE, quoted=True)]), table="raw")
        query = (
            exp.select(_column(LINE, "found"), _column(REASON, "found"), fields)
            .from_(rejected(self._session, first).subquery("found"))
            .join(_BATCH.as_("raw", quoted=True), on=_column(LINE, "found").eq(_column(LINE, "raw")))
        )
        for line, said, *raw in self._session.rows(query.sql(DIALECT)):
            yield Reject(int(str(line)), str(said), tuple(None if field is None else str(field) for field in raw))


def _column(name: str, table: str) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


@contextmanager
def _bounded(session: Session) -> Iterator[None]:
    """Keep the engine's memory low for the time of a load, if it can be lowered."""
    ((shown,),) = session.rows("SELECT current_setting('memory_limit')")
    number, unit = str(shown).split()
    former = f"{float(number) + 0.05:.2f} {unit}"  # what is shown was cut off after one digit
    with suppress(SystemFault):  # more is in use at present and cannot be given back
        session.run(f"SET memory_limit = '{MEMORY}'")
    try:
        yield
    finally:
        session.undo(f"SET memory_limit = '{former}'")
