"""Functions of text. A character is a Unicode code point; positions count from 1."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from batuta.kit.characters import in_word, lower, upper
from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Template, Types
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, everywhere, on_each
from batuta.schema.types import INTEGER, STRING

_TEXT = Parameter("text", Family.TEXT)
_SOUGHT = Parameter("sought", Family.TEXT)
_COUNT = Parameter("count", Family.INTEGER)
_FARTHEST = 1_000_000_000
_LONGEST = 10_000
"""Padding makes no longer texts."""

_SPACE = " \t\n\r\u00a0"
_SPACE_SQL = "CONCAT(' ', CHR(9), CHR(10), CHR(13), CHR(160))"
_DOMAIN = re.compile(r"@([^@]*)\Z")
_LINE_END = re.compile("\r\n|\r|\n")
_LAST_CHARACTER = 0x10FFFF


def smart(text: str) -> str:
    """Return text with each word's first letter in upper case, the rest in lower case.

    A word is a run of letters, marks and digits.
    """
    words = ("".join(run) for _, run in groupby(lower(text), in_word))
    return "".join(upper(word[0]) + word[1:] for word in words)


def _substring(_: Moment, text: str, start: int, length: int = _FARTHEST) -> str:
    first = max(start, 1) - 1
    return text[first : first + max(length, 0)]


def _replace(_: Moment, text: str, sought: str, replacement: str) -> str:
    return text.replace(sought, replacement) if sought else text


def _domain(_: Moment, email: str) -> str | None:
    found = _DOMAIN.search(email)
    return lower(found[1]) or None if found else None


def _line(_: Moment, text: str, number: int) -> str:
    lines = _LINE_END.split(text)
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _padded(join: Callable[[str, str], str]) -> Callable[..., str | None]:
    def pad(_: Moment, text: str, count: int, padding: str) -> str | None:
        if count > _LONGEST:
            return None
        missing = max(max(count, 0) - len(text), 0)
        return join(text[: max(count, 0)], (padding * missing)[:missing])

    return pad


def _character(_: Moment, code: int) -> str | None:
    return chr(code) if _is_character(code) else None


def _is_character(code: int) -> bool:
    return 0 < code <= _LAST_CHARACTER and not 0xD800 <= code <= 0xDFFF


def _bounded(place: int, least: int, most: int = _FARTHEST) -> str:
    """Return the integer at a place as a short one, within bounds; it is never out of range on the way."""
    within = f"CASE WHEN {{{place}}} < {least} THEN {least} WHEN {{{place}}} > {most} THEN {most} ELSE {{{place}}} END"
    return f"CAST({within} AS INT)"


def _substring_template(_: str, types: Types) -> str:
    length = _bounded(2, 0) if len(types) > 2 else str(_FARTHEST)
    return f"SUBSTRING({{0}}, {_bounded(1, 1)}, {length})"


def _juxtaposed_template(_: str, types: Types) -> str:
    present = ", ".join(f"NULLIF({{{place}}}, '')" for place in range(len(types)))
    return f"CONCAT_WS(' ', {present})"


def _padding_template(function: str) -> Callable[[str, Types], str]:
    """Return the template of padding; where there is nothing to pad with, the text is only cut.

    DuckDB refuses to pad with nothing, even where a CASE would not ask it to.
    """
    count = _bounded(1, 0, _LONGEST)
    cut = (
        f"CASE WHEN {{2}} = '' THEN LEFT({{0}}, {count}) "
        f"ELSE {function}({{0}}, {count}, CASE WHEN {{2}} = '' THEN ' ' ELSE {{2}} END) END"
    )
    return lambda _engine, _types: f"CASE WHEN {{1}} > {_LONGEST} THEN NULL ELSE {cut} END"


_LINE_SQL = (
    "CASE WHEN {1} < 1 THEN LEFT({0}, 0) ELSE "
    "SPLIT_PART(REPLACE(REPLACE({0}, CONCAT(CHR(13), CHR(10)), CHR(10)), CHR(13), CHR(10)), CHR(10), "
    f"{_bounded(1, 1)}) END"
)
_IS_CHARACTER = f"{{0}} BETWEEN 1 AND {0xD7FF} OR {{0}} BETWEEN {0xE000} AND {_LAST_CHARACTER}"
_CODE = f"CAST(CASE WHEN {_IS_CHARACTER} THEN {{0}} ELSE 32 END AS INT)"
_SMART_SQL = (
    "ARRAY_TO_STRING(LIST_TRANSFORM("
    r"REGEXP_EXTRACT_ALL(LOWER({0}), '[\p{{L}}\p{{M}}\p{{N}}]+|[^\p{{L}}\p{{M}}\p{{N}}]+'), "
    "LAMBDA word : CONCAT(UPPER(LEFT(word, 1)), SUBSTRING(word, 2))), '')"
)


def _spark_case(change: str, table: str, text: str = "{0}") -> str:
    """Return a text in another case by tables that are variables of the session; ASCII takes the short way."""
    translated = f"TRANSLATE({text}, session.batuta_{table}_from, session.batuta_{table}_to)"
    return f"CASE WHEN OCTET_LENGTH({text}) = LENGTH({text}) THEN {change}({text}) ELSE {translated} END"


_SPARK_SMART = (
    f"ARRAY_JOIN(TRANSFORM(REGEXP_EXTRACT_ALL({_spark_case('LOWER', 'lowered')}, session.batuta_words, 0), "
    f"_word -> CONCAT({_spark_case('UPPER', 'raised', 'LEFT(_word, 1)')}, SUBSTRING(_word, 2))), '')"
)
_SPARK_DOMAIN = _spark_case("LOWER", "lowered", "SUBSTRING_INDEX({0}, '@', -1)")


def _counting(template: str) -> dict[str, Template]:
    """Return a template that gives a short integer on most engines, as a long one on all."""
    return everywhere(f"CAST({template} AS BIGINT)")


def _character_template(sql: str) -> str:
    return f"CASE WHEN {_IS_CHARACTER} THEN {sql} END"


TEXT = (
    Function(
        "Lower",
        (_TEXT,),
        always(STRING),
        lambda _, text: lower(text),
        "Puts text in lower case, one character for one ('İ' becomes 'i').",
        "Lower([email])",
        {DUCKDB: "LOWER({0})", POSTGRES: "batuta_lowered({0})", SPARK: _spark_case("LOWER", "lowered")},
    ),
    Function(
        "Upper",
        (_TEXT,),
        always(STRING),
        lambda _, text: upper(text),
        "Puts text in upper case, one character for one ('ß' becomes 'ẞ').",
        "Upper([country])",
        {DUCKDB: "UPPER({0})", POSTGRES: "batuta_raised({0})", SPARK: _spark_case("UPPER", "raised")},
    ),
    Function(
        "Smart",
        (_TEXT,),
        always(STRING),
        lambda _, text: smart(text),
        "Puts the first letter of each word in upper case and the rest in lower case; "
        "a word is a run of letters and digits.",
        "Smart([last_name])",
        {DUCKDB: _SMART_SQL, POSTGRES: "batuta_smart({0})", SPARK: _SPARK_SMART},
    ),
    Function(
        "Length",
        (_TEXT,),
        always(INTEGER),
        lambda _, text: len(text),
        "Counts the characters of a text.",
        "Length([city])",
        _counting("LENGTH({0})"),
    ),
    Function(
        "Left",
        (_TEXT, _COUNT),
        always(STRING),
        lambda _, text, count: text[: max(count, 0)],
        "Gives the first characters of a text; none if the count is 0 or negative.",
        "Left([phone], 3)",
        everywhere(f"LEFT({{0}}, {_bounded(1, 0)})"),
    ),
    Function(
        "Right",
        (_TEXT, _COUNT),
        always(STRING),
        lambda _, text, count: text[-count:] if count > 0 else "",
        "Gives the last characters of a text; none if the count is 0 or negative.",
        "Right([phone], 4)",
        everywhere(f"RIGHT({{0}}, {_bounded(1, 0)})"),
    ),
    Function(
        "Substring",
        (_TEXT, Parameter("start", Family.INTEGER), Parameter("length", Family.INTEGER, optional=True)),
        always(STRING),
        _substring,
        "Gives the characters from a position on (from 1; less counts as 1), as many as asked for or all; "
        "none if the length is 0 or negative.",
        "Substring([zip], 1, 2)",
        on_each(_substring_template),
    ),
    Function(
        "Replace",
        (_TEXT, _SOUGHT, Parameter("replacement", Family.TEXT)),
        always(STRING),
        _replace,
        "Replaces each occurrence of a text, case and accents as given; an empty text is never found.",
        "Replace([phone], ' ', '')",
        everywhere("REPLACE({0}, {1}, {2})"),
    ),
    Function(
        "Ltrim",
        (_TEXT,),
        always(STRING),
        lambda _, text: text.lstrip(_SPACE),
        "Removes white space from the left (space, tab, line end, no-break space).",
        "Ltrim([city])",
        everywhere(f"TRIM(LEADING {_SPACE_SQL} FROM {{0}})"),
    ),
    Function(
        "Rtrim",
        (_TEXT,),
        always(STRING),
        lambda _, text: text.rstrip(_SPACE),
        "Removes white space from the right (space, tab, line end, no-break space).",
        "Rtrim([city])",
        everywhere(f"TRIM(TRAILING {_SPACE_SQL} FROM {{0}})"),
    ),
    Function(
        "Charindex",
        (_TEXT, _SOUGHT),
        always(INTEGER),
        lambda _, text, sought: text.find(sought) + 1,
        "Gives the position of the first occurrence of a text in another, 0 if there is none; "
        "an empty text is found at 1.",
        "Charindex([email], '@')",
        _counting("STRPOS({0}, {1})") | {SPARK: "CAST(INSTR({0}, {1}) AS BIGINT)"},
    ),
    Function(
        "GetEmailDomain",
        (Parameter("email", Family.TEXT),),
        always(STRING),
        _domain,
        "Gives what follows the last @, in lower case; empty if nothing does.",
        "GetEmailDomain([email])",
        {
            DUCKDB: "NULLIF(LOWER(REGEXP_EXTRACT({0}, '@([^@]*)$', 1)), '')",
            POSTGRES: "NULLIF(batuta_lowered(SUBSTRING({0} FROM '@([^@]*)$')), '')",
            SPARK: f"CASE WHEN CONTAINS({{0}}, '@') THEN NULLIF({_SPARK_DOMAIN}, '') END",
        },
    ),
    Function(
        "JuxtWords",
        (_TEXT,),
        always(STRING),
        lambda _, *texts: " ".join(filter(None, texts)),
        "Joins texts with a space between them, leaving empty ones out.",
        "JuxtWords([first_name], [last_name])",
        on_each(_juxtaposed_template),
        variadic=True,
        strict=False,
    ),
    Function(
        "JuxtWords3",
        (_TEXT, _TEXT, _TEXT),
        always(STRING),
        lambda _, *texts: " ".join(filter(None, texts)),
        "Joins three texts with a space between them, leaving empty ones out.",
        "JuxtWords3([title], [first_name], [last_name])",
        on_each(_juxtaposed_template),
        strict=False,
    ),
    Function(
        "LPad",
        (_TEXT, Parameter("length", Family.INTEGER), Parameter("padding", Family.TEXT)),
        always(STRING),
        _padded(lambda text, padding: padding + text),
        "Fills a text up on the left until it has so many characters; a longer one is cut on the right. "
        "Empty if the length is above 10,000.",
        "LPad([zip], 5, '0')",
        on_each(_padding_template("LPAD")),
    ),
    Function(
        "RPad",
        (_TEXT, Parameter("length", Family.INTEGER), Parameter("padding", Family.TEXT)),
        always(STRING),
        _padded(lambda text, padding: text + padding),
        "Fills a text up on the right until it has so many characters; a longer one is cut on the right. "
        "Empty if the length is above 10,000.",
        "RPad([code], 8, '.')",
        on_each(_padding_template("RPAD")),
    ),
    Function(
        "GetLine",
        (_TEXT, Parameter("number", Family.INTEGER)),
        always(STRING),
        _line,
        "Gives a line of a text by its number, from 1; '' if there is no such line. Lines end as in any system.",
        "GetLine([address], 2)",
        everywhere(_LINE_SQL),
    ),
    Function(
        "Line",
        (_TEXT, Parameter("number", Family.INTEGER)),
        always(STRING),
        _line,
        "The same as GetLine: gives a line of a text by its number, from 1; '' if there is no such line.",
        "Line([address], 1)",
        everywhere(_LINE_SQL),
    ),
    Function(
        "DataLength",
        (_TEXT,),
        always(INTEGER),
        lambda _, text: len(text.encode()),
        "Counts the bytes of a text in UTF-8.",
        "DataLength([comment])",
        {
            DUCKDB: "STRLEN({0})",
            POSTGRES: "CAST(OCTET_LENGTH({0}) AS BIGINT)",
            SPARK: "CAST(OCTET_LENGTH({0}) AS BIGINT)",
        },
    ),
    Function(
        "Ascii",
        (_TEXT,),
        always(INTEGER),
        lambda _, text: ord(text[0]) if text else None,
        "Gives the code (Unicode code point) of a text's first character; empty if there is none.",
        "Ascii([code])",
        {
            DUCKDB: "CAST(UNICODE(NULLIF({0}, '')) AS BIGINT)",
            POSTGRES: "CAST(ASCII(NULLIF({0}, '')) AS BIGINT)",
            SPARK: "CAST(ASCII(NULLIF({0}, '')) AS BIGINT)",
        },
    ),
    Function(
        "Char",
        (Parameter("code", Family.INTEGER),),
        always(STRING),
        _character,
        "Gives the character of a code (Unicode code point); empty if there is none.",
        "[first_line] + Char(10) + [second_line]",
        {
            DUCKDB: _character_template(f"CHR({_CODE})"),
            POSTGRES: _character_template(f"CHR({_CODE})"),
            SPARK: _character_template(f"DECODE(UNHEX(CONCAT('0000FEFF', LPAD(HEX({_CODE}), 8, '0'))), 'UTF-32')"),
        },
    ),
)
