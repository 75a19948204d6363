"""The folding of text in PostgreSQL, equal to kit.text to the letter whatever the locale of the database.

The server's own lower() may know ASCII only. So plain ASCII, which nearly all texts are, goes through it; Latin
letters of Europe through a short table; all others through the whole one, made from the tables of Python.
"""

from __future__ import annotations

from collections.abc import Iterable

from batuta.kit.text import drop_case

_LATIN = range(0x180)
"""ASCII, Latin-1 and Latin Extended-A."""

_CASED = (range(0xD800), range(0xE000, 0x20000))
"""Beyond these code points no character has a case."""

_DOTTED, _DOTTED_SMALL = "\u0130", "i\u0307"
"""The capital I with a dot is the one letter whose small form is two: an i and the dot."""

_FUNCTION = """CREATE OR REPLACE FUNCTION batuta_{name}(x TEXT) RETURNS TEXT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN octet_length(x) = char_length(x) THEN {ascii}
    {others} END $$"""
_FOLD_OTHERS = """CREATE OR REPLACE FUNCTION batuta_fold_others(x TEXT) RETURNS TEXT
LANGUAGE PLPGSQL IMMUTABLE PARALLEL SAFE AS $$ DECLARE bare TEXT := {bare}; BEGIN
    IF octet_length(bare) = char_length(bare) THEN RETURN lower(bare); END IF;
    RETURN {folded};
END $$"""


def folding() -> tuple[str, ...]:
    """Return the statements that define `batuta_lower`, `batuta_unaccent` and `batuta_fold`.

    Most texts are plain ASCII once their marks are dropped: `batuta_fold_others` looks up letters of the rest only.
    """
    latin = _lowered(map(chr, _LATIN))
    every = _lowered(chr(point) for points in _CASED for point in points)
    return (
        _function("lower", "lower(x)", f"WHEN x !~ '[^\\u0001-\\u017f]' THEN {latin} ELSE {every}"),
        _function("unaccent", "x", f"ELSE {_bare('x')}"),
        _FOLD_OTHERS.format(bare=_bare("x"), folded=_bare(every)),
        _function("fold", "lower(x)", "ELSE batuta_fold_others(x)"),
    )


def _function(name: str, plain: str, others: str) -> str:
    return _FUNCTION.format(name=name, ascii=plain, others=others)


def _lowered(characters: Iterable[str]) -> str:
    pairs = [(one, drop_case(one)) for one in characters if one != _DOTTED and drop_case(one) != one]
    former, new = ("".join(part) for part in zip(*pairs, strict=True))
    return f"translate(replace(x, '{_DOTTED}', '{_DOTTED_SMALL}'), '{former}', '{new}')"


def _bare(tree: str) -> str:
    return f"regexp_replace(normalize({tree}, NFD), '[\\u0300-\\u036f]+', '', 'g')"
