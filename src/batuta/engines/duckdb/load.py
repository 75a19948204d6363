"""Loads: the records of a file become rows of a schema, all of them or none.

Records are converted batch by batch into a temporary table, which is compared with the rows that are there
and then joins them in one transaction. DuckDB keeps within `MEMORY` meanwhile, whatever the file's size:
temporary tables spill to disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlglot import exp

from batuta.engines.duckdb.conversion import conversion, reason
from batuta.engines.duckdb.merge import REASON, STAGED, merge, temporary_table
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import (
    DIALECT,
    column_type,
    folded,
    folded_attributes,
    folded_column,
    rows_table,
)
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
        schema = order.schema
        self._copied = [name for name in folded_attributes(schema) if name in order.columns]
        self.columns = (*order.columns, *(folded_column(name) for name in self._copied))
        self._statement = exp.insert(self._converted(), STAGED).sql(DIALECT)

    def fill(self) -> LoadCounts:
        """Stage all records; return how many were read and how many of them rejected."""
        self._session.run(self._creation().sql(DIALECT))
        read = rejected = 0
        for batch in self._order.batches:
            read += batch.count + len(batch.malformed)
            rejected += self._take(batch)
        return LoadCounts(read=read, rejected=rejected)

    def _take(self, batch: Batch) -> int:
        """Stage one batch and hand its rejects on, in the order of their lines; return their number."""
        latest = exp.GTE(this=_column(LINE), expression=exp.Literal.number(batch.first))
        with self._session.working() as cursor:
            cursor.register(_BATCH.name, batch.table)
            cursor.execute(self._statement)
            self._reject_incomplete(latest)
            rejects = [*batch.malformed, *self._rejects(latest)]
            cursor.unregister(_BATCH.name)
        if rejects:
            self._order.rejects.write(sorted(rejects, key=lambda reject: reject.line))
        return len(rejects)

    def _creation(self) -> exp.Create:
        by_name = self._order.schema.by_name
        kinds = {LINE: exp.DataType.build("BIGINT")}
        kinds |= {name: column_type(by_name[name].type) for name in self._order.columns}
        kinds |= {folded_column(name): exp.DataType.build("VARCHAR") for name in self._copied}
        kinds |= {REASON: exp.DataType.build("VARCHAR")}
        definitions: list[exp.Expr] = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in kinds.items()
        ]
        return temporary_table(exp.Schema(this=STAGED, expressions=definitions))

    def _converted(self) -> exp.Select:
        """Return the query that converts the registered batch and says what is wrong with each record."""
        schema = self._order.schema
        found = [conversion(schema.by_name[name], _column(name)) for name in self._order.columns]
        converted = exp.select(
            _column(LINE),
            *(_column(name).as_(f"r_{name}", quoted=True) for name in self._order.columns),
            *(one.value.as_(f"v_{one.attribute.name}", quoted=True) for one in found),
        ).from_(_BATCH)
        return exp.select(
            _column(LINE),
            *(self._value(name) for name in self._order.columns),
            *(folded(_column(f"v_{name}")) for name in self._copied),
            reason(found, schema),
        ).from_(converted.subquery("converted"))

    def _value(self, name: str) -> exp.Expr:
        value = _column(f"v_{name}")
        return folded(value) if self._order.schema.by_name[name].folded else value

    def _reject_incomplete(self, latest: exp.Expr) -> None:
        """Reject new records where the file has no column for a required attribute."""
        schema = self._order.schema
        absent = [one.name for one in schema.attributes if one.required and one.name not in self._order.columns]
        if not absent:
            return
        same = [_column(name, STAGED.name).eq(_column(name, "there")) for name in schema.primary_key]
        there = exp.select(exp.Literal.number(1)).from_(rows_table(schema.name).as_("there", quoted=True)).where(*same)
        said = exp.Literal.string(f"a new record needs {', '.join(absent)}, which the file does not have")
        new = exp.and_(latest.copy(), _column(REASON).is_(exp.null()), exp.not_(exp.Exists(this=there)))
        update = exp.Update(this=STAGED, expressions=[_column(REASON).eq(said)], where=exp.Where(this=new))
        self._session.run(update.sql(DIALECT))

    def _rejects(self, latest: exp.Expr) -> Iterator[Reject]:
        wrong = exp.not_(_column(REASON).is_(exp.null()))
        found = exp.select(_column(LINE), _column(REASON)).from_(STAGED).where(latest.copy(), wrong)
        fields = exp.Column(this=exp.Star(except_=[exp.to_identifier(LINE, quoted=True)]), table="raw")
        query = (
            exp.select(_column(LINE, "found"), _column(REASON, "found"), fields)
            .from_(found.subquery("found"))
            .join(_BATCH.as_("raw", quoted=True), on=_column(LINE, "found").eq(_column(LINE, "raw")))
        )
        for line, said, *raw in self._session.rows(query.sql(DIALECT)):
            yield Reject(int(str(line)), str(said), tuple(None if field is None else str(field) for field in raw))


def _column(name: str, table: str | None = None) -> exp.Column:
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
