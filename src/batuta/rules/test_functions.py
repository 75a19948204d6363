"""What functions mean, in values worked out by hand from the spec."""

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
    ("Lower('ÉCOLE')", "école"),
    ("Lower('İI')", "ii"),
    ("Lower('ΔΣ')", "δ\u03c3"),
    ("Lower([name])", None),
    ("Upper('straße ﬁ')", "STRAẞE ﬁ"),
    ("Smart('jean-PIERRE o''neil 2nd')", "Jean-Pierre O'Neil 2nd"),
    ("Smart('e\u0301cole')", "E\u0301cole"),
    ("Smart('')", ""),
    ("Length('e\u0301')", 2),
    ("Length('👍')", 1),
    ("Left('abc', 2)", "ab"),
    ("Left('abc', 0)", ""),
    ("Left('abc', -1)", ""),
    ("Left('abc', 9)", "abc"),
    ("Right('abc', 2)", "bc"),
    ("Right('abc', -1)", ""),
    ("Substring('abcdef', 2, 3)", "bcd"),
    ("Substring('abcdef', 5)", "ef"),
    ("Substring('abcdef', 0, 2)", "ab"),
    ("Substring('abcdef', -5, 2)", "ab"),
    ("Substring('abcdef', 3, -1)", ""),
    ("Substring('abc', 4, 1)", ""),
    ("Replace('banana', 'an', 'AN')", "bANANa"),
    ("Replace('abc', '', 'x')", "abc"),
    ("Ltrim(' \t\u00a0a ')", "a "),
    ("Rtrim(' a \u00a0')", " a"),
    ("Charindex('banana', 'na')", 3),
    ("Charindex('banana', 'x')", 0),
    ("Charindex('banana', '')", 1),
    ("GetEmailDomain([email])", "example.org"),
    ("GetEmailDomain('none')", None),
    ("GetEmailDomain('a@')", None),
    ("JuxtWords('Zoé', '', [name], 'Martin')", "Zoé Martin"),
    ("JuxtWords('', [name])", ""),
    ("ToString(12.50)", "12.5"),
    ("ToString([balance] - 12.50)", "0"),
    ("ToString(100)", "100"),
    ("ToString([score] * 40)", "100"),
    ("ToString([score] / 25000000)", "1e-07"),
    ("ToString(1 = 1)", "true"),
    ("ToString([born])", "2004-02-29"),
    ("ToString([joined])", "2024-01-31 18:00:00"),
    ("Abs(-3)", 3),
    ("Abs(-9223372036854775807 - 1)", None),
    ("Ceil(1.2)", Decimal(2)),
    ("Ceil(-1.2)", Decimal(-1)),
    ("Floor(-1.2)", Decimal(-2)),
    ("Floor([score])", 2.0),
    ("Round(2.5)", Decimal(3)),
    ("Round(-2.5)", Decimal(-3)),
    ("Round(1.005, 2)", Decimal("1.01")),
    ("Round(25, -1)", 30),
    ("Round([score])", 3.0),
    ("Mod(-7, 3)", -1),
    ("Mod(7, 0)", None),
    ("7 % 2.5", Decimal(2)),
    ("Greatest(1, [points], 3)", 3),
    ("Least('', 'b', 'a')", "a"),
    ("Greatest([points], [points])", None),
    ("ToInteger(' 42 ')", 42),
    ("ToInteger('12.9')", 12),
    ("ToInteger(-12.9)", -12),
    ("ToInteger('12 apples')", None),
    ("ToInteger('9223372036854775808')", None),
    ("ToDouble('1.5e3')", 1500.0),
    ("ToDouble('1,5')", None),
    ("GetDate()", datetime(2026, 2, 28, 0, 30)),
    ("AddDays([born], 1)", date(2004, 3, 1)),
    ("AddDays([joined], -31)", datetime(2023, 12, 31, 18, 0)),
    ("AddDays('9999-12-31', 1)", None),
    ("AddMonths([joined], 1)", datetime(2024, 2, 29, 18, 0)),
    ("AddMonths([born], 12)", date(2005, 2, 28)),
    ("AddMonths('2024-03-31', -1)", date(2024, 2, 29)),
    ("DaysAgo(28)", date(2026, 1, 31)),
    ("MonthsAgo(12)", date(2025, 2, 28)),
    ("DaysDiff(GetDate(), '2026-02-27T23:59')", 1),
    ("DaysDiff('2024-02-28', '2024-03-01')", -2),
    ("MonthsDiff('2024-02-29', '2024-01-31')", 1),
    ("MonthsDiff('2024-02-28', '2024-01-31')", 0),
    ("MonthsDiff('2024-01-01', '2024-02-15')", -1),
    ("MonthsDiff(GetDate(), [joined])", 24),
    ("YearsOld([born])", 22),
    ("YearsOld('2004-03-01')", 21),
    ("YearsOld('2026-12-31')", 0),
    ("Year([born])", 2004),
    ("Month([born])", 2),
    ("Day([born])", 29),
    ("WeekDay('2024-01-01')", 0),
    ("WeekDay('2024-01-07')", 6),
    ("TruncWeek('2024-01-07')", date(2024, 1, 1)),
    ("TruncMonth([joined])", date(2024, 1, 1)),
    ("Coalesce([name], '', 'friend')", "friend"),
    ("Coalesce([points], 1.5)", Decimal("1.5")),
    ("Iif([vip], 'yes', 'no')", "no"),
    ("Iif(not [vip], 1, 2.5)", Decimal(1)),
    ("Case(When([vip], 'vip'), When([balance] > 10, 'rich'), Else('other'))", "rich"),
    ("Case(When([vip], 'vip'))", None),
    ("Decode([status], 'open', 'o', 'closed', 'c')", "o"),
    ("Decode([points], 0, 'none', null, 'empty')", "empty"),
    ("Decode(3, 1, 'one', 'many')", "many"),
    ("NoNull([points])", 0),
    ("NoNull([name])", ""),
    ("NoNull([vip])", False),
    ("'a' + 1 + 2.50 + [name] + true", "a12.5true"),
    ("$(vars/@brand) + '!'", "Batuta!"),
    ("$(vars/@limit)", None),
    ("1 + 2 * 3 - 4 / 2", 5.0),
    ("(1 + 2) * 3", 9),
    ("10 - 3 - 2", 5),
    ("-(2 + 3)", -5),
    ("[balance] * 3", Decimal("37.5")),
    ("[balance] + 0.005", Decimal("12.505")),
    ("1 / 0", None),
    ("1 / 4", 0.25),
    ("9223372036854775807 + 1", None),
    ("9223372036854775807 * 2", None),
    ("[points] + 1", None),
    ("[name] = ''", True),
    ("[name] = null", True),
    ("[name] <> 'Paris'", True),
    ("[points] < 1", False),
    ("[points] >= 1", False),
    ("[email] = 'zoé@example.org'", False),
    ("[born] < '2004-03-01'", True),
    ("[joined] > '2024-01-31'", True),
    ("0.1 + 0.2 = 0.3", True),
    ("[score] = 2.5", True),
    ("not [vip]", True),
    ("[vip] or 1 != 2", True),
    ("[vip] and true", False),
    ("true or false and false", True),
    ("not true or true", True),
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


def test_every_function_has_a_case() -> None:
    written = " ".join(formula for formula, _ in CASES)
    missing = [name for name in FUNCTIONS if name not in ("negate", "||") and f"{name}(" not in written]
    assert [name for name in missing if name.isalpha() and name not in ("and", "or", "not")] == []


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
