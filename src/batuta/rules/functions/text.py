"""Functions of text. A character is a Unicode code point; positions count from 1."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB
from batuta.schema.types import INTEGER, STRING

_TEXT = Parameter("text", Family.TEXT)
_FARTHEST = 1_000_000_000
_SPACE = " \t\n\r\u00a0"
_SPACE_SQL = "CONCAT(' ', CHR(9), CHR(10), CHR(13), CHR(160))"
_DOMAIN = re.compile(r"@([^@]*)\Z")


def lower(text: str) -> str:
    """Return text in lower case, one character for one: final sigma is not special, 'İ' becomes 'i'."""
    return "".join("i" if character == "İ" else character.lower() for character in text)


def upper(text: str) -> str:
    """Return text in upper case, one character for one: 'ß' becomes 'ẞ', a ligature stays as it is."""
    return "".join(map(_upper, text))


def _upper(character: str) -> str:
    if character == "ß":
        return "ẞ"
    for raised in (character.upper(), character.title()):
        if len(raised) == 1:
            return raised
    return character


def smart(text: str) -> str:
    """Return text with each word's first letter in upper case, the rest in lower case.

    A word is a run of letters, marks and digits.
    """
    words = ("".join(run) for _, run in groupby(lower(text), _in_word))
    return "".join(upper(word[0]) + word[1:] for word in words)


def _in_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _substring(_: Moment, text: str, start: int, length: int = _FARTHEST) -> str:
    first = max(start, 1) - 1
    return text[first : first + max(length, 0)]


def _replace(_: Moment, text: str, sought: str, replacement: str) -> str:
    return text.replace(sought, replacement) if sought else text


def _domain(_: Moment, email: str) -> str | None:
    found = _DOMAIN.search(email)
    return lower(found[1]) or None if found else None


def _bounded(place: int, least: int) -> str:
    return (
        f"CASE WHEN {{{place}}} < {least} THEN {least} "
        f"WHEN {{{place}}} > {_FARTHEST} THEN {_FARTHEST} ELSE {{{place}}} END"
    )


def _substring_template(types: tuple[object, ...]) -> str:
    length = _bounded(2, 0) if len(types) > 2 else str(_FARTHEST)
    return f"SUBSTRING({{0}}, {_bounded(1, 1)}, {length})"


def _juxtaposed_template(types: tuple[object, ...]) -> str:
    return f"CONCAT_WS(' ', {', '.join(f'''NULLIF({{{place}}}, '')''' for place in range(len(types)))})"


_SMART_SQL = (
    "ARRAY_TO_STRING(LIST_TRANSFORM("
    r"REGEXP_EXTRACT_ALL(LOWER({0}), '[\p{{L}}\p{{M}}\p{{N}}]+|[^\p{{L}}\p{{M}}\p{{N}}]+'), "
    "LAMBDA word : CONCAT(UPPER(LEFT(word, 1)), SUBSTRING(word, 2))), '')"
)

TEXT = (
    Function(
        "Lower",
        (_TEXT,),
        always(STRING),
        lambda _, text: lower(text),
        "Puts text in lower case, one character for one ('İ' becomes 'i').",
        "Lower([email])",
        {DUCKDB: "LOWER({0})"},
    ),
    Function(
        "Upper",
        (_TEXT,),
        always(STRING),
        lambda _, text: upper(text),
        "Puts text in upper case, one character for one ('ß' becomes 'ẞ').",
        "Upper([country])",
        {DUCKDB: "UPPER({0})"},
    ),
    Function(
        "Smart",
        (_TEXT,),
        always(STRING),
        lambda _, text: smart(text),
        "Puts the first letter of each word in upper case and the rest in lower case; "
        "a word is a run of letters and digits.",
        "Smart([last_name])",
        {DUCKDB: _SMART_SQL},
    ),
    Function(
        "Length",
        (_TEXT,),
        always(INTEGER),
        lambda _, text: len(text),
        "Counts the characters of a text.",
        "Length([city])",
        {DUCKDB: "LENGTH({0})"},
    ),
    Function(
        "Left",
        (_TEXT, Parameter("count", Family.INTEGER)),
        always(STRING),
        lambda _, text, count: text[: max(count, 0)],
        "Gives the first characters of a text; none if the count is 0 or negative.",
        "Left([phone], 3)",
        {DUCKDB: f"LEFT({{0}}, {_bounded(1, 0)})"},
    ),
    Function(
        "Right",
        (_TEXT, Parameter("count", Family.INTEGER)),
        always(STRING),
        lambda _, text, count: text[-count:] if count > 0 else "",
        "Gives the last characters of a text; none if the count is 0 or negative.",
        "Right([phone], 4)",
        {DUCKDB: f"RIGHT({{0}}, {_bounded(1, 0)})"},
    ),
    Function(
        "Substring",
        (_TEXT, Parameter("start", Family.INTEGER), Parameter("length", Family.INTEGER, optional=True)),
        always(STRING),
        _substring,
        "Gives the characters from a position on (from 1; less counts as 1), as many as asked for or all; "
        "none if the length is 0 or negative.",
        "Substring([zip], 1, 2)",
        {DUCKDB: _substring_template},
    ),
    Function(
        "Replace",
        (_TEXT, Parameter("sought", Family.TEXT), Parameter("replacement", Family.TEXT)),
        always(STRING),
        _replace,
        "Replaces each occurrence of a text, case and accents as given; an empty text is never found.",
        "Replace([phone], ' ', '')",
        {DUCKDB: "REPLACE({0}, {1}, {2})"},
    ),
    Function(
        "Ltrim",
        (_TEXT,),
        always(STRING),
        lambda _, text: text.lstrip(_SPACE),
        "Removes white space from the left (space, tab, line end, no-break space).",
        "Ltrim([city])",
        {DUCKDB: f"LTRIM({{0}}, {_SPACE_SQL})"},
    ),
    Function(
        "Rtrim",
        (_TEXT,),
        always(STRING),
        lambda _, text: text.rstrip(_SPACE),
        "Removes white space from the right (space, tab, line end, no-break space).",
        "Rtrim([city])",
        {DUCKDB: f"RTRIM({{0}}, {_SPACE_SQL})"},
    ),
    Function(
        "Charindex",
        (_TEXT, Parameter("sought", Family.TEXT)),
        always(INTEGER),
        lambda _, text, sought: text.find(sought) + 1,
        "Gives the position of the first occurrence of a text in another, 0 if there is none; "
        "an empty text is found at 1.",
        "Charindex([email], '@')",
        {DUCKDB: "STRPOS({0}, {1})"},
    ),
    Function(
        "GetEmailDomain",
        (Parameter("email", Family.TEXT),),
        always(STRING),
        _domain,
        "Gives what follows the last @, in lower case; empty if nothing does.",
        "GetEmailDomain([email])",
        {DUCKDB: "NULLIF(LOWER(REGEXP_EXTRACT({0}, '@([^@]*)$', 1)), '')"},
    ),
    Function(
        "JuxtWords",
        (_TEXT,),
        always(STRING),
        lambda _, *texts: " ".join(filter(None, texts)),
        "Joins texts with a space between them, leaving empty ones out.",
        "JuxtWords([first_name], [last_name])",
        {DUCKDB: _juxtaposed_template},
        variadic=True,
        strict=False,
    ),
)
