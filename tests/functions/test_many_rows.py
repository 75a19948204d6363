"""Aggregates and windows on every engine: values worked out by hand in the shop, and nasty ones in the bazaar.

`many/golden.yaml` gives for each formula the values of the four people of the shop, in the order of their keys.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pytest
import yaml

from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Expr, Figure, Windowed, parts_of
from batuta.rules.evaluate import Standpoint, World, compute, together
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Role
from batuta.schema.types import Scalar
from tests.functions.engines import RUNNERS, Rows, Runner, values
from tests.functions.shop import BAZAAR, SHOP
from tests.functions.test_functions import ENGINES, said

HERE = Path(__file__).parent / "many"
GOLDEN: dict[str, list[object]] = yaml.safe_load((HERE / "golden.yaml").read_text("utf-8"))
FORMULAS = {area: (HERE / f"{area}.txt").read_text("utf-8").splitlines() for area in ("aggregates", "windows")}
TOLERANCE = 1e-12
"""Doubles are added in any order."""


@cache
def runner(engine: str, rows: str) -> Runner:
    found: Runner = RUNNERS[engine](SHOP if rows == "shop" else BAZAAR)
    return found


def bound(formula: str, rows: Rows) -> Expr:
    return bind_expression(formula, Surroundings(rows.catalogue, rows.name))


def meant(expression: Expr, rows: Rows) -> list[Scalar]:
    world = World({table.name: table.records for table in rows.tables}, rows.catalogue)
    people = together([Standpoint(row, rows.name, world, rows.moment) for row in rows.records])
    return [compute(expression, person) for person in people]


def same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("formula", GOLDEN)
def test_the_meaning_gives_the_golden_values(formula: str) -> None:
    expression = bound(formula, SHOP)
    wanted = [said(value, expression) for value in GOLDEN[formula]]
    found = meant(expression, SHOP)
    assert all(map(same, found, wanted)), f"{formula} gives {found}"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_the_golden_values(engine: str) -> None:
    known = {formula: bound(formula, SHOP) for formula in GOLDEN}
    columns = values(runner(engine, "shop"), SHOP, list(known.values()))
    wrong = {
        formula: (column, GOLDEN[formula])
        for (formula, expression), column in zip(known.items(), columns, strict=True)
        if not all(same(found, said(value, expression)) for found, value in zip(column, GOLDEN[formula], strict=True))
    }
    assert not wrong


@pytest.mark.parametrize("area", FORMULAS)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_what_the_meaning_gives(engine: str, area: str) -> None:
    known = {formula: bound(formula, BAZAAR) for formula in FORMULAS[area]}
    columns = values(runner(engine, "bazaar"), BAZAAR, list(known.values()))
    wrong = {
        formula: next((mine, theirs) for mine, theirs in zip(expected, column, strict=True) if not same(mine, theirs))
        for (formula, expression), column in zip(known.items(), columns, strict=True)
        if not all(map(same, expected := meant(expression, BAZAAR), column))
    }
    assert not wrong, "\n".join(
        f"{formula}: meaning {mine!r}, engine {theirs!r}" for formula, (mine, theirs) in wrong.items()
    )


def functions_of(expression: Expr) -> set[str]:
    own = {expression.function} if isinstance(expression, (Figure, Windowed)) else set()
    return own.union(*map(functions_of, parts_of(expression)))


@pytest.mark.parametrize("texts", [list(GOLDEN), [text for area in FORMULAS.values() for text in area]])
def test_every_function_of_many_rows_is_tried(texts: list[str]) -> None:
    figures = {name for name, each in FUNCTIONS.items() if each.role in (Role.AGGREGATE, Role.NUMBERING)}
    parts = {name for name, each in FUNCTIONS.items() if each.role in (Role.WINDOW, Role.WINDOW_PART)}
    assert set().union(*(functions_of(bound(text, SHOP)) for text in texts)) == figures
    assert all(any(f"{part}(" in text for text in texts) for part in parts)
