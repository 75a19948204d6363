"""What rules are made of, wherever they stand: in documents, settings of activities, lists of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel

N = TypeVar("N", bound=BaseModel)


def nodes_in(value: object, wanted: type[N]) -> Iterator[N]:
    """Yield the nodes of a kind in anything made of documents, tuples and mappings, in their order."""
    if isinstance(value, wanted):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from nodes_in(getattr(value, name), wanted)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from nodes_in(item, wanted)
    elif isinstance(value, tuple) and not _plain(value):
        for item in value:
            yield from nodes_in(item, wanted)


def _plain(values: tuple[object, ...]) -> bool:
    """Tell whether a tuple is a list of values: those may be very long, and hold no nodes."""
    return bool(values) and not isinstance(values[0], (BaseModel, tuple, Mapping))
