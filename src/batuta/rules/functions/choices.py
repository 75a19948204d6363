"""Functions that choose among values."""

from __future__ import annotations

from decimal import Decimal

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Types, Unfit
from batuta.rules.functions.operators import equal, equality_template
from batuta.rules.functions.results import common
from batuta.rules.functions.sql import cast, everywhere, on_each, skipping_empty
from batuta.schema.types import DataType, Kind, Scalar, comparable

_SUBSTITUTES: dict[Kind, Scalar] = {
    Kind.STRING: "",
    Kind.ENUM: "",
    Kind.INTEGER: 0,
    Kind.DECIMAL: Decimal(0),
    Kind.DOUBLE: 0.0,
    Kind.BOOLEAN: False,
}
_CONDITION = Parameter("condition", Family.BOOLEAN)


def _first_not_empty(_: Moment, *values: Scalar) -> Scalar:
    return next((value for value in values if value is not None and value != ""), None)


def _iif_type(types: Types) -> DataType:
    return common(types[1:])


def case_places(count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the places of the conditions and of the values among the arguments of Case.

    They alternate, condition first; a value left over at the end is the one of Else.
    """
    conditions = tuple(range(0, count - 1, 2))
    values = tuple(place + 1 for place in conditions)
    return conditions, values + ((count - 1,) if count % 2 else ())


def _case_type(types: Types) -> DataType:
    return common(tuple(types[place] for place in case_places(len(types))[1]))


def _case(_: Moment, *given: Scalar) -> Scalar:
    conditions, values = case_places(len(given))
    for condition, value in zip(conditions, values, strict=False):
        if given[condition]:
            return given[value]
    return given[values[-1]] if len(values) > len(conditions) else None


def _case_template(engine: str, types: Types) -> str:
    conditions, values = case_places(len(types))
    wanted = _case_type(types)
    arms = "".join(
        f" WHEN {{{place}}} THEN {cast(engine, place + 1, types[place + 1], wanted)}" for place in conditions
    )
    last = f" ELSE {cast(engine, values[-1], types[values[-1]], wanted)}" if len(values) > len(conditions) else ""
    return f"CASE{arms}{last} END"


def _decode_places(count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    conditions, values = case_places(count - 1)
    return tuple(place + 1 for place in conditions), tuple(place + 1 for place in values)


def _decode_type(types: Types) -> DataType:
    sought, values = _decode_places(len(types))
    for place in sought:
        if not comparable(types[0], types[place]):
            raise Unfit("expression.not-comparable", left=types[0].kind, right=types[place].kind)
    return common(tuple(types[place] for place in values))


def _decode(_: Moment, value: Scalar, *given: Scalar) -> Scalar:
    conditions, values = case_places(len(given))
    for condition, result in zip(conditions, values, strict=False):
        if equal(value, given[condition]):
            return given[result]
    return given[values[-1]] if len(values) > len(conditions) else None


def _decode_template(engine: str, types: Types) -> str:
    sought, values = _decode_places(len(types))
    wanted = _decode_type(types)
    arms = "".join(
        f" WHEN {equality_template(engine, types, 0, place)} THEN {cast(engine, place + 1, types[place + 1], wanted)}"
        for place in sought
    )
    last = f" ELSE {cast(engine, values[-1], types[values[-1]], wanted)}" if len(values) > len(sought) else ""
    return f"CASE{arms}{last} END"


def _substituted_type(types: Types) -> DataType:
    if types[0].kind not in _SUBSTITUTES:
        raise Unfit("expression.no-substitute", type=types[0].kind)
    return types[0]


CHOICES = (
    Function(
        "Coalesce",
        (Parameter("value", Family.ANY),),
        common,
        _first_not_empty,
        "Gives the first value that is not empty ('' is empty too).",
        "Coalesce([first_name], 'friend')",
        on_each(lambda engine, types: f"COALESCE({', '.join(skipping_empty(engine, types))})"),
        variadic=True,
        strict=False,
    ),
    Function(
        "Iif",
        (_CONDITION, Parameter("then", Family.ANY), Parameter("otherwise", Family.ANY)),
        _iif_type,
        _case,
        "Gives the second value where the condition is true, else the third.",
        "Iif([city] = 'Paris', 'near', 'far')",
        on_each(_case_template),
        strict=False,
    ),
    Function(
        "Case",
        (_CONDITION, Parameter("value", Family.ANY)),
        _case_type,
        _case,
        "Gives the value of the first When whose condition is true, else that of Else, else empty.",
        "Case(When([points] > 100, 'gold'), When([points] > 10, 'silver'), Else('none'))",
        on_each(_case_template),
        variadic=True,
        strict=False,
    ),
    Function(
        "Decode",
        (Parameter("value", Family.ANY), Parameter("sought", Family.ANY), Parameter("result", Family.ANY)),
        _decode_type,
        _decode,
        "Gives the result that follows the first value equal to the first argument, else the last one if it is left "
        "over, else empty; empty equals empty.",
        "Decode([language], 'fr', 'Bonjour', 'es', 'Hola', 'Hello')",
        on_each(_decode_template),
        variadic=True,
        strict=False,
    ),
    Function(
        "NoNull",
        (Parameter("value", Family.ANY),),
        _substituted_type,
        lambda _, value, substitute: substitute if value is None else value,
        "Gives the value, or in place of an empty one '', 0 or false.",
        "NoNull([points])",
        everywhere("COALESCE({0}, {1})"),
        implied=lambda types: _SUBSTITUTES[types[0].kind],
        strict=False,
    ),
)
