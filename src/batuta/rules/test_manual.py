from __future__ import annotations

from pathlib import Path

import pytest

from batuta.rules.functions import FUNCTIONS
from batuta.rules.tree import AggregateFunction, Operator

MANUAL = Path(__file__).parents[3] / "docs" / "manual"


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("||", "negate")])
def test_the_manual_has_the_meaning_and_example_of_every_function(name: str) -> None:
    text = (MANUAL / "expressions.md").read_text("utf-8")
    function = FUNCTIONS[name]
    assert f"{function.summary} | `{function.example}` |" in text


@pytest.mark.parametrize("word", [*Operator, *AggregateFunction])
def test_the_manual_names_every_operator_and_figure(word: str) -> None:
    assert f"`{word}`" in (MANUAL / "rules.md").read_text("utf-8")
