"""Parquet files: records as text, each with its row number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from batuta.kit.errors import InputError
from batuta.schema.loading import LINE, Batch

ROWS_AT_ONCE = 65_536


class ParquetFile:
    """A Parquet file, read a few tens of thousands of rows at a time."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = parquet.ParquetFile(path)
        except (pa.ArrowInvalid, OSError):
            raise InputError(
                path.name,
                "this is not a Parquet file, or only a part of one",
                expected="a Parquet file",
                todo="Name the format of the file with --format, or write it anew. Nothing has been loaded.",
            ) from None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._file.schema_arrow.names)

    @property
    def size(self) -> int:
        """The number of rows."""
        return int(self._file.metadata.num_rows)

    def batches(self) -> Iterator[Batch]:
        """Yield all rows, numbered from 1."""
        read = 0
        for rows in self._file.iter_batches(batch_size=ROWS_AT_ONCE):
            first, read = read + 1, read + rows.num_rows
            texts = [_as_text(column) for column in rows.columns]
            numbers = pa.array(range(first, read + 1), pa.int64())
            yield Batch(pa.table([*texts, numbers], names=[*self.columns, LINE]), first, rows.num_rows, read)


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type):
        return pa.array([None if value is None else json.dumps(value, default=str) for value in column.to_pylist()])
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pc.cast(column, pa.timestamp(column.type.unit, "UTC"))
    return pc.cast(column, pa.string())
