"""Files written from the rows of a query, the same to the byte as those of other engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from batuta.engines.postgres.sessions import Row, Sessions
from batuta.engines.postgres.storage import DIALECT
from batuta.engines.shared import writing
from batuta.engines.shared.arrow import arrow_type
from batuta.engines.sql.for_postgres import Postgres
from batuta.rules.bound import Expr
from batuta.schema.types import DataType, Kind
from batuta.schema.writing import Written

_AT_ONCE = 20_000
Columns = Sequence[tuple[str, Expr]]


def write_file(sessions: Sessions, query: exp.Select, columns: Columns, form: Written, path: Path) -> None:
    """Write the rows of a query to a file in their order; after a failure a part of it may be there."""
    schema = pa.schema([pa.field(name, _type(of.type, form)) for name, of in columns])
    fits = [_fitting(of.type, form) for _, of in columns]
    with sessions.session() as session:
        found = session.stream(query.sql(DIALECT), _AT_ONCE, sessions.turn())
        writing.write_file(schema, _batches(found, schema, fits), form, path)


def _batches(
    found: Iterator[list[Row]], schema: pa.Schema, fits: Sequence[Callable[[Any], Any] | None]
) -> Iterator[pa.RecordBatch]:
    for rows in found:
        columns = list(zip(*rows, strict=True))
        arrays = [
            pa.array(values if fit is None else [None if value is None else fit(value) for value in values], field.type)
            for values, fit, field in zip(columns, fits, schema, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def _type(data_type: DataType, form: Written) -> pa.DataType:
    as_text = data_type.kind is Kind.INSTANT and form.format != "parquet"
    return pa.string() if as_text or _loose(data_type, form) else arrow_type(data_type)


def _loose(data_type: DataType, form: Written) -> bool:
    """Tell whether a number is shown with the digits that it came with, for its type does not say how many."""
    return data_type.kind is Kind.DECIMAL and data_type.precision is None and form.format == "csv"


def _fitting(data_type: DataType, form: Written) -> Callable[[Any], Any] | None:
    """Return what makes a value of its column out of what the database gives, None where they are the same."""
    if data_type.kind is not Kind.DECIMAL:
        return None
    if _loose(data_type, form):
        return lambda value: format(value, "f")
    digits = Decimal(1).scaleb(-Postgres().digits(data_type)[1])
    return lambda value: Decimal(value).quantize(digits, ROUND_HALF_UP)
