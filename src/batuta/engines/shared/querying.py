"""What engines have in common where they run queries of data engineers: values that go in, columns that come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from batuta.engines.shared.arrow import table_schema
from batuta.kit.errors import InputError
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.runs.ports import Querying
from batuta.schema.model import Catalogue
from batuta.schema.types import Kind, Scalar
from batuta.sets.shape import Column, Shape

PLACE = "query"
Fitting = Mapping[Kind, frozenset[str]]
"""What a column of the result may be in the engine for what it is to be on the canvas; an empty one fits always."""


def bound_values(catalogue: Catalogue, order: Querying) -> dict[str, Scalar]:
    """Return the values of the parameters, to be bound."""
    nowhere = Standpoint({}, "", World({}, catalogue), order.moment)
    return {name: _bound(compute(of, nowhere)) for name, of in order.parameters}


def places(shape: Shape, found: Sequence[tuple[str, str, str]], fitting: Fitting) -> list[int]:
    """Return where the columns of the shape stand in a result; raise InputError if one is not there, or does not fit.

    What is found of a column: its name, that of its type for `fitting`, '' if it has no values, and that for people.
    """
    return [_place(column, found, fitting) for column in shape.columns]


def check_given(wanted: set[str], given: set[str]) -> None:
    """Raise InputError if a statement asks for parameters to which no value is given."""
    if wanted - given:
        names = ", ".join(f"${name}" for name in sorted(wanted - given))
        raise InputError(PLACE, f"no value is given for {names}", todo="Declare it among the parameters.")


def numbered(batches: Iterator[pa.RecordBatch], shape: Shape) -> Iterator[pa.Table]:
    """Yield the rows of batches, whose columns are those of the shape, numbered from 1 in the order they come in."""
    schema, first = table_schema(shape), 1
    for batch in batches:
        numbers = pa.array(range(first, first + batch.num_rows), pa.int64())
        first += batch.num_rows
        found = [
            _typed(values, column, schema.field(column.name).type)
            for values, column in zip(batch.columns, shape.columns, strict=True)
        ]
        yield pa.Table.from_arrays([numbers, *found], schema=schema)


def refused(reason: str) -> InputError:
    """Return the failure of a statement that the engine did not take, in its words."""
    first_line = reason.partition("\n")[0]
    return InputError(PLACE, f"the engine refuses it: {first_line}", todo="Correct the statement.")


def _place(column: Column, found: Sequence[tuple[str, str, str]], fitting: Fitting) -> int:
    names = [name for name, _, _ in found]
    there = [place for place, name in enumerate(names) if name == column.name]
    there = there or [place for place, name in enumerate(names) if name.casefold() == column.name.casefold()]
    if len(there) != 1:
        said = f"the result has {len(there)} columns {column.name}" if there else f"there is no column {column.name}"
        todo = "Give each column of the result a name of its own with AS."
        raise InputError(PLACE, said, expected=f"among the columns of the result: {', '.join(names)}", todo=todo)
    _, kind, shown = found[there[0]]
    if kind and kind not in fitting[column.type.kind]:
        todo = "Convert it in the query with CAST."
        raise InputError(PLACE, f"column {column.name} is {shown}", expected=str(column.type), todo=todo)
    return there[0]


def _typed(values: pa.Array, column: Column, wanted: pa.DataType) -> pa.Array:
    """Return values in the type of their column; raise InputError where one does not fit without loss."""
    try:
        return values.cast(wanted)
    except pa.ArrowException as error:
        found = f"column {column.name} holds a value that does not fit: {error}".partition("\n")[0]
        raise InputError(PLACE, found, expected=str(column.type), todo="Convert it in the query with CAST.") from error


def _bound(value: Scalar) -> Scalar:
    """Return a value as it is stored: instants in UTC without zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
