"""Documents as plain values in a fixed order, without what is left at its default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from typing import Any, Literal, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_ALWAYS = frozenset({"kind", "batuta"})
"""Fields that are written even at their default: they say what the rest means."""


def compact(document: BaseModel) -> dict[str, Any]:
    """Return a document as plain values, defaults left out: what fixes its kind, then fields in declared order."""
    values: dict[str, Any] = {}
    fields = type(document).model_fields
    for name, field in sorted(fields.items(), key=lambda item: not _fixes_kind(*item)):
        value = getattr(document, name)
        if name in _ALWAYS or value != field.get_default(call_default_factory=True):
            values[field.alias or name] = plain_value(value)
    return values


def _fixes_kind(name: str, field: FieldInfo) -> bool:
    return name == "kind" and get_origin(field.annotation) is Literal


def plain_value(value: Any) -> Any:
    """Return a value in the terms of YAML: dates as ISO text, enums as their values, tuples as lists."""
    match value:
        case BaseModel():
            return compact(value)
        case Enum():
            return value.value
        case date() | time():
            return value.isoformat()
        case Mapping():
            return {str(name): plain_value(item) for name, item in value.items()}
        case list() | tuple():
            return [plain_value(item) for item in value]
        case _:
            return value
