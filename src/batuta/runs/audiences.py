"""Which saved audiences a set names, and how a set reads them as they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from batuta.rules.bound import All, Constant, IsTrue, Member
from batuta.runs.model import Audience, AudienceVersion
from batuta.schema.types import BOOLEAN
from batuta.sets.algebra import Members, Nobody, version_name
from batuta.sets.shape import Shape

T = TypeVar("T")
_NOBODY = IsTrue(Constant(False, BOOLEAN))


def named_audiences(value: object) -> Iterator[str]:
    """Yield the names (see sets.algebra.version_name) of the audiences that anything made of sets and rules reads."""
    if isinstance(value, Constant):  # lists hold a hundred thousand of them
        return
    if isinstance(value, (Member, Members)):
        yield value.audience
    for part in _parts(value):
        yield from named_audiences(part)


def stored_versions(audience: Audience) -> dict[str, AudienceVersion]:
    """Return the versions of an audience by their names, the latest by the label too."""
    found = {version_name(audience.label, version.number): version for version in audience.versions}
    return found | ({audience.label: audience.versions[-1]} if audience.versions else {})


def with_stored(value: T, stored: Mapping[str, Shape]) -> T:
    """Return a set that reads audiences as they are stored; one that is not holds nobody."""
    changed: Any = _with_stored(value, stored)
    return changed  # type: ignore[no-any-return]  # a node is replaced by one of the same family


def _with_stored(value: Any, stored: Mapping[str, Shape]) -> Any:
    if isinstance(value, Constant):
        return value
    if isinstance(value, Member):
        return value if value.audience in stored else All() if value.negated else _NOBODY
    if isinstance(value, Members):
        return _members(value, stored[value.audience]) if value.audience in stored else Nobody(value.shape)
    if isinstance(value, tuple):
        return tuple(_with_stored(item, stored) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {field.name: getattr(value, field.name) for field in fields(value)}
    changed = {name: _with_stored(part, stored) for name, part in parts.items()}
    return replace(value, **changed) if changed != parts else value


def _members(node: Members, stored: Shape) -> Members:
    """Return members whose columns are empty where that version does not have them."""
    lacking = frozenset(column.name for column in node.shape.columns if stored.column(column.name) != column)
    return replace(node, lacking=lacking)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, (tuple, list)):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name) for field in fields(value))
