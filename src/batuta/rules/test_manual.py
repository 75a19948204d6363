from __future__ import annotations

from pathlib import Path

import pytest

from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.offered import ABSENT
from batuta.rules.manual import pages
from batuta.rules.tree import AggregateFunction, Operator

MANUAL = Path(__file__).parents[3] / "docs" / "manual"


def test_the_pages_of_functions_are_what_the_table_says() -> None:
    folder = MANUAL / "functions"
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == pages(), "run make docs"


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("||", "negate")])
def test_the_pages_have_the_meaning_and_example_of_every_function(name: str) -> None:
    text = "".join(pages().values())
    function = FUNCTIONS[name]
    assert f"\n{function.summary}\n" in text
    assert f"`{function.example}`" in text


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("Left([phone], 3)", "'04 '"),
        ("LPad([zip], 5, '0')", "'01007'"),
        ("WeekDay([birth_date])", "0"),
        ("AddMonths([order_date], 14)", "2025-03-31"),
        ("Round([amount], 2)", "2.68"),
        ("IsBitSet([interests], 4)", "false"),
        ("Decode([language], 'fr', 'Bonjour', 'es', 'Hola', 'Hello')", "'Hola'"),
    ],
)
def test_the_pages_tell_what_an_example_gives(formula: str, result: str) -> None:
    assert f"`{formula}` gives `{result}` (" in "".join(pages().values())


def test_the_pages_tell_what_is_not_offered_and_where() -> None:
    index, text = pages()["README.md"], pages()["text.md"]
    assert all(f"| `{name}` |" in index and absence.reason in index for name, absence in ABSENT.items())
    described = text[text.index("## `Sha512Digest`") :]
    assert "On PostgreSQL, Spark." in described[: described.index("## `All")]


@pytest.mark.parametrize("word", [*Operator, *AggregateFunction])
def test_the_manual_names_every_operator_and_figure(word: str) -> None:
    assert f"`{word}`" in (MANUAL / "rules.md").read_text("utf-8")
