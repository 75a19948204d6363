"""One function of the expression language: the single source for parser, types, engines and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from batuta.rules.bound import Expr
from batuta.schema.types import DataType, Kind, Scalar

Types = tuple[DataType, ...]
Template = str | Callable[[Types], str]


class Family(StrEnum):
    """What kind of value an argument may have."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT_OR_NUMBER = "text-or-number"
    BOOLEAN = "boolean"
    DAY = "date-or-datetime"
    MOMENT = "date-datetime-or-instant"
    READABLE = "text-or-date"
    ZONE = "time-zone"
    LOCAL = "any-but-instant"
    ORDERED = "ordered"
    ANY = "any"

    def admits(self, given: DataType) -> bool:
        """Tell whether values of a type may stand where the family is asked for."""
        return given.kind in _ADMITTED[self]


_TEXT = frozenset({Kind.STRING, Kind.ENUM})
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE})
_DAYS = frozenset({Kind.DATE, Kind.DATETIME})
_ADMITTED: Mapping[Family, frozenset[Kind]] = {
    Family.TEXT: _TEXT,
    Family.INTEGER: frozenset({Kind.INTEGER}),
    Family.NUMBER: _NUMBERS,
    Family.TEXT_OR_NUMBER: _TEXT | _NUMBERS,
    Family.BOOLEAN: frozenset({Kind.BOOLEAN}),
    Family.DAY: _DAYS,
    Family.MOMENT: _DAYS | {Kind.INSTANT},
    Family.READABLE: _TEXT | _DAYS | {Kind.INSTANT},
    Family.ZONE: _TEXT,
    Family.LOCAL: _TEXT | _NUMBERS | _DAYS | {Kind.BOOLEAN, Kind.TIME},
    Family.ORDERED: _TEXT - {Kind.ENUM} | _NUMBERS | _DAYS | {Kind.INSTANT, Kind.TIME},
    Family.ANY: frozenset(Kind) - {Kind.JSON},
}


class Role(StrEnum):
    """Where a function may stand, and what it looks at."""

    ROW = "row"
    """Anywhere: it computes a value from those of one row."""
    AGGREGATE = "aggregate"
    """Over linked rows, or within Over: `evaluate` takes a list of values, then the other arguments."""
    NUMBERING = "numbering"
    """Within Over only: `evaluate` takes the rows up to the one at hand."""
    WINDOW = "window"
    """Over itself."""
    WINDOW_PART = "window-part"
    """Among the arguments of Over only: what it looks at, and in which order."""


class Zoned(StrEnum):
    """What an argument that is a date, a datetime or an instant is turned into, in the campaign's zone."""

    KEPT = "kept"
    """Nothing else."""
    LOCAL = "local"
    """An instant into the datetime that the clocks show."""
    INSTANT = "instant"
    """A date or datetime into the instant at which the clocks show it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a function. An optional one may be left out at the end;
    a literal one is a plain number between two bounds. A time zone is always a literal."""

    name: str
    family: Family
    optional: bool = False
    literal: tuple[int, int] | None = None
    zoned: Zoned = Zoned.KEPT


class Unfit(Exception):
    """Argument types that do not go together: the code of a problem and the values its text names."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its arguments, what it returns, how each engine computes it and how Python does.

    `result` gives the type from those of the arguments, and raises Unfit if they do not go together.
    `templates` maps an engine's name to SQL in its dialect, or to a function that gives it from the types of
    the arguments. Places are `{0}`, `{1}` ... for the arguments, `{*}` for all of them separated by commas,
    `{now}` for the present local datetime and `{today}` for the present day, `{offset}` for the seconds to add to
    the first argument to come from UTC to the zone that the last one names, or the campaign's (from there to UTC,
    unless it is an instant), as in str.format (so braces of
    the SQL itself are doubled). Arguments come in the SQL type
    of their bound type (an integer has 64 bits, also as a literal); a template brackets its places where that
    matters. A function without a template for an engine is not offered there.

    `implied` gives a last argument that nobody writes, a constant that follows from the types of the others.
    `evaluate` is the meaning: it takes the moment and the arguments' values; a `strict` function is empty
    where an argument is (NULL), and need not be asked. The result is then made to fit the bound type: see
    `fitted`. A variadic function repeats its last parameter.
    One that `restores` turns its local datetime into an instant again where its first argument was one; what
    `completes` makes of the bound arguments stands for them. The `role` says whether it looks at one row or many.

    A function with a `salt` is one of chance: `{at}` in it is the position in the formula, its templates have the place
    `{chance}`, and `evaluate` takes the digest of salt, seed and row key in hexadecimal digits.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Callable[[Types], DataType]
    evaluate: Callable[..., Scalar]
    summary: str
    example: str
    templates: Mapping[str, Template] = field(default_factory=dict)
    implied: Callable[[Types], Scalar] | None = None
    variadic: bool = False
    strict: bool = True
    restores: bool = False
    completes: Callable[[tuple[Expr, ...]], tuple[Expr, ...]] | None = None
    role: Role = Role.ROW
    salt: str = ""

    def template(self, engine: str, types: Types) -> str | None:
        """Return the engine's template for arguments of these types, or None if the engine has none."""
        text = self.templates.get(engine)
        return text(types) if callable(text) else text

    def parameter(self, place: int) -> Parameter:
        """Return the parameter that the argument at a place (from 0) stands for."""
        return self.parameters[min(place, len(self.parameters) - 1)]

    def accepts(self, count: int) -> bool:
        """Tell whether the function takes that number of arguments."""
        least = sum(not parameter.optional for parameter in self.parameters)
        return count >= least and (self.variadic or count <= len(self.parameters))
