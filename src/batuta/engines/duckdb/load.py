"""Loads: the records of a file become rows of a schema, all of them or none.

Records are converted batch by batch into a file of their own, which is compared with the rows that are
there and then joins them in one transaction. Memory stays within `MEMORY` whatever the file's size, and
what was left over by a load that died is removed by the next one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlglot import exp

from batuta.engines.duckdb.conversion import conversion, reason
from batuta.engines.duckdb.merge import merge
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import (
    DIALECT,
    column_type,
    fold_others,
    folded_attributes,
    folded_column,
    is_ascii,
    rows_table,
)
from batuta.kit.errors import SystemFault
from batuta.schema.loading import LINE, Batch, Load, LoadCounts, Reject, too_many

MEMORY = "400MiB"

_BATCH = exp.table_("_batch", quoted=True)
_CHECKED = exp.table_("_checked", db="main", catalog="temp", quoted=True)
_REASON = "_reason"


def load(sessions: Sessions, temporary: Path, order: Load) -> LoadCounts:
    """Carry out a load; raises InputError, with nothing loaded, if too many records are rejected."""
    with sessions.session() as session, _bounded(session), _workshop(session, temporary, order.id) as shop:
        staging = _Staging(session, order, exp.table_("staged", db="main", catalog=shop, quoted=True))
        read, rejected = staging.fill()
        error = too_many(LoadCounts(read=read, rejected=rejected), order.allowed_errors)
        if error is not None:
            raise error
        if not read:
            return LoadCounts()
        with sessions.turn():
            return merge(session, order, staging.columns, shop, LoadCounts(read=read, rejected=rejected))


class _Staging:
    """Converts the batches of a load into the table of staged records."""

    def __init__(self, session: Session, order: Load, staged: exp.Table) -> None:
        self._session = session
        self._order = order
        self._staged = staged
        schema = order.schema
        self._copied = [name for name in folded_attributes(schema) if name in order.columns]
        self._folded = [name for name in order.columns if schema.by_name[name].folded]
        self.columns = (*order.columns, *(folded_column(name) for name in self._copied))
        self._check = self._checking().sql(DIALECT)

    def fill(self) -> tuple[int, int]:
        """Stage all records; return how many were read and how many of them rejected."""
        self._session.run(self._creation().sql(DIALECT))
        read = rejected = 0
        with self._session.transaction():
            for batch in self._order.batches:
                read += batch.count + len(batch.malformed)
                rejected += self._take(batch)
        return read, rejected

    def _take(self, batch: Batch) -> int:
        """Stage one batch and hand its rejects on, in the order of their lines; return their number."""
        with self._session.working() as cursor:
            cursor.register("_batch", batch.table)
            cursor.execute(self._check)
            for name in self._copied:
                fold_others(cursor, _CHECKED, name, folded_column(name))
            for name in self._folded:
                fold_others(cursor, _CHECKED, name, name)
            self._reject_incomplete()
            rejects = [*batch.malformed, *self._rejects()]
            cursor.execute(self._insertion().sql(DIALECT))
            cursor.unregister("_batch")
        if rejects:
            self._order.rejects.write(sorted(rejects, key=lambda reject: reject.line))
        return len(rejects)

    def _creation(self) -> exp.Create:
        by_name = self._order.schema.by_name
        kinds = {LINE: exp.DataType.build("BIGINT")}
        kinds |= {name: column_type(by_name[name].type) for name in self._order.columns}
        kinds |= {folded_column(name): exp.DataType.build("VARCHAR") for name in self._copied}
        definitions: list[exp.Expr] = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in kinds.items()
        ]
        return exp.Create(this=exp.Schema(this=self._staged, expressions=definitions), kind="TABLE")

    def _checking(self) -> exp.Create:
        """Return the statement that converts the registered batch and says what is wrong with each record."""
        schema = self._order.schema
        found = [conversion(schema.by_name[name], _column(name)) for name in self._order.columns]
        converted = exp.select(
            _column(LINE),
            *(_column(name).as_(f"r_{name}", quoted=True) for name in self._order.columns),
            *(one.value.as_(f"v_{one.attribute.name}", quoted=True) for one in found),
        ).from_(_BATCH)
        checked = exp.select(
            _column(LINE),
            *(self._value(name).as_(name, quoted=True) for name in self._order.columns),
            *(_plain(_column(f"v_{name}")).as_(folded_column(name), quoted=True) for name in self._copied),
            reason(found, schema).as_(_REASON, quoted=True),
        ).from_(converted.subquery("converted"))
        temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
        return exp.Create(this=_CHECKED, kind="TABLE", replace=True, properties=temporary, expression=checked)

    def _value(self, name: str) -> exp.Expr:
        value = _column(f"v_{name}")
        return _plain(value) if name in self._folded else value

    def _reject_incomplete(self) -> None:
        """Reject new records where the file has no column for a required attribute."""
        schema = self._order.schema
        absent = [one.name for one in schema.attributes if one.required and one.name not in self._order.columns]
        if not absent:
            return
        same = [_column(name, "_checked").eq(_column(name, "there")) for name in schema.primary_key]
        there = exp.select(exp.Literal.number(1)).from_(rows_table(schema.name).as_("there", quoted=True)).where(*same)
        said = exp.Literal.string(f"a new record needs {', '.join(absent)}, which the file does not have")
        new = exp.and_(_column(_REASON).is_(exp.null()), exp.not_(exp.Exists(this=there)))
        update = exp.Update(this=_CHECKED, expressions=[_column(_REASON).eq(said)], where=exp.Where(this=new))
        self._session.run(update.sql(DIALECT))

    def _rejects(self) -> Iterator[Reject]:
        query = (
            exp.select(
                _column(LINE, "found"),
                _column(_REASON, "found"),
                exp.Column(this=exp.Star(except_=[exp.to_identifier(LINE, quoted=True)]), table="raw"),
            )
            .from_(_CHECKED.as_("found", quoted=True))
            .join(_BATCH.as_("raw", quoted=True), on=_column(LINE, "found").eq(_column(LINE, "raw")))
            .where(exp.not_(_column(_REASON, "found").is_(exp.null())))
        )
        for line, said, *fields in self._session.rows(query.sql(DIALECT)):
            yield Reject(int(str(line)), str(said), tuple(None if field is None else str(field) for field in fields))

    def _insertion(self) -> exp.Insert:
        names = (LINE, *self.columns)
        good = exp.select(*map(_column, names)).from_(_CHECKED).where(_column(_REASON).is_(exp.null()))
        return exp.insert(good, self._staged, columns=[exp.to_identifier(name, quoted=True) for name in names])


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def _plain(value: exp.Expr) -> exp.Expr:
    """Fold a text if it is plain ASCII; others are folded afterwards."""
    return exp.Case().when(is_ascii(value), exp.Lower(this=value.copy())).else_(value.copy())


@contextmanager
def _bounded(session: Session) -> Iterator[None]:
    """Keep the engine's memory low for the time of a load, if it can be lowered."""
    ((former,),) = session.rows("SELECT current_setting('memory_limit')")
    with suppress(SystemFault):  # more is in use at present and cannot be given back
        session.run(f"SET memory_limit = '{MEMORY}'")
    try:
        yield
    finally:
        session.run(f"SET memory_limit = '{former}'")


@contextmanager
def _workshop(session: Session, temporary: Path, load_id: str) -> Iterator[str]:
    """Attach a file for the records on their way, under the name yielded, and remove it afterwards."""
    _remove_remains(temporary)
    name = f"load_{load_id}"
    path = temporary / f"load-{os.getpid()}-{load_id}.duckdb"
    attached = exp.to_identifier(name, quoted=True).sql(DIALECT)
    session.run(f"ATTACH {exp.Literal.string(str(path)).sql(DIALECT)} AS {attached}")
    try:
        yield name
    finally:
        session.run(f"DETACH {attached}")
        _remove(path)


def _remove_remains(temporary: Path) -> None:
    """Remove what loads of processes that died have left; the home has one process at a time."""
    for path in temporary.glob("load-*.duckdb"):
        if path.name.split("-")[1] != str(os.getpid()):
            _remove(path)


def _remove(path: Path) -> None:
    for one in (path, path.with_name(path.name + ".wal")):
        one.unlink(missing_ok=True)
