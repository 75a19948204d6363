"""Every DuckDB template of the function table gives what the Python meaning gives, on a table of nasty rows."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle, islice

import duckdb
import pytest
import sqlglot

from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AttributeOf, Call, Constant, Expr, Moment
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.duck import name_of
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INTEGER, STRING, TIME, DataType, Kind, Scalar

MONEY = DataType(kind=Kind.DECIMAL, precision=38, scale=4)
WHOLE = DataType(kind=Kind.DECIMAL, precision=38, scale=0)

TEXTS = [
    None, "", " ", "abc", "ÉCOLE élève", "e\u0301te\u0301", "İstanbul ISPARTA ıi", "Straße ŉ ﬁn", "ΑΣ Σ σς", "👨‍👩‍👧 family",
    "jean-pierre O'NEIL", "  two  words\t\n", "\u00a0nbsp\u00a0", "a@B.Example", "a@b@C.ORG", "@", "none", "a@", "12", "-7.9",
    "+5", " 42 ", "1e3", "1,5", "9223372036854775807", "9223372036854775808", "0.1", ".5", "1e400", "٣", "100%_x", "c:\\d",
    "it's {0}", "ǆ Ǆ ᾳ", "日本 語", "\u0301", "x" * 300,
]  # fmt: skip
MORE_TEXTS = [None, "", "a", "B", "é", "i", " ", "@", "Σ", "\u0301", "'", "{", "%"]
INTEGERS = [None, 0, 1, -1, 2, 3, -7, 12, 400, -400, 10**6, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
DECIMALS = [None, *map(Decimal, (
    "0", "0.5", "-0.5", "1.5", "2.5", "-2.5", "0.0001", "1.0050", "2.6750", "-1.0050", "99.9999", "1234567.8912", "12.5000",
    "9007199254740993.0001", "9999999999999999999999999999999999.9999", "-9999999999999999999999999999999999.9999",
))]  # fmt: skip
WHOLES = [None, *map(Decimal, ("0", "7", "-15", "25", "9223372036854775807", "9223372036854775808", "1" + "0" * 37))]
DOUBLES = [
    None, 0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.285, 2.675, 1e-5, 1.5e-7, 100.0, 1e15, 1e16, 1.2345678901234568e17,
    1e300, -1e300, 9.3e18, 3.0,
]  # fmt: skip
BOOLEANS = [None, True, False]
DATES = [
    None, date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(1969, 12, 31), date(1900, 3, 1), date(1, 1, 1),
    date(9999, 12, 31), date(2024, 12, 30), date(2021, 1, 3), date(2024, 3, 30), date(2026, 2, 28),
]  # fmt: skip
TIMES = [
    None, datetime(2024, 2, 29, 23, 59, 59, 999999), datetime(2024, 1, 31, 12), datetime(2024, 3, 1), datetime(1969, 12, 31, 1, 2, 3),
    datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59), datetime(2024, 2, 29, 11, 30, 0, 500000), datetime(2025, 2, 28, 12),
]  # fmt: skip

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

FORMULAS = [
    *(f"{name}([t])" for name in ("Lower", "Upper", "Smart", "Length", "Ltrim", "Rtrim", "ToInteger", "ToDouble", "ToString",
                                  "GetEmailDomain", "NoNull")),
    "Left([t], [i])", "Right([t], [i])", "Left([t], 2)", "Right([t], 2)", "Substring([t], [i])", "Substring([t], [i], [j])",
    "Substring([t], 2, 3)", "Replace([t], [u], 'é')", "Replace([t], 'a', [u])", "Charindex([t], [u])", "JuxtWords([t], [u], 'x')",
    "JuxtWords([u])", "[t] + [u]", "[t] + [d] + [p] + [b]", "[t] = [u]", "[t] <> [u]", "[t] < [u]", "[t] >= [u]", "[t] = ''",
    "Greatest([t], [u])", "Least([t], [u], 'b')", "Coalesce([t], [u], 'z')", "Decode([u], 'a', 1, null, 2, 3)",
    *(f"[i] {sign} [j]" for sign in ("+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=")),
    *(f"[d] {sign} [e]" for sign in ("+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=")),
    *(f"[f] {sign} [g]" for sign in ("+", "-", "/", "%", "=", "<>", "<", ">")),
    "[f] * 3.0", "[d] + [f]", "[i] * [d]", "[i] + [d]", "[f] / [i]", "[d] = [f]", "[i] = [f]", "[i] = [d]", "[w] = [i]", "[d] < [f]",
    "-[i]", "-[d]", "-[f]", "2000000000 + 2000000000", "100000 * 100000", "[i] + [j] + 1", "1 - [i] - [j]", "1 - (2 - [i])",
    *(f"{name}([{column}])" for name in ("Abs", "Ceil", "Floor", "Round", "ToInteger", "ToDouble", "ToString", "NoNull")
      for column in "idwf"),
    *(f"Round([{column}], {digits})" for column in "idwf" for digits in (1, 2, 3, -1, -2, 18, -18)),
    "Mod([i], [j])", "Mod([d], [e])", "Mod([f], [g])", "Mod([i], [d])", "Greatest([i], [d], [f])", "Least([i], [d])",
    "Greatest([i], [j], 5)", "Greatest([b], [m])", "Least([b], [c])", "Coalesce([i], [d])", "Coalesce([b], [m])",
    "AddDays([b], [i])", "AddDays([m], [i])", "AddMonths([b], [i])", "AddMonths([m], [i])", "AddMonths([b], 1)",
    "AddMonths([m], -13)", "AddDays([b], -1)", "DaysAgo([i])", "MonthsAgo([i])", "DaysAgo(30)", "MonthsAgo(1)", "GetDate()",
    "DaysDiff([b], [c])", "DaysDiff([m], [c])", "DaysDiff([m], [n])", "MonthsDiff([b], [c])", "MonthsDiff([m], [n])",
    "MonthsDiff([b], [n])", "YearsOld([b])", "YearsOld([m])", "DaysDiff(GetDate(), '2024-02-29')",
    *(f"{name}([{column}])" for name in ("Year", "Month", "Day", "WeekDay", "TruncMonth") for column in "bm"),
    "TruncWeek(AddDays([b], 7))", "TruncWeek(AddDays([m], 7))",
    *(f"ToString([{column}])" for column in "pbmh"), "[b] = [m]", "[b] < [m]", "[h] = '10:05'", "[h] < '11:00'", "[b] = [c]",
    "[p] and [q]", "[p] or [q]", "not [p]", "[p] and [q] or not [p]", "[p] = [q]", "[p] <> [q]", "NoNull([p])",
    "Iif([p], [i], [d])", "Iif([p], [t], null)", "Iif([i] > 0, [b], [m])", "Iif([p], 1, [f])",
    "Case(When([i] > 100, 'high'), When([i] > 0, 'low'), Else(null))", "Case(When([p], [i]), When([q], [d]))",
    "Decode([i], 0, 'none', 1, 'one', null, 'empty')", "Decode([d], 0.5, 1, 2.5, 2.5)", "Decode([b], '2024-02-29', 'leap', 'other')",
]  # fmt: skip


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
    assert not wrong, f"{len(wrong)} rows differ, first {named}: meaning {wrong[0][1]!r}, DuckDB {wrong[0][2]!r}: {text}"


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
