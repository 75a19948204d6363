"""Upper and lower case on engines whose own tables differ from Python's, as functions made from its tables.

PostgreSQL knows ASCII only where texts are ordered by code point; Spark has a small final sigma and gives two
characters for one. Texts in ASCII, which are nearly all, take the short way.
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

_SPARK_CASE = """CREATE OR REPLACE TEMPORARY FUNCTION {name}(x STRING) RETURNS STRING RETURN CASE
    WHEN octet_length(x) = length(x) THEN {change}(x)
    ELSE translate(x, '{far_from}', '{far_to}') END"""

_SPARK_SMART = """CREATE OR REPLACE TEMPORARY FUNCTION batuta_smart(x STRING) RETURNS STRING RETURN
    array_join(transform(regexp_extract_all(batuta_lowered(x), '[{words}]+|[^{words}]+', 0),
        run -> concat(translate(left(run, 1), '{small}', '{great}'), substring(run, 2))), '')"""

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
SPARK_CASING = (
    _case(_SPARK_CASE, "batuta_lowered", "lower", lowered()),
    _case(_SPARK_CASE, "batuta_raised", "upper", raised()),
    _SPARK_SMART.format(words=_words("\\\\x{{{:x}}}"), small=raised()[0], great=raised()[1]),
)
