"""Files written from the rows of a query."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import DIALECT
from batuta.engines.shared import writing
from batuta.schema.writing import Written

_AT_ONCE = 50_000


def write_file(sessions: Sessions, query: exp.Select, form: Written, path: Path) -> None:
    """Write the rows of a query to a file in their order; after a failure a part of it may be there."""
    with sessions.session() as session:
        with sessions.turn():
            reader = session.run(query.sql(DIALECT)).to_arrow_reader(_AT_ONCE)
        writing.write_file(reader.schema, _batches(session, reader), form, path)


def _batches(session: Session, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    while True:
        with session.working():
            found = next(reader, None)
        if found is None:
            return
        yield found
