"""Upper and lower case in PostgreSQL, which knows ASCII only where texts are ordered by code point.

Functions made from Python's tables; texts in ASCII, which are nearly all, take the short way.
"""

from __future__ import annotations

from batuta.kit.characters import lowered, of_words, raised

_POSTGRES_CASE = """CREATE OR REPLACE FUNCTION {name}(x text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN octet_length(x) = length(x) THEN {change}(x COLLATE "C")
    WHEN x COLLATE "C" !~ '[^\\u0001-\\u024F]' THEN translate(x, '{near_from}', '{near_to}')
    ELSE translate(x, '{far_from}', '{far_to}') END"""

_POSTGRES_SMART = """CREATE OR REPLACE FUNCTION batuta_smart(x text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN x IS NULL OR x = '' THEN x
    ELSE (SELECT string_agg(batuta_raised(left(run[1], 1)) || substr(run[1], 2), '' ORDER BY place)
        FROM regexp_matches(batuta_lowered(x) COLLATE "C", '[{words}]+|[^{words}]+', 'g')
        WITH ORDINALITY AS runs (run, place)) END"""

_NEAR = 0x24F
"""The last character of the Latin scripts of Europe, which have a short table of their own."""


def _case(statement: str, name: str, change: str, pairs: tuple[str, str]) -> str:
    near = [(one, other) for one, other in zip(*pairs, strict=True) if ord(one) <= _NEAR]
    return statement.format(
        name=name,
        change=change,
        near_from="".join(one for one, _ in near),
        near_to="".join(other for _, other in near),
        far_from=pairs[0],
        far_to=pairs[1],
    )


def _words(mark: str) -> str:
    return "".join(mark.format(point) + (f"-{mark.format(last)}" if last > point else "") for point, last in of_words())


POSTGRES_CASING = (
    _case(_POSTGRES_CASE, "batuta_lowered", "lower", lowered()),
    _case(_POSTGRES_CASE, "batuta_raised", "upper", raised()),
    _POSTGRES_SMART.format(words=_words("\\U{:08x}")),
)
