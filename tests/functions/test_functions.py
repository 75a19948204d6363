"""Every function of the table, on every engine: golden values worked out by hand, and a table of nasty rows.

`golden/*.yaml` give formulas with their values, from the spec's sentences; `formulas/*.txt` are computed over
the nasty rows by the Python meaning, and must come out the same in SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Call, Expr
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Role
from batuta.rules.functions.offered import is_offered
from batuta.rules.values import read_value
from batuta.schema.types import Kind, Scalar
from tests.functions import nasty
from tests.functions.engines import RUNNERS, Rows, Runner, values
from tests.functions.person import NIGHT, PEOPLE, PERSON
from tests.wanted import wanted

HERE = Path(__file__).parent
AREAS = sorted(path.stem for path in (HERE / "formulas").glob("*.txt"))
GOLDEN = sorted(path.stem for path in (HERE / "golden").glob("*.yaml"))
ENGINES = [pytest.param(name, marks=[pytest.mark.slow] if name == "spark" else []) for name in wanted(RUNNERS)]
NASTY = Rows(nasty.CATALOGUE, nasty.rows(), nasty.MOMENT)
GOLD = Rows(PEOPLE, [PERSON], NIGHT)


@cache
def runner(engine: str, rows: str) -> Runner:
    found: Runner = RUNNERS[engine](NASTY if rows == "nasty" else GOLD)
    return found


def golden(area: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / "golden" / f"{area}.yaml").read_text("utf-8"))
    return found


def formulas(area: str) -> list[str]:
    return (HERE / "formulas" / f"{area}.txt").read_text("utf-8").splitlines()


def bound(formula: str, rows: Rows) -> Expr:
    return bind_expression(formula, Surroundings(rows.catalogue, rows.name))


def meant(expression: Expr, rows: Rows) -> list[Scalar]:
    world = World({rows.name: rows.records}, rows.catalogue)
    return [compute(expression, Standpoint(row, rows.name, world, rows.moment)) for row in rows.records]


def said(value: Any, expression: Expr) -> Scalar:
    """Return a golden value in the type of its formula."""
    if isinstance(value, str) and not expression.type.is_text:
        read = read_value(value, expression.type).value
        return Decimal(str(read)) if expression.type.kind is Kind.DECIMAL else read
    found: Scalar = value
    return found


def same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-14) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


def offered(expression: Expr, engine: str) -> bool:
    """Tell whether all functions of a formula are offered on an engine: none is left out that is not declared so."""
    return all(is_offered(name, engine) for name in functions_of(expression))


@pytest.mark.parametrize("area", GOLDEN)
def test_the_meaning_gives_the_golden_values(area: str) -> None:
    for formula, value in golden(area).items():
        expression = bound(formula, GOLD)
        (found,) = meant(expression, GOLD)
        assert same(found, said(value, expression)), f"{formula} gives {found!r}, not {value!r}"


@pytest.mark.parametrize("area", GOLDEN)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_the_golden_values(engine: str, area: str) -> None:
    known = {formula: bound(formula, GOLD) for formula in golden(area)}
    known = {formula: expression for formula, expression in known.items() if offered(expression, engine)}
    found = values(runner(engine, "gold"), GOLD, list(known.values()))
    wrong = {
        formula: (column[0], golden(area)[formula])
        for (formula, expression), column in zip(known.items(), found, strict=True)
        if not same(column[0], said(golden(area)[formula], expression))
    }
    assert not wrong


def tried(engine: str, area: str) -> Iterator[tuple[str, Expr]]:
    for formula in formulas(area):
        expression = bound(formula, NASTY)
        if offered(expression, engine):
            yield formula, expression


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_what_the_meaning_gives(engine: str, area: str) -> None:
    known = dict(tried(engine, area))
    found = values(runner(engine, "nasty"), NASTY, list(known.values()))
    wrong = [
        said_of
        for (formula, expression), column in zip(known.items(), found, strict=True)
        for said_of in difference(formula, expression, column)
    ]
    assert not wrong, "\n".join(wrong)


def difference(formula: str, expression: Expr, column: list[Scalar]) -> list[str]:
    """Return what is wrong with a formula's values: how many rows differ, and the first of them."""
    differ = [
        (row, mine, theirs)
        for row, mine, theirs in zip(NASTY.records, meant(expression, NASTY), column, strict=True)
        if not same(mine, theirs)
    ]
    if not differ:
        return []
    row, mine, theirs = differ[0]
    named = {name: value for name, value in row.items() if f"[{name}]" in formula}
    return [f"{formula}: {len(differ)} rows differ, first {named}: meaning {mine!r}, engine {theirs!r}"]


def functions_of(expression: Expr) -> set[str]:
    if not isinstance(expression, Call):
        return set()
    return {expression.function}.union(*map(functions_of, expression.arguments))


@pytest.mark.parametrize("kind", ["golden", "formulas"])
def test_every_function_is_tried(kind: str) -> None:
    rows = GOLD if kind == "golden" else NASTY
    areas, of = (GOLDEN, golden) if kind == "golden" else (AREAS, formulas)
    texts = [text for area in areas for text in of(area)]
    wanted = {name for name, function in FUNCTIONS.items() if function.role is Role.ROW}
    assert set().union(*(functions_of(bound(text, rows)) for text in texts)) >= wanted
