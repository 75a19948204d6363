"""Engines fold text to the letter as kit.text does, or a rule would find others than it says."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp

from batuta.engines.sql.for_duckdb import DuckDb
from batuta.kit.text import drop_accents, drop_case, fold

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

FUNCTIONS = {"batuta_fold": fold, "batuta_lower": drop_case, "batuta_unaccent": drop_accents}
SCRIPTS = {
    "latin": (0x20, 0x24F),
    "marks": (0x300, 0x36F),
    "greek and cyrillic": (0x370, 0x58F),
    "hebrew": (0x591, 0x5F4),
    "arabic": (0x600, 0x6FF),
    "devanagari": (0x900, 0x97F),
    "tibetan": (0xF00, 0xFBC),
    "kana": (0x3040, 0x30FF),
    "hangul": (0xAC00, 0xD7A3),
    "jamo": (0x1100, 0x11FF),
    "extended": (0x1E00, 0x20CF),
    "han": (0x4E00, 0x9FFF),
    "presentation": (0xFB00, 0xFDFF),
    "music": (0x1D100, 0x1D1FF),
}
NASTY = [
    "İ",
    "\u0131I",
    "ΟΔΟΣ",
    "ὈΔΥΣΣΕΎΣ",
    "ﬁ",
    "ß",
    "Å",
    "e\u0301\u0323",
    "が",
    "각",
    "שּׁ",
    "आऩ",
    "\u0344",
    "أَحْمَد",
    "مُؤْمِن",
    "إِسْلَام",
    "👩‍👩‍👧",
    "Ǆ",
]


def differing(shop: Shop, function: str, meaning: Callable[[str], str], texts: list[str]) -> list[str]:
    listed = exp.Placeholder().sql(shop.dialect.name)
    rows = f"(SELECT unnest(CAST({listed} AS TEXT[])) AS one) AS listed"
    found = shop.connection.execute(f"SELECT one, {function}(one) FROM {rows}", [texts]).fetchall()
    return [ascii(text) for text, folded in found if folded != meaning(text)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nasty_texts(shop: Shop, function: str) -> None:
    assert differing(shop, function, FUNCTIONS[function], NASTY) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_character_of_the_basic_plane(shop: Shop, function: str) -> None:
    characters = [chr(point) for point in range(1, 0x10000) if not 0xD800 <= point <= 0xDFFF]
    assert differing(shop, function, FUNCTIONS[function], characters) == []


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_random_texts_of_one_script_with_latin(shop: Shop, script: str, function: str) -> None:
    draw = random.Random(script)  # noqa: S311  # texts for a test
    ranges = [SCRIPTS["latin"], SCRIPTS[script]]
    texts = ["".join(chr(draw.randint(*draw.choice(ranges))) for _ in range(draw.randint(1, 12))) for _ in range(300)]
    assert differing(shop, function, FUNCTIONS[function], texts) == []


@pytest.mark.slow
def test_every_character_there_is(shop: Shop) -> None:
    """Servers of PostgreSQL may know characters that this Python does not know yet; those are left out."""
    characters = [chr(point) for point in range(1, 0x110000) if unicodedata.category(chr(point)) not in ("Cs", "Cn")]
    for function, meaning in FUNCTIONS.items():
        assert differing(shop, function, meaning, characters) == []


def test_nothing_stays_nothing(shop: Shop) -> None:
    for function in FUNCTIONS:
        assert shop.connection.execute(f"SELECT {function}(NULL), {function}('')").fetchall() == [(None, "")]


def test_a_text_with_a_lambda_is_not_repeated_by_what_folds_it() -> None:
    """DuckDB took half a second to plan a condition on it, and several seconds on that of a constant."""
    smart = sqlglot.parse_one("LIST_TRANSFORM(x, LAMBDA word : UPPER(word))[1]", dialect="duckdb")
    folded = DuckDb().folded(smart, case=True, accents=True).sql("duckdb")
    assert "LAMBDA _text : BATUTA_FOLD(_text)" in folded.replace('"', "")
    assert folded.count("UPPER") == 1
