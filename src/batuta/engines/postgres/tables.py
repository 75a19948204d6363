"""Working tables written from rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa
from sqlglot import exp

from batuta.engines.postgres.cells import stored
from batuta.engines.postgres.incoming import copy_into, send
from batuta.engines.postgres.sessions import ADDRESSES, Session, Sessions
from batuta.engines.postgres.storage import DIALECT
from batuta.engines.shared.addresses import Part
from batuta.engines.shared.records import counted, made_among, record_made
from batuta.engines.sql.for_postgres import Postgres
from batuta.engines.sql.keys import row_types
from batuta.runs.ports import Counts, Rows
from batuta.sets.shape import Shape

_TEXT = exp.DataType.build("TEXT")


def write_table(sessions: Sessions, name: str, shape: Shape, rows: Iterable[Rows]) -> Counts:
    """Make a working table from rows in one transaction, or adopt it.

    They are drawn outside the heavy turn: drawing them may use the engine too.
    """
    copy = f"COPY {ADDRESSES.work.table(name).sql(DIALECT)} FROM STDIN".encode()

    def fill(session: Session) -> None:
        for batch in _filled(rows):
            with session.working() as cursor, cursor.copy(copy) as target:
                for row in batch:
                    target.write_row([stored(cell) for cell in row])

    return _written(sessions, name, shape, fill)


def write_arrow(sessions: Sessions, name: str, shape: Shape, tables: Iterable[pa.Table]) -> Counts:
    """Make a working table without lists from Arrow tables in one transaction, or adopt it."""
    columns = (*shape.row_columns, *(column.name for column in shape.columns))
    copy = copy_into(ADDRESSES.work.table(name), columns)

    def fill(session: Session) -> None:
        for table in tables:
            with session.working() as cursor:
                send(cursor, copy, table)

    return _written(sessions, name, shape, fill)


def _written(sessions: Sessions, name: str, shape: Shape, fill: Callable[[Session], None]) -> Counts:
    with sessions.session() as session:
        made = made_among(session, [name])
        if name in made:
            return made[name]
        table = ADDRESSES.work.table(name)
        with session.transaction():
            session.run(_creation(table, shape).sql(DIALECT))
            fill(session)
            session.analyze(table)
            counts = counted(session, table, shape)
            record_made(session, {name: counts})
        return counts


def _filled(rows: Iterable[Rows]) -> Iterator[Rows]:
    return (batch for batch in rows if batch)


def _creation(table: exp.Table, shape: Shape) -> exp.Create:
    dialect = Postgres()
    kinds = dict(zip(shape.row_columns, map(dialect.type_of, row_types(shape)), strict=True))
    kinds |= {column.name: dialect.column_type(column) for column in shape.columns}
    columns: list[exp.Expr] = [
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in kinds.items()
    ]
    return exp.Create(this=exp.Schema(this=table, expressions=columns), kind="TABLE")


def checksum(session: Session, part: Part) -> str:
    """Return a sum of all rows in a part of the storage, whatever their order."""
    digest = hashlib.sha256()
    with session.transaction():
        session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for name in session.tables(part):
            columns = session.columns(part, name)
            found = session.rows(_sum_of(part.table(name), columns).sql(DIALECT))
            digest.update(repr((name, columns, found)).encode())
    return digest.hexdigest()


def _sum_of(table: exp.Table, columns: Sequence[str]) -> exp.Select:
    """Return the query for the count of rows and the sums of their hashes, one made of another seed than the other."""
    row = exp.Cast(this=exp.Tuple(expressions=[exp.column(column, quoted=True) for column in columns]), to=_TEXT.copy())
    sums = [exp.Sum(this=exp.func("hashtextextended", row.copy(), exp.Literal.number(seed))) for seed in (0, 1)]
    return exp.select(exp.Count(this=exp.Star()), *sums).from_(table)
