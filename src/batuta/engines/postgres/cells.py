"""Values on their way in and out: instants are stored in UTC without zone, lists of lines as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, cast

from batuta.runs.ports import Cell
from batuta.schema.types import Kind, Scalar
from batuta.sets.shape import Column

_READ: Mapping[Kind, Callable[[Any], Scalar]] = {
    Kind.INTEGER: int,
    Kind.DECIMAL: Decimal,
    Kind.DOUBLE: float,
    Kind.DATE: date.fromisoformat,
    Kind.TIME: time.fromisoformat,
    Kind.DATETIME: datetime.fromisoformat,
    Kind.INSTANT: datetime.fromisoformat,
}


def stored(cell: Cell) -> object:
    """Return a cell as the database takes it."""
    if isinstance(cell, list):
        return json.dumps(_in_json(cell), ensure_ascii=False)
    return _without_zone(cell) if isinstance(cell, datetime) else cell


def reading(columns: Sequence[Column | None], absent: Cell = None) -> Callable[[tuple[Any, ...]], tuple[Cell, ...]]:
    """Return what makes rows of what the database gives; `columns` are those of the row, None where no list can be.

    A list that is not there comes as `absent`.
    """
    lists = {place: column for place, column in enumerate(columns) if column is not None and column.lines}

    def plain(row: tuple[Any, ...]) -> tuple[Cell, ...]:
        return row

    def with_lists(row: tuple[Any, ...]) -> tuple[Cell, ...]:
        cells: list[Any] = list(row)
        for place, column in lists.items():
            found = cells[place]
            there = found is not None
            cells[place] = _objects(column, json.loads(found, parse_float=str, parse_int=str)) if there else absent
        return tuple(cells)

    return with_lists if lists else plain


def _objects(column: Column, items: Sequence[Mapping[str, Any]]) -> Cell:
    return cast("Cell", [{line.name: _cell(line, item[line.name]) for line in column.lines} for item in items])


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.lines:
        return _objects(column, value)
    read = _READ.get(column.type.kind)
    return value if read is None else read(value)


def _in_json(value: Any) -> Any:
    """Return what JSON has no exact form for as text."""
    if isinstance(value, list):
        return [_in_json(item) for item in value]
    if isinstance(value, dict):
        return {name: _in_json(item) for name, item in value.items()}
    if isinstance(value, datetime):
        return _without_zone(value).isoformat()
    return str(value) if isinstance(value, (Decimal, date, time, float)) else value


def _without_zone(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
