"""One function of the expression language: the single source for parser, types, engines and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from batuta.schema.types import DataType, Scalar


class Family(StrEnum):
    """What kind of value an argument may have."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DAY = "date or datetime"
    INSTANT = "date, datetime or instant"
    ANY = "any value"


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a function. An optional one may be left out at the end."""

    name: str
    family: Family
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its arguments, what it returns, how each engine computes it and how Python does.

    `result` gives the type from those of the arguments, and raises ValueError with a short reason if they do
    not go together. `templates` maps an engine's name to SQL in its dialect with the places `{0}`, `{1}` ...
    for the arguments, `{*}` for all of them separated by commas (or, for a function of the table that takes
    pairs, see `expand`), `{now}` for the present local datetime and `{today}` for the present day. A function
    without a template for an engine is not offered there. `evaluate` is the meaning: it takes the moment and
    the arguments' values.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Callable[[tuple[DataType, ...]], DataType]
    evaluate: Callable[..., Scalar]
    summary: str
    example: str
    templates: Mapping[str, str] = field(default_factory=dict)
    variadic: bool = False
    expand: Callable[[str, int], str] | None = None

    def template(self, engine: str, count: int) -> str | None:
        """Return the engine's template for that number of arguments, or None if the engine has none."""
        text = self.templates.get(engine)
        return self.expand(engine, count) if self.expand is not None else text
