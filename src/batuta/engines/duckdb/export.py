"""Files of any size, written in constant memory.

The engine itself may reach no file (see `database`), so that no statement ever can. Its rows stream into a second
engine, which holds no data, may write, and runs this one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.faults import fault
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.storage import DIALECT
from batuta.schema.writing import Written

_AT_ONCE = 50_000
_ROWS = "rows"
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "500MiB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


def write_file(sessions: Sessions, query: exp.Select, form: Written, path: Path) -> None:
    """Write the rows of a query to a file in their order; after a failure a part of it may be there."""
    with sessions.session() as session:
        with sessions.turn():
            reader = session.run(query.sql(DIALECT)).to_arrow_reader(_AT_ONCE)
        failures: list[BaseException] = []
        stream = pa.RecordBatchReader.from_batches(reader.schema, _batches(session, reader, failures))
        with duckdb.connect(":memory:", config=_SETTINGS) as writer:
            writer.register(_ROWS, stream)
            try:
                writer.execute(copy_to(path, form).sql(DIALECT))
            except (duckdb.Error, pa.ArrowException) as error:
                raise failures[0] if failures else fault(error) from error


def copy_to(path: Path, form: Written) -> exp.Copy:
    """Return the statement that writes the rows to a file."""
    options: dict[str, exp.Expr] = {"FORMAT": exp.var(form.format)}
    if form.format == "csv":
        options |= _of_csv(form)
    options["COMPRESSION"] = exp.var("zstd" if form.format == "parquet" else form.compression)
    query = exp.select("*").from_(exp.table_(_ROWS, quoted=True))
    return exp.Copy(
        this=exp.Subquery(this=query), kind=False, files=[exp.Literal.string(str(path))], params=_parameters(options)
    )


def _batches(session: Session, reader: pa.RecordBatchReader, failures: list[BaseException]) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a reader; keep what fails, for on the way through the other engine it becomes words."""
    try:
        while True:
            with session.working():
                found = next(reader, None)
            if found is None:
                return
            yield found
    except BaseException as failure:
        failures.append(failure)
        raise


def _of_csv(form: Written) -> Mapping[str, exp.Expr]:
    quoted = {"FORCE_QUOTE": exp.Star()} if form.quote_all else {}
    return {
        "HEADER": exp.true() if form.header else exp.false(),
        "DELIMITER": exp.Literal.string(form.separator),
        **quoted,
    }


def _parameters(options: Mapping[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.CopyParameter(this=exp.var(name), expression=value) for name, value in options.items()]
