"""What pydantic finds wrong with a document, as problems in words a marketer understands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from batuta.kit.problems import Problem
from batuta.kit.text import suggest

_WHOLE, _NUMBER, _YES_NO = "field-needs-whole-number", "field-needs-number", "field-needs-yes-or-no"
_MOMENT, _TIME, _CHOICE = "field-needs-date-and-time", "field-needs-time", "field-needs-choice"
_CODES: Mapping[str, str] = {
    "string_type": "field-needs-text",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "time_type": _TIME,
    "time_parsing": _TIME,
    "tuple_type": "field-needs-list",
    "list_type": "field-needs-list",
    "model_type": "field-needs-group",
    "model_attributes_type": "field-needs-group",
    "dict_type": "field-needs-group",
    "missing": "field-missing",
    "union_tag_not_found": "field-missing",
    "extra_forbidden": "field-unknown",
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "union_tag_invalid": _CHOICE,
    "greater_than": "field-not-above",
    "greater_than_equal": "field-too-small",
    "less_than": "field-not-below",
    "less_than_equal": "field-too-large",
    "string_too_short": "field-empty-text",
    "too_short": "field-empty",
    "string_too_long": "field-too-long",
    "too_long": "field-too-long",
}
_LIMITS = ("gt", "ge", "lt", "le", "max_length")
_QUOTED = re.compile(r"'([^']*)'")
_LONGEST_SHOWN = 60
_WORDS: Mapping[bool | None, str] = {True: "true", False: "false", None: "null"}


def mistakes(error: ValidationError, model: type[BaseModel], raw: Any) -> list[Problem]:
    """Return one problem for each field at fault; `raw` is the value that was validated as the model."""
    by_path: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_path.setdefault(tuple(_real_steps(raw, detail)), []).append(detail)
    return [
        _problem(path, details, model, raw)
        for path, details in by_path.items()
        if not _is_told_elsewhere(path, by_path, raw)
    ]


def _real_steps(raw: Any, detail: ErrorDetails) -> Iterator[str | int]:
    """Yield the steps of a location that exist in the value: pydantic adds the names of union members."""
    last, entered = len(detail["loc"]) - 1, True
    for place, step in enumerate(detail["loc"]):
        if entered and place < last and _is_member(raw, step):
            entered = False
            continue
        if _has(raw, step):
            raw, entered = raw[step], True
        elif not (place == last and detail["type"] == "missing"):
            continue
        yield step


def _is_member(raw: Any, step: str | int) -> bool:
    """Tell whether a step is the kind of the group it leads into, which may have a field of that name too."""
    return isinstance(raw, Mapping) and raw.get("kind") == step


def _has(raw: Any, step: str | int) -> bool:
    if isinstance(raw, Mapping):
        return step in raw
    return isinstance(raw, (list, tuple)) and isinstance(step, int) and step < len(raw)


def _is_told_elsewhere(path: tuple[str | int, ...], all_paths: Iterable[tuple[str | int, ...]], raw: Any) -> bool:
    """Tell whether pydantic speaks twice: of a group or list as a whole and of the fields inside it."""
    return isinstance(_value_at(raw, path), (Mapping, list, tuple)) and any(
        len(other) > len(path) and other[: len(path)] == path for other in all_paths
    )


def _problem(path: tuple[str | int, ...], details: list[ErrorDetails], model: type[BaseModel], raw: Any) -> Problem:
    first = details[0]
    field = ".".join(map(str, path))
    codes = {_CODES.get(detail["type"], "field-wrong"): detail for detail in details}
    if len(codes) > 1:
        found = {"found": _shown(_value_at(raw, path))}
        if set(codes) <= {_CHOICE, _WHOLE, "field-too-small"}:
            return Problem("field-needs-choice-or-number", {**found, "choices": _choices(codes[_CHOICE])}, field)
        return Problem("field-needs-value", found, field)
    match code := next(iter(codes)):
        case "field-missing":
            return _missing(path, first)
        case "field-unknown":
            return _unknown(path, model, raw)
        case "field-needs-choice":
            return _choice(field, first)
        case _:
            return _unquoted(field, first) or Problem(code, _values(first), field)


def _unquoted(field: str, detail: ErrorDetails) -> Problem | None:
    """Return the problem of a formula in brackets without quotes, which is a list; None if it is something else."""
    value = detail["input"]
    if detail["type"] != "string_type" or not isinstance(value, list) or not 0 < len(value) < 10:
        return None
    if not all(isinstance(item, (str, int)) for item in value):
        return None
    return Problem("field-needs-quotes", {"found": f"[{', '.join(map(str, value))}]"}, field)


def _values(detail: ErrorDetails) -> dict[str, object]:
    limits = [value for name, value in detail.get("ctx", {}).items() if name in _LIMITS]
    limit = f"{limits[0]:g}" if limits and isinstance(limits[0], float) else next(iter(limits), "")
    return {"found": _shown(detail["input"]), "limit": limit, "reason": detail["msg"].removeprefix("Value error, ")}


def _missing(path: tuple[str | int, ...], detail: ErrorDetails) -> Problem:
    if detail["type"] == "union_tag_not_found":
        path = (*path, "kind")
    return Problem("field-missing", {"name": path[-1]}, ".".join(map(str, path)))


def _unknown(path: tuple[str | int, ...], model: type[BaseModel], raw: Any) -> Problem:
    name, field = str(path[-1]), ".".join(map(str, path))
    known = _fields_at(model, path[:-1], raw)
    near = suggest(name, known)
    if near:
        return Problem("field-unknown-near", {"name": name, "near": near}, field)
    if known:
        return Problem("field-unknown", {"name": name, "known": known}, field)
    return Problem("field-unknown-alone", {"name": name}, field)


def _choice(field: str, detail: ErrorDetails) -> Problem:
    choices = _choices(detail)
    if detail["type"] == "union_tag_invalid":
        found, field = str(detail.get("ctx", {}).get("tag", "")), f"{field}.kind" if field else "kind"
    else:
        found = _shown(detail["input"])
    if found in choices:  # a number was wanted, and here it is as text
        return Problem("field-needs-choice", {"found": f"'{found}'", "choices": choices}, field)
    near = suggest(found, choices)
    if near:
        return Problem("field-needs-choice-near", {"found": found, "near": near}, field)
    return Problem("field-needs-choice", {"found": found, "choices": choices}, field)


def _choices(detail: ErrorDetails) -> list[str]:
    context = detail.get("ctx", {})
    expected = str(context.get("expected") or context.get("expected_tags") or "")
    return _QUOTED.findall(expected) or [expected]


def _fields_at(model: type[BaseModel], path: tuple[str | int, ...], raw: Any) -> list[str]:
    """Return the names of the fields that may stand at a place of a document."""
    models = [model]
    for step in path:
        models = _narrowed(models, raw)
        raw = raw[step]
        if isinstance(step, str):
            models = [found for model in models for found in _models_of_field(model, step)]
    return [name for model in _narrowed(models, raw) for name in _names(model)]


def _narrowed(models: list[type[BaseModel]], raw: Any) -> list[type[BaseModel]]:
    """Return the models that a group of that kind can be."""
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    same = [m for m in models if "kind" in m.model_fields and kind in get_args(m.model_fields["kind"].annotation)]
    return same or models


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_of_field(model: type[BaseModel], name: str) -> list[type[BaseModel]]:
    for own, field in model.model_fields.items():
        if name in (own, field.alias):
            return list(_models_in(field.annotation))
    return []


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _value_at(raw: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if isinstance(raw, Mapping) and step not in raw:
            return None
        raw = raw[step]
    return raw


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{...}"
    if isinstance(value, (list, tuple)):
        return "[...]"
    text = _WORDS[value] if value is None or isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
