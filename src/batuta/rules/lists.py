"""Long lists of values, kept apart from the documents that name them by what they hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from batuta.kit.problems import Problem, Problems
from batuta.rules.bound import Constant
from batuta.rules.functions.model import Unfit
from batuta.rules.tree import Plain
from batuta.rules.values import read_value
from batuta.schema.types import DataType, Scalar

LONGEST_INLINE = 1_000
"""A list of more values is kept apart."""

MOST_TOLD = 20
"""How many wrong values of one list are told."""

_SCALARS = (str, int, float)


@dataclass(frozen=True, slots=True)
class ValueList:
    """Values under the name that their content gives them; two of one name hold the same."""

    name: str
    values: tuple[Plain, ...] = field(compare=False)


def value_list(values: tuple[Plain, ...]) -> ValueList:
    """Return values as a list of its own."""
    written = json.dumps(values, default=str, ensure_ascii=False)
    return ValueList(f"sha256:{hashlib.sha256(written.encode('utf-8', 'surrogatepass')).hexdigest()}", values)


def apart(settings: Any, found: dict[str, ValueList]) -> Any:
    """Return raw settings in which long lists of values are named; the lists are added to `found`."""
    if isinstance(settings, Mapping):
        inside = {name: apart(value, found) for name, value in settings.items()}
        values = inside.get("values")
        if "list" not in inside and _is_long(values):
            known = value_list(tuple(inside.pop("values")))
            found[known.name] = known
            inside["list"] = known.name
        return inside
    return (
        [apart(item, found) for item in settings] if isinstance(settings, list) and not _is_long(settings) else settings
    )


def _is_long(values: object) -> bool:
    if not isinstance(values, list) or len(values) <= LONGEST_INLINE:
        return False
    return all(isinstance(value, _SCALARS) for value in values)


@lru_cache(maxsize=16)
def read_list(known: ValueList, wanted: DataType) -> tuple[Constant, ...]:
    """Return the values of a list, each once, as constants that compare with a type.

    Raises Problems with fields `values.<place>`, the first of them if there are many.
    """
    found: dict[Scalar, Constant] = {}
    wrong = []
    for place, value in enumerate(known.values):
        try:
            constant = read_value(value, wanted)
            found.setdefault(constant.value, constant)
        except Unfit as unfit:
            wrong.append(Problem(unfit.code, unfit.values, f"values.{place}"))
            if len(wrong) == MOST_TOLD:
                break
    if wrong:
        raise Problems(wrong)
    return tuple(found.values())
