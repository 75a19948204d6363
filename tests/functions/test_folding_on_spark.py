"""Spark folds text to the letter as kit.text does: all characters that Python knows, and marks in any order."""

from __future__ import annotations

import random
import unicodedata
from functools import cache

import pytest
from sqlglot import exp

from batuta.engines.spark.session import LocalSession
from batuta.engines.sql import trees
from batuta.kit.text import drop_accents, drop_case, fold
from batuta.schema.types import STRING
from tests.spark import spark_session

MEANINGS = {(True, True): fold, (True, False): drop_case, (False, True): drop_accents}
ASSIGNED = [chr(point) for point in range(1, 0x110000) if unicodedata.category(chr(point)) not in ("Cn", "Cs", "Co")]
MARKS = [one for one in ASSIGNED if unicodedata.combining(one)] + ["\u034f"]
APART = [one for one in ASSIGNED if len(unicodedata.normalize("NFD", one)) > 1]


@cache
def session() -> LocalSession:
    return spark_session()


def differing(texts: list[str | None], *, case: bool, accents: bool) -> list[tuple[str, str]]:
    """Return the texts that Spark folds otherwise, with what it makes of them."""
    session().show("texts", {"x": STRING}, [(text,) for text in texts])
    given = trees.column("texts", "x")
    folded = trees.aliased(session().dialect.folded(given, case=case, accents=accents), "folded")
    found = session().rows(trees.query([given.copy(), folded], exp.Table(this=trees.name("texts"))))
    assert len(found) == len(texts)
    meaning = MEANINGS[case, accents]
    return [(ascii(text), ascii(got)) for text, got in found if got != (None if text is None else meaning(text))]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "accents"), MEANINGS)
def test_every_character_there_is(case: bool, accents: bool) -> None:
    texts: list[str | None] = [None, "", *ASSIGNED, *(f"aé{one}" for one in ASSIGNED)]
    assert differing(texts, case=case, accents=accents) == []


@pytest.mark.slow
@pytest.mark.parametrize(("case", "accents"), MEANINGS)
def test_marks_in_any_order_behind_characters_that_come_apart(case: bool, accents: bool) -> None:
    draw = random.Random(1)
    chosen = [MARKS, MARKS, APART, ["a", "É", "Σ", "İ", " ", "\n"]]
    texts: list[str | None] = [
        "".join(draw.choice(draw.choice(chosen)) for _ in range(draw.randint(1, 9))) for _ in range(5000)
    ]
    assert differing(texts, case=case, accents=accents) == []
