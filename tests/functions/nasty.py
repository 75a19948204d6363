"""A table of nasty values of every type, which meet in many combinations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle, islice

from batuta.rules.bound import Moment
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DOUBLE,
    INSTANT,
    INTEGER,
    STRING,
    TIME,
    DataType,
    Kind,
    Scalar,
)

STATUS = DataType(kind=Kind.ENUM, values=("open", "closed"))
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
    float("nan"),
    float("inf"),
    -float("inf"),
    5e-324,
    1.7976931348623157e308,
    1e-300,
    -1e300,
    9.3e18,
    3.0,
    1e23,
    123456.789,
    0.00012345678901234567,
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
    datetime(2024, 3, 31, 0, 59, 59, 999999),
    datetime(2024, 3, 31, 1, 0),
    datetime(2024, 3, 31, 2, 30),
    datetime(2024, 10, 27, 0, 30),
    datetime(2024, 10, 27, 1, 30),
    datetime(2024, 10, 27, 2, 30),
]

INSTANTS = [None, *(each.replace(tzinfo=UTC) for each in TIMES if each is not None)]
"""Among them moments around changes of the clock, see TIMES."""

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
    "s": (INSTANT, INSTANTS),
    "k": (STATUS, ["open", None, "closed"]),
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


def rows() -> list[dict[str, Scalar]]:
    columns = {name: list(islice(cycle(values), ROWS)) for name, (_, values) in COLUMNS.items()}
    return [{name: values[place] for name, values in columns.items()} for place in range(ROWS)]
