"""Every DuckDB template of the function table gives what the Python meaning gives, on a table of nasty rows."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path

import duckdb
import pytest
import sqlglot

from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AttributeOf, Call, Constant, Expr, Moment
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.duck import name_of
from batuta.rules.patterns import check_pattern, found_in
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INTEGER, STRING, TIME, DataType, Kind, Scalar

MONEY = DataType(kind=Kind.DECIMAL, precision=38, scale=4)
WHOLE = DataType(kind=Kind.DECIMAL, precision=38, scale=0)

TEXTS = [
    None,
    "",
    " ",
    "abc",
    "ÉCOLE élève",
    "e\u0301te\u0301",
    "İstanbul ISPARTA \u0131i",
    "Straße ŉ ﬁn",
    "ΑΣ Σ σς",
    "👨‍👩‍👧 family",
    "jean-pierre O'NEIL",
    "  two  words\t\n",
    "\u00a0nbsp\u00a0",
    "a@B.Example",
    "a@b@C.ORG",
    "@",
    "none",
    "a@",
    "12",
    "-7.9",
    "+5",
    " 42 ",
    "1e3",
    "1,5",
    "9223372036854775807",
    "9223372036854775808",
    "0.1",
    ".5",
    "1e400",
    "٣",
    "100%_x",
    "c:\\d",
    "it's {0}",
    "ǆ Ǆ ᾳ",
    "日本 語",
    "\u0301",
    "x" * 300,
]
MORE_TEXTS = [None, "", "a", "B", "é", "i", " ", "@", "Σ", "\u0301", "'", "{", "%"]
INTEGERS = [None, 0, 1, -1, 2, 3, -7, 12, 400, -400, 10**6, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
DECIMALS = [
    None,
    *map(
        Decimal,
        (
            "0",
            "0.5",
            "-0.5",
            "1.5",
            "2.5",
            "-2.5",
            "0.0001",
            "1.0050",
            "2.6750",
            "-1.0050",
            "99.9999",
            "1234567.8912",
            "12.5000",
            "9007199254740993.0001",
            "9999999999999999999999999999999999.9999",
            "-9999999999999999999999999999999999.9999",
        ),
    ),
]
WHOLES = [None, *map(Decimal, ("0", "7", "-15", "25", "9223372036854775807", "9223372036854775808", "1" + "0" * 37))]
DOUBLES = [
    None,
    0.0,
    -0.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.1,
    0.285,
    2.675,
    1e-5,
    1.5e-7,
    100.0,
    1e15,
    1e16,
    1.2345678901234568e17,
    1e300,
    -1e300,
    9.3e18,
    3.0,
]
BOOLEANS = [None, True, False]
DATES = [
    None,
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2024, 1, 31),
    date(1969, 12, 31),
    date(1900, 3, 1),
    date(1, 1, 1),
    date(9999, 12, 31),
    date(2024, 12, 30),
    date(2021, 1, 3),
    date(2024, 3, 30),
    date(2026, 2, 28),
]
TIMES = [
    None,
    datetime(2024, 2, 29, 23, 59, 59, 999999),
    datetime(2024, 1, 31, 12),
    datetime(2024, 3, 1),
    datetime(1969, 12, 31, 1, 2, 3),
    datetime(1, 1, 1),
    datetime(9999, 12, 31, 23, 59, 59),
    datetime(2024, 2, 29, 11, 30, 0, 500000),
    datetime(2025, 2, 28, 12),
]

COLUMNS: dict[str, tuple[DataType, list[Scalar]]] = {
    "t": (STRING, TEXTS),
    "u": (STRING, MORE_TEXTS),
    "i": (INTEGER, INTEGERS),
    "j": (INTEGER, [*INTEGERS[::-1], 5, 10]),
    "d": (MONEY, DECIMALS),
    "e": (MONEY, [*DECIMALS[::-1], Decimal(3), Decimal("0.3333")]),
    "w": (WHOLE, WHOLES),
    "f": (DOUBLE, DOUBLES),
    "g": (DOUBLE, [*DOUBLES[::-1], 7.0]),
    "p": (BOOLEAN, BOOLEANS),
    "q": (BOOLEAN, [True, None, False, False]),
    "b": (DATE, DATES),
    "c": (DATE, [*DATES[::-1], date(2024, 2, 1)]),
    "m": (DATETIME, TIMES),
    "n": (DATETIME, [*TIMES[::-1], datetime(2023, 11, 30, 23)]),
    "h": (TIME, [None, datetime(2024, 1, 1, 10, 5).time(), datetime(2024, 1, 1, 0, 0, 0, 1000).time()]),
}
ROWS = 500
"""Lists of different lengths meet in many combinations over that many rows."""

CATALOGUE = Catalogue(
    schemas=(
        Schema(
            name="nasty",
            attributes=tuple(Attribute(name=name, type=kind) for name, (kind, _) in COLUMNS.items()),
            primary_key=("i",),
        ),
    )
)
MOMENT = Moment(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), "Europe/Paris")

FORMULAS = Path(__file__).with_name("formulas.txt").read_text("utf-8").splitlines()


def rows() -> list[dict[str, Scalar]]:
    columns = {name: list(islice(cycle(values), ROWS)) for name, (_, values) in COLUMNS.items()}
    return [{name: values[place] for name, values in columns.items()} for place in range(ROWS)]


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    columns = ", ".join(f'"{name}" {name_of(kind)}' for name, (kind, _) in COLUMNS.items())
    connection.execute(f"CREATE TABLE nasty ({columns})")
    connection.executemany(
        f"INSERT INTO nasty VALUES ({', '.join('?' * len(COLUMNS))})", [list(row.values()) for row in rows()]
    )
    return connection


def sql(expression: Expr) -> str:
    if isinstance(expression, AttributeOf):
        return f'"{expression.name}"'
    if isinstance(expression, Constant):
        value = "NULL" if expression.value is None else "'" + str(expression.value).replace("'", "''") + "'"
        return f"CAST({value} AS {name_of(expression.type)})"
    assert isinstance(expression, Call)
    arguments = [sql(argument) for argument in expression.arguments]
    template = FUNCTIONS[expression.function].template("duckdb", tuple(each.type for each in expression.arguments))
    assert template is not None
    places = {
        "*": ", ".join(arguments),
        "now": f"TIMESTAMP '{MOMENT.local}'",
        "today": f"DATE '{MOMENT.today}'",
    }
    return template.format(*arguments, **places)


def same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-15) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_template_gives_what_the_meaning_gives(database: duckdb.DuckDBPyConnection, formula: str) -> None:
    bound = bind_expression(formula, Surroundings(CATALOGUE, "nasty"))
    world = World({"nasty": rows()}, CATALOGUE)
    expected = [compute(bound, Standpoint(row, "nasty", world, MOMENT)) for row in world.rows["nasty"]]
    text = sqlglot.parse_one(sql(bound), dialect="duckdb").sql("duckdb")
    answers = database.execute(f"SELECT {text}, typeof({text}) FROM nasty").fetchall()
    found = [row[0] for row in answers]
    assert answers[0][1].replace(",", ", ") == name_of(bound.type)
    wrong = [
        (row, mine, theirs)
        for row, mine, theirs in zip(world.rows["nasty"], expected, found, strict=True)
        if not same(mine, theirs)
    ]
    named = {name: value for name, value in wrong[0][0].items() if f"[{name}]" in formula} if wrong else {}
    assert not wrong, (
        f"{len(wrong)} rows differ, first {named}: meaning {wrong[0][1]!r}, DuckDB {wrong[0][2]!r}: {text}"
    )


@pytest.mark.parametrize("ignore_case", [False, True])
@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "^a.*c$",
        "É",
        "é+l",
        r"\d+",
        r"^\w+$",
        r"\s",
        r"\bfamily\b",
        "[^a-z ]",
        "(a|b)@",
        "x{3,}?",
        r"\.",
        "$",
        r"[\d.]+",
        "s",
    ],
)
def test_a_pattern_finds_what_its_meaning_finds(
    database: duckdb.DuckDBPyConnection, pattern: str, ignore_case: bool
) -> None:
    assert check_pattern(pattern) == ""
    texts = [text for text in TEXTS if text is not None]
    options = "i" if ignore_case else "c"
    found = database.execute(
        f"SELECT list_transform(?, lambda text: regexp_matches(text, '{pattern}', '{options}'))", [texts]
    ).fetchall()[0][0]
    expected = [found_in(text, pattern, ignore_case=ignore_case) for text in texts]
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, expected, strict=True))


def test_every_function_is_tried() -> None:
    tried: set[str] = set()

    def collect(expression: Expr) -> None:
        if isinstance(expression, Call):
            tried.add(expression.function)
            for argument in expression.arguments:
                collect(argument)

    for formula in FORMULAS:
        collect(bind_expression(formula, Surroundings(CATALOGUE, "nasty")))
    assert tried == set(FUNCTIONS)
