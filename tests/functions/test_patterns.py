"""Tests of texts in rules find the same on every engine as they mean: regular expressions, like, contains."""

from __future__ import annotations

import re

import pytest
from sqlglot import exp

from batuta.engines.sql import trees
from batuta.rules.patterns import check_pattern, found_in
from tests.functions import nasty
from tests.functions.engines import PLACE
from tests.functions.test_functions import ENGINES, runner

PATTERNS = [
    "a",
    "^a.*c$",
    "É",
    "é+l",
    r"\d+",
    r"^\w+$",
    r"\s",
    r"\S\s\S",
    r"\D",
    r"^\W*$",
    r"\bfamily\b",
    r"\bE",
    r"o\B",
    r"^\B",
    "[^a-z ]",
    "^[^b]*$",
    r"[^\n]$",
    "(a|b)@",
    "(?:a|)@b",
    "(^|x)n",
    "()a",
    "(^)*n",
    r"(\b)+n",
    "x{3,}?",
    "x{255}",
    "(x{2}){100}",
    "^x{0}$",
    r"\.",
    "$",
    "^$",
    "a$",
    ".",
    "^.$",
    "^..$",
    "o.*\n",
    r"\t\n$",
    r"[\d.]+",
    r"[a\-z]-",
    "[+-]",
    "[-7]",
    r"[\]\\]",
    "s",
    "k",
    "^[a-z]+$",
    "[\u03c3]",
    "ς",
    "[ß-ÿ]",
    "ẞ",
    "i",
    "İ",
    "[\u0131]",
    "ǅ",
    "ᾼ",
    "👧",
    "[😀-🙏👨]",
    "\u0301",
    "[\u0300-\u036f]",
    "本 語",
    "\u00a0",
    r"'s \{0\}",
    "100%_",
    r"c:\\d",
    "} ]",
    '#|&|~|"|`|/',
]
MORE = [
    "a\nb",
    "\n",
    "abc\n",
    "\r",
    "a\u2028",
    "\u0085",
    "K",
    "\u017f",
    "k",
    "S",
    "ẞ",
    "ß",
    "} ]",
    "[",
    "a-",
    "\x0b",
]
TEXTS = [*filter(None, nasty.TEXTS), *MORE]
LIKES = ["%", "_", "a%", "%\\%", "%\\", "c:\\d", "%'%", "_@%", "100%_x", "é%", "👨%", "%\n%", "", "%{0}", "日_ 語"]
PARTS = ["a", "\\", "'", "%", "_", "é", "👧", "\u0301", " ", "ORG", "\n"]


def answers(engine: str, tests: dict[str, exp.Expr]) -> dict[str, list[bool]]:
    """Return for each test of a text in column `t` what an engine finds in the texts."""
    given = runner(engine, "nasty")
    rows = [
        exp.Select(expressions=[trees.aliased(trees.number(place), PLACE), trees.aliased(trees.text(text), "t")])
        for place, text in enumerate(TEXTS)
    ]
    union = rows[0]
    for row in rows[1:]:
        union = exp.Union(this=union, expression=row, distinct=False)
    columns = [trees.aliased(test, f"c{place}") for place, test in enumerate(tests.values())]
    query = trees.query(columns, trees.subquery(union, "r"))
    query.set("order", exp.Order(expressions=[trees.ascending(trees.column("r", PLACE))]))
    found = given.answers(query)
    return {name: [bool(answer[place]) for answer in found] for place, name in enumerate(tests)}


@pytest.mark.parametrize("ignore_case", [False, True])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_pattern_finds_what_its_meaning_finds(engine: str, ignore_case: bool) -> None:
    assert [pattern for pattern in PATTERNS if check_pattern(pattern)] == []
    dialect = runner(engine, "nasty").dialect
    column = trees.column("r", "t")
    found = answers(engine, {each: dialect.matches(column.copy(), each, ignore_case=ignore_case) for each in PATTERNS})
    expected = {each: [found_in(text, each, ignore_case=ignore_case) for text in TEXTS] for each in PATTERNS}
    assert differing(found, expected) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_like_knows_percent_and_underscore_only(engine: str) -> None:
    dialect = runner(engine, "nasty").dialect
    found = answers(engine, {each: dialect.like(trees.column("r", "t"), trees.text(each)) for each in LIKES})
    expected = {each: [liked(text, each) for text in TEXTS] for each in LIKES}
    assert differing(found, expected) == []


def liked(text: str, pattern: str) -> bool:
    written = re.escape(pattern).replace("%", ".*").replace("_", ".")
    return re.fullmatch(written, text, re.DOTALL) is not None


@pytest.mark.parametrize("engine", ENGINES)
def test_parts_are_found_as_they_are(engine: str) -> None:
    dialect = runner(engine, "nasty").dialect
    meanings = {"contains": str.__contains__, "starts_with": str.startswith, "ends_with": str.endswith}
    for name, meaning in meanings.items():
        tests = {each: getattr(dialect, name)(trees.column("r", "t"), trees.text(each)) for each in PARTS}
        expected = {each: [meaning(text, each) for text in TEXTS] for each in PARTS}
        assert differing(answers(engine, tests), expected) == [], name


def differing(found: dict[str, list[bool]], expected: dict[str, list[bool]]) -> list[tuple[str, str, bool]]:
    """Return each pattern with each text in which it is found or not against its meaning."""
    return [
        (name, text, there)
        for name, column in found.items()
        for text, there, meant in zip(TEXTS, column, expected[name], strict=True)
        if there != meant
    ]
