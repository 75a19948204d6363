"""Working tables written from rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from batuta.engines.postgres.cells import stored
from batuta.engines.postgres.sessions import ADDRESSES, Sessions
from batuta.engines.postgres.storage import DIALECT, analyze
from batuta.engines.shared.records import counted, made_among, record_made
from batuta.engines.sql.for_postgres import Postgres
from batuta.engines.sql.keys import row_types
from batuta.runs.ports import Counts, Rows
from batuta.sets.shape import Shape


def write_table(sessions: Sessions, name: str, shape: Shape, rows: Iterable[Rows]) -> Counts:
    """Make a working table from rows in one transaction, or adopt it.

    They are drawn outside the heavy turn: drawing them may use the engine too.
    """
    with sessions.session() as session:
        made = made_among(session, [name])
        if name in made:
            return made[name]
        table = ADDRESSES.work.table(name)
        copy = f"COPY {table.sql(DIALECT)} FROM STDIN".encode()
        with session.transaction():
            session.run(_creation(table, shape).sql(DIALECT))
            for batch in _filled(rows):
                with session.working() as cursor, cursor.copy(copy) as target:
                    for row in batch:
                        target.write_row([stored(cell) for cell in row])
            analyze(session, table)
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
