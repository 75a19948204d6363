"""Which saved audiences a set names, and how a set reads where one of them holds nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from batuta.rules.bound import All, Constant, IsTrue, Member
from batuta.schema.types import BOOLEAN

T = TypeVar("T")
_NOBODY = IsTrue(Constant(False, BOOLEAN))


def named_audiences(value: object) -> Iterator[str]:
    """Yield the labels of the audiences that a set, or anything made of sets and rules, names."""
    if isinstance(value, Member):
        yield value.audience
    for part in _parts(value):
        yield from named_audiences(part)


def with_empty_audiences(value: T, labels: Collection[str]) -> T:
    """Return a set that reads the given audiences as holding nobody."""
    changed: Any = _emptied(value, labels)
    return changed  # type: ignore[no-any-return]  # a node is replaced by one of the same family


def _emptied(value: Any, labels: Collection[str]) -> Any:
    if isinstance(value, Member) and value.audience in labels:
        return All() if value.negated else _NOBODY
    if isinstance(value, tuple):
        return tuple(_emptied(item, labels) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {field.name: getattr(value, field.name) for field in fields(value)}
    changed = {name: _emptied(part, labels) for name, part in parts.items()}
    return replace(value, **changed) if changed != parts else value


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, (tuple, list)):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name) for field in fields(value))
