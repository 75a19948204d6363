"""Functions that ask whether values are there, or are equal, and choose by the answer."""

from __future__ import annotations

from collections.abc import Callable

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Template, Types
from batuta.rules.functions.operators import equal, is_empty
from batuta.rules.functions.results import always, common
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, cast, everywhere, on_each
from batuta.schema.types import BOOLEAN, INTEGER, STRING, DataType, Scalar

_TEXT = Parameter("text", Family.TEXT)
_VALUE = Parameter("value", Family.ANY)
_THEN, _OTHERWISE = Parameter("then", Family.ANY), Parameter("otherwise", Family.ANY)
_EQUAL = (Parameter("one", Family.INTEGER), Parameter("other", Family.INTEGER))


def _all_present(_: Moment, *values: Scalar) -> bool:
    return not any(map(is_empty, values))


def _all_present_template(_: str, types: Types) -> str:
    values = (f"NULLIF({{{place}}}, '')" if given.is_text else f"{{{place}}}" for place, given in enumerate(types))
    return f"({' AND '.join(f'{value} IS NOT NULL' for value in values)})"


def _chosen(condition: str, then: int) -> dict[str, Template]:
    """Return the templates that give the value at a place where a condition holds, else the one after it."""

    def template(engine: str, types: Types) -> str:
        wanted = common(types[then:])
        one, other = (cast(engine, place, types[place], wanted) for place in (then, then + 1))
        return f"CASE WHEN {condition} THEN {one} ELSE {other} END"

    return on_each(template)


def _type_from(place: int) -> Callable[[Types], DataType]:
    return lambda types: common(types[place:])


PRESENCE = (
    Function(
        "AllNonNull2",
        (_VALUE, _VALUE),
        always(BOOLEAN),
        _all_present,
        "True where both values are there: neither is empty ('' is empty too).",
        "AllNonNull2([street], [city])",
        on_each(_all_present_template),
        strict=False,
    ),
    Function(
        "AllNonNull3",
        (_VALUE, _VALUE, _VALUE),
        always(BOOLEAN),
        _all_present,
        "True where all three values are there: none is empty ('' is empty too).",
        "AllNonNull3([street], [zip], [city])",
        on_each(_all_present_template),
        strict=False,
    ),
    Function(
        "IsMemoNull",
        (_TEXT,),
        always(BOOLEAN),
        lambda _, text: is_empty(text),
        "True where a text is empty, '' too.",
        "IsMemoNull([comment])",
        everywhere("(COALESCE({0}, '') = '')"),
        strict=False,
    ),
    Function(
        "MemoContains",
        (_TEXT, Parameter("sought", Family.TEXT)),
        always(BOOLEAN),
        lambda _, text, sought: not is_empty(sought) and sought in (text or ""),
        "True where a text contains another, case and accents as given; never where one of them is empty.",
        "MemoContains([comment], 'refund')",
        {
            DUCKDB: "COALESCE(CONTAINS({0}, NULLIF({1}, '')), FALSE)",
            POSTGRES: "COALESCE(STRPOS({0}, NULLIF({1}, '')) > 0, FALSE)",
            SPARK: "COALESCE(CONTAINS({0}, NULLIF({1}, '')), FALSE)",
        },
        strict=False,
    ),
    Function(
        "IsEmptyString",
        (_TEXT, _THEN, _OTHERWISE),
        _type_from(1),
        lambda _, text, then, otherwise: then if is_empty(text) else otherwise,
        "Gives the second value where the text is empty, else the third.",
        "IsEmptyString([first_name], 'friend', [first_name])",
        _chosen("COALESCE({0}, '') = ''", 1),
        strict=False,
    ),
    Function(
        "IfEquals",
        (Parameter("one", Family.TEXT), Parameter("other", Family.TEXT), _THEN, _OTHERWISE),
        _type_from(2),
        lambda _, one, other, then, otherwise: then if equal(one, other) else otherwise,
        "Gives the third value where two texts are equal, case and accents as given, else the fourth; "
        "empty equals empty.",
        "IfEquals([country], 'FR', 'Bonjour', 'Hello')",
        _chosen("COALESCE({0}, '') = COALESCE({1}, '')", 2),
        strict=False,
    ),
    Function(
        "VirtualLink",
        (Parameter("key", Family.INTEGER), *_EQUAL),
        always(INTEGER),
        lambda _, key, one, other: key if one == other else None,
        "Gives a key where the two numbers after it are equal, else empty; empty equals empty. For keys that lead "
        "to another table depending on a number beside them.",
        "VirtualLink([owner_id], [owner_type], 3)",
        everywhere("CASE WHEN {1} IS NOT DISTINCT FROM {2} THEN {0} END"),
        strict=False,
    ),
    Function(
        "VirtualLinkStr",
        (Parameter("key", Family.TEXT), *_EQUAL),
        always(STRING),
        lambda _, key, one, other: key if one == other else None,
        "Gives a text key where the two numbers after it are equal, else empty; empty equals empty.",
        "VirtualLinkStr([owner_code], [owner_type], 3)",
        everywhere("CASE WHEN {1} IS NOT DISTINCT FROM {2} THEN {0} END"),
        strict=False,
    ),
)
