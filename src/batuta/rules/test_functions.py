"""What names, variables and types of formulas mean; the functions themselves are tried in tests/functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Moment
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.rules.functions import FUNCTIONS
from batuta.schema.model import Catalogue
from batuta.schema.types import Kind, Scalar

# 28 February 2026, half past midnight in Paris; still the 27th in UTC.
MOMENT = Moment(datetime(2026, 2, 27, 23, 30, tzinfo=UTC), "Europe/Paris", {"brand": "Batuta", "limit": None})
PERSON: dict[str, Scalar] = {
    "id": 1,
    "city_id": 9,
    "name": None,
    "email": "Zoé@Example.ORG",
    "born": date(2004, 2, 29),
    "joined": datetime(2024, 1, 31, 18, 0),
    "points": None,
    "balance": Decimal("12.50"),
    "score": 2.5,
    "vip": None,
    "status": "open",
}
CASES: list[tuple[str, Scalar]] = [
    ("$(vars/@brand) + '!'", "Batuta!"),
    ("$(vars/@limit)", None),
    ("[rank] + 1", 8),
    ("[target.rank]", 7),
    ("[city.name]", "Lyon"),
]


@pytest.fixture(scope="module")
def here(shop: Catalogue) -> Standpoint:
    world = World({"people": [PERSON], "cities": [{"id": 9, "name": "Lyon", "code": "69"}]}, shop)
    return Standpoint(PERSON, "people", world, MOMENT, {"rank": 7, "segment": None})


@pytest.mark.parametrize(("formula", "expected"), CASES, ids=[formula for formula, _ in CASES])
def test_a_formula_gives(formula: str, expected: Scalar, around: Surroundings, here: Standpoint) -> None:
    found = compute(bind_expression(formula, around), here)
    assert found == expected
    assert type(found) is type(expected)


def test_names_are_read_in_any_case_and_kept_in_one(around: Surroundings) -> None:
    assert bind_expression("LOWER([email])", around) == bind_expression("lower( [email] )", around)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.isalpha()])
def test_a_function_says_what_it_does_with_an_example(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.summary.endswith(".")
    assert name == "negate" or name in function.example


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("1 + 2", Kind.INTEGER),
        ("1 + 2.5", Kind.DECIMAL),
        ("[score] + 2.5", Kind.DOUBLE),
        ("1 / 2", Kind.DOUBLE),
        ("Iif(true, 1, 2.5)", Kind.DECIMAL),
        ("Coalesce([born], [joined])", Kind.DATETIME),
        ("Coalesce([status], 'x')", Kind.STRING),
        ("[seen]", Kind.INSTANT),
        ("null", Kind.STRING),
    ],
)
def test_types_follow_from_those_of_the_parts(formula: str, kind: Kind, around: Surroundings) -> None:
    assert bind_expression(formula, around).type.kind is kind


def test_digits_after_the_point_add_up_in_products(around: Surroundings) -> None:
    assert bind_expression("[balance] * 1.5", around).type.scale == 3
    assert bind_expression("[balance] + 1.505", around).type.scale == 3
