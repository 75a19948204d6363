"""Arrow tables on their way into PostgreSQL: as CSV, which it reads faster than anything rows could be made of."""

from __future__ import annotations

import io
from collections.abc import Sequence

import psycopg
import pyarrow as pa
from pyarrow import csv
from sqlglot import exp

from batuta.engines.postgres.storage import DIALECT
from batuta.engines.sql import trees

_FORM = csv.WriteOptions(include_header=False, quoting_style="all_valid")
"""Every value in quotes, so that what is not in quotes is empty and '' is not."""


def copy_into(table: exp.Table, columns: Sequence[str]) -> bytes:
    """Return the statement that takes rows of these columns into a table."""
    names = [trees.name(name) for name in columns]
    return f"COPY {exp.Schema(this=table, expressions=names).sql(DIALECT)} FROM STDIN (FORMAT csv)".encode()


def send(cursor: psycopg.Cursor[tuple[object, ...]], statement: bytes, rows: pa.Table) -> None:
    """Send the rows of a table, its columns in the order of the statement."""
    if not rows.num_rows:
        return
    sink = io.BytesIO()
    csv.write_csv(rows, sink, _FORM)
    with cursor.copy(statement) as target:
        target.write(sink.getbuffer())
