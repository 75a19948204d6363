"""Folding and case of texts in Spark, equal to kit.text and kit.characters to the letter.

Spark does not decompose characters, and its own tables of cases differ from Python's. So tables made from
Python's are variables of the session, which expressions of built-in functions look up. Functions in SQL would read
better, but Spark allows none beside a lambda. Texts in ASCII, which are nearly all, take the short way; next to
all others one translation of single characters; only where a character comes apart into several, or two marks
follow each other, a text is taken apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from sqlglot import exp, parse_one

from batuta.kit.characters import lowered, of_words, raised, runs
from batuta.kit.text import drop_accents, drop_case, fold

_CHARACTERS = (range(1, 0xD800), range(0xE000, 0x40000), range(0xE0000, 0xE1000))
"""Beyond these code points no character is assigned but those for private use."""

_HANGUL = range(0xAC00, 0xD7A4)
"""Syllables, which are composed by counting."""

_LEADS, _VOWELS, _TAILS = range(0x1100, 0x1113), range(0x1161, 0x1176), range(0x11A8, 0x11C3)

_JOINER = "\u034f"
"""A mark that is dropped, but only after the others have been put in order, since none is moved past it."""

_DOTTED, _DOTTED_SMALL = "\u0130", "i\u0307"
"""The one letter whose small form is two characters."""

_CLASS = 0x4E00
"""Where the characters begin that stand for the places of marks: 0x4E00 and as many as the combining class says."""

TEXT = "__text"

_ASCII = f"CASE WHEN OCTET_LENGTH({TEXT}) = LENGTH({TEXT}) THEN {{plain}} ELSE {{other}} END"

_APART = """REPLACE(ARRAY_JOIN(TRANSFORM(REGEXP_EXTRACT_ALL(ARRAY_JOIN(TRANSFORM(SPLIT(_bare, ''), _c -> CASE
        WHEN _c BETWEEN '\uac00' AND '\ud7a3' THEN CONCAT(
            SUBSTRING(session.batuta_leads, 1 + (ASCII(_c) - 44032) DIV 588, 1),
            SUBSTRING(session.batuta_vowels, 1 + (ASCII(_c) - 44032) % 588 DIV 28, 1),
            TRIM(SUBSTRING(session.batuta_tails, 1 + (ASCII(_c) - 44032) % 28, 1)))
        ELSE COALESCE(ELEMENT_AT(session.batuta_parts, _c), _c) END), ''), session.batuta_runs, 0),
    _run -> CASE WHEN LENGTH(_run) = 1 OR TRANSLATE(_run, session.batuta_marks, '') <> '' THEN _run
        ELSE ARRAY_JOIN(TRANSFORM(SORT_ARRAY(TRANSFORM(SPLIT(_run, ''), (_m, _i) -> NAMED_STRUCT(
            'class', TRANSLATE(_m, session.batuta_marks, session.batuta_classes), 'place', _i, 'mark', _m))),
            _each -> _each.mark), '') END), ''), '\u034f', '')"""

_BARE = f"""ELEMENT_AT(TRANSFORM(ARRAY(TRANSLATE({TEXT}, session.batuta_{{name}}_from, session.batuta_{{name}}_to)),
    _bare -> CASE WHEN RLIKE(_bare, session.batuta_rare) THEN {_APART} ELSE _bare END), 1)"""

_LOWER = f"""REPLACE(TRANSLATE({TEXT}, session.batuta_lower_from, session.batuta_lower_to),
    '{_DOTTED}', '{_DOTTED_SMALL}')"""


@cache
def folding(*, case: bool, accents: bool) -> exp.Expr:
    """Return the folding of a text, which is the column `TEXT` in it; to be copied before it is filled."""
    if case and accents:
        sql = _ASCII.format(plain=f"LOWER({TEXT})", other=_BARE.format(name="fold"))
    elif case:
        sql = _ASCII.format(plain=f"LOWER({TEXT})", other=_LOWER)
    else:
        sql = _ASCII.format(plain=TEXT, other=_BARE.format(name="bare"))
    return parse_one(sql, dialect="spark")


@cache
def _changing() -> list[str]:
    """Return the characters that folding may change, and the marks; of syllables it knows by counting."""
    every = (chr(point) for span in _CHARACTERS for point in span)
    return [
        one
        for one in every
        if drop_case(one) != one or unicodedata.combining(one) or unicodedata.decomposition(one) or one == _JOINER
    ]


def _translation(name: str, change: Callable[[str], str]) -> Iterator[str]:
    """Yield the variables of a translation: what becomes one character, then what is dropped."""
    pairs = [(one, other) for one in _changing() if (other := change(one)) != one and len(other) < 2]
    pairs.sort(key=lambda pair: not pair[1])
    return _pair(name, ("".join(one for one, _ in pairs), "".join(other for _, other in pairs)))


def _pair(name: str, texts: tuple[str, str]) -> Iterator[str]:
    return (_text(f"{name}_{end}", text) for end, text in zip(("from", "to"), texts, strict=True))


def _in_one(whole: Callable[[str], str], otherwise: Callable[[str], str]) -> Callable[[str], str]:
    """Return a change of characters that leaves those alone that come apart into several, but for their case."""

    def change(character: str) -> str:
        if character == _JOINER:
            return character
        found = whole(character)
        return found if len(found) < 2 else otherwise(character)

    return change


def _parts() -> Mapping[str, str]:
    """Return what each character comes apart into that gives several."""
    several = ((one, drop_accents(one)) for one in _changing())
    return {one: parts for one, parts in several if len(parts) > 1}


def _marks() -> list[str]:
    """Return the marks that stay and may change places."""
    return [one for one in _changing() if unicodedata.combining(one) and drop_accents(one)]


def _variable(name: str, given: str, value: str) -> str:
    return f"DECLARE OR REPLACE VARIABLE batuta_{name} {given} DEFAULT {value}"


def _text(name: str, value: str) -> str:
    return _variable(name, "STRING", f"'{value}'")


def _set(spans: Iterable[tuple[int, int]]) -> str:
    """Return runs of code points as they are written within the brackets of a regular expression."""
    return "".join(f"\\\\x{{{first:x}}}" + (f"-\\\\x{{{last:x}}}" if last > first else "") for first, last in spans)


def _characters() -> Iterator[str]:
    yield from _translation("lower", _in_one(drop_case, lambda one: one))
    yield from _translation("bare", _in_one(drop_accents, lambda one: one))
    yield from _translation("fold", _in_one(fold, drop_case))
    yield _text("leads", "".join(map(chr, _LEADS)))
    yield _text("vowels", "".join(map(chr, _VOWELS)))
    yield _text("tails", " " + "".join(map(chr, _TAILS)))
    parts, marks = _parts(), _marks()
    pairs = ", ".join(f"'{one}', '{several}'" for one, several in parts.items())
    yield _variable("parts", "MAP<STRING, STRING>", f"MAP({pairs})")
    yield _text("marks", "".join(marks))
    yield _text("classes", "".join(chr(_CLASS + unicodedata.combining(one)) for one in marks))
    movable = _set(runs(map(ord, marks)))
    rare = _set(runs(sorted([*map(ord, (*parts, _JOINER)), *_HANGUL])))
    yield _text("rare", f"[{rare}]|[{movable}]{{2}}")
    yield _text("runs", f"[{movable}]+|[^{movable}]+")


def _casing() -> Iterator[str]:
    yield from _pair("lowered", lowered())
    yield from _pair("raised", raised())
    yield _text("words", f"[{_set(of_words())}]+|[^{_set(of_words())}]+")


SPARK_CHARACTERS = (*_characters(), *_casing())
"""The statements that declare the tables."""
