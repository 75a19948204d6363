"""What templates may name, and the values of one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from batuta.messages.liquid.names import OTHERS, Fields, Many, Meaning, RowOf, Single, columns_of, listed_columns
from batuta.rules.paths import SECONDARY
from batuta.schema.model import Catalogue
from batuta.schema.types import DataType, Kind, Scalar
from batuta.sets.shape import Shape

CONTEXT = ("campaign", "run", "activity", "channel")

_SAMPLES: Mapping[Kind, Scalar] = {
    Kind.INTEGER: 1,
    Kind.DECIMAL: Decimal("1.00"),
    Kind.DOUBLE: 1.0,
    Kind.BOOLEAN: True,
    Kind.DATE: date(2026, 1, 1),
    Kind.TIME: time(12, 0),
    Kind.DATETIME: datetime(2026, 1, 1, 12),
    Kind.INSTANT: datetime(2026, 1, 1, 12, tzinfo=UTC),
}


def roots(
    catalogue: Catalogue, shape: Shape, variables: Mapping[str, DataType], *, by_row: bool = False
) -> Mapping[str, Meaning]:
    """Return the names that every template for a population may begin with, and what they mean.

    The row of the secondary dimension is known where one is carried; a target's other rows where each target gets
    one message (not `by_row`) and may have several rows.
    """
    found: dict[str, Meaning] = {
        "profile": RowOf(catalogue, shape.schema),
        "target": columns_of(shape.columns),
        "vars": Fields({name: Single(kind) for name, kind in variables.items()}),
        "context": Fields({name: Single() for name in CONTEXT}),
    }
    item = dict(listed_columns(shape.columns).parts)
    if shape.secondary_schema in catalogue.by_name:
        found[SECONDARY] = RowOf(catalogue, shape.secondary_schema, root=SECONDARY)
        item[SECONDARY] = RowOf(catalogue, shape.secondary_schema, root=SECONDARY, listed=SECONDARY)
    if shape.row_columns != shape.target_columns and not by_row:
        found[OTHERS] = Many(Fields(item))
    return found


def nested(paths: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    """Return `profile.store.name` and its like as dictionaries inside one another."""
    return {"profile": {}} | inside(paths, cells)


def inside(paths: Iterable[str], cells: Iterable[object]) -> dict[str, object]:
    """Return the values at dotted paths as dictionaries inside one another."""
    values: dict[str, object] = {}
    for path, cell in zip(paths, cells, strict=True):
        *outer, last = path.split(".")
        here = values
        for part in outer:
            inner = here.setdefault(part, {})
            assert isinstance(inner, dict)
            here = inner
        here[last] = cell
    return values


def sample(meaning: Meaning | None) -> object:
    """Return a value such as a template may meet under a name, for a trial."""
    if isinstance(meaning, Many):
        return [sample(meaning.item)]
    if isinstance(meaning, Fields):
        return {name: sample(part) for name, part in meaning.parts.items()}
    if isinstance(meaning, Single) and meaning.type is not None:
        if meaning.type.values:
            return meaning.type.values[0]
        return _SAMPLES.get(meaning.type.kind, "sample")
    return "sample"
