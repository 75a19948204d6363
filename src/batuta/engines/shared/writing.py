"""Files of any size, written in constant memory, the same to the byte whatever engine the rows come from.

Rows stream into a database in memory, which holds no data, may write, and runs one statement. Engines that hold
data may reach no file, so that no statement ever can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.faults import fault
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.schema.writing import Written

_ROWS = "rows"
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "500MiB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


def write_file(schema: pa.Schema, batches: Iterator[pa.RecordBatch], form: Written, path: Path) -> None:
    """Write batches of rows to a file in their order; after a failure a part of it may be there."""
    failures: list[BaseException] = []
    stream = pa.RecordBatchReader.from_batches(schema, _noted(batches, failures))
    with duckdb.connect(":memory:", config=_SETTINGS) as writer:
        writer.register(_ROWS, stream)
        try:
            writer.execute(copy_to(path, form).sql(DuckDb.name))
        except (duckdb.Error, pa.ArrowException) as error:
            raise failures[0] if failures else fault(error) from error


def _noted(batches: Iterator[pa.RecordBatch], failures: list[BaseException]) -> Iterator[pa.RecordBatch]:
    """Yield batches; keep what fails, for on the way through the database that writes it becomes words."""
    try:
        yield from batches
    except BaseException as failure:
        failures.append(failure)
        raise


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


def _of_csv(form: Written) -> Mapping[str, exp.Expr]:
    quoted = {"FORCE_QUOTE": exp.Star()} if form.quote_all else {}
    return {
        "HEADER": exp.true() if form.header else exp.false(),
        "DELIMITER": exp.Literal.string(form.separator),
        **quoted,
    }


def _parameters(options: Mapping[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.CopyParameter(this=exp.var(name), expression=value) for name, value in options.items()]
