from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from batuta.schema.locations import fault_of_name
from batuta.schema.reading import ColumnReader, Unreadable, Writing, Wrong, reading
from batuta.schema.records import FileColumn

GERMAN = Writing(decimal_mark=",", thousands_mark=".")


@pytest.mark.parametrize(
    ("kind", "text", "value", "writing"),
    [
        ("integer", "-0012", -12, Writing()),
        ("integer", "+7.00", 7, Writing()),
        ("integer", "-9223372036854775808", -(2**63), Writing()),
        ("integer", "1.234.567", 1_234_567, GERMAN),
        ("integer", "1234,0", 1234, GERMAN),
        ("decimal", "1.234,50", Decimal("1234.50"), GERMAN),
        ("decimal", ",5", Decimal("0.5"), GERMAN),
        ("decimal", "7.", Decimal(7), Writing()),
        ("decimal", "0.1000000", Decimal("0.1000"), Writing()),
        ("decimal", "1'000.5", Decimal("1000.5"), Writing(thousands_mark="'")),
        ("double", "1e3", 1000.0, Writing()),
        ("double", "1.234,5", 1234.5, GERMAN),
        ("double", "-1,5e-1", -0.15, GERMAN),
        ("boolean", "Yes", True, Writing()),
        ("boolean", "F", False, Writing()),
        ("date", "2024-02-29", date(2024, 2, 29), Writing()),
        ("date", "2024-02-29T00:00:00.0", date(2024, 2, 29), Writing()),
        ("date", "29.2.24", date(2024, 2, 29), Writing(date_format="%d.%m.%y")),
        ("time", "18:30:05.25", time(18, 30, 5, 250_000), Writing()),
        ("datetime", "2024-02-29 18:30", datetime(2024, 2, 29, 18, 30), Writing()),
        ("instant", "2024-02-29T18:30:00+0530", datetime(2024, 2, 29, 13, 0, tzinfo=UTC), Writing()),
        ("instant", "2024-02-29 18:30 Z", datetime(2024, 2, 29, 18, 30, tzinfo=UTC), Writing(zone="Asia/Tokyo")),
        ("instant", "2024-02-29", datetime(2024, 2, 28, 15, 0, tzinfo=UTC), Writing(zone="Asia/Tokyo")),
        ("string", " as it is ", " as it is ", Writing()),
    ],
)
def test_values(kind: Any, text: str, value: object, writing: Writing) -> None:
    found = reading(FileColumn(name="x", type=kind), writing)(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "writing"),
    [
        ("integer", "", Writing()),
        ("integer", "-", Writing()),
        ("integer", "1 2", Writing()),
        ("integer", "9" * 5000, Writing()),
        ("integer", "1.23.456", GERMAN),
        ("integer", "1234.567", GERMAN),
        ("decimal", ".", Writing()),
        ("decimal", "1e3", Writing()),
        ("double", "1.5", Writing(decimal_mark=",")),
        ("double", "inf", Writing()),
        ("date", "2024-2-9", Writing()),
        ("date", "2024-02-29", Writing(date_format="%d.%m.%Y")),
        ("time", "24:00", Writing()),
        ("datetime", "2024-02-29T18:30Z", Writing()),
        ("datetime", "29.02.2024 10:00 +0100", Writing(date_format="%d.%m.%Y %H:%M %z")),
        ("instant", "0001-01-01", Writing(zone="Asia/Tokyo")),
    ],
)
def test_texts_that_are_no_values(kind: Any, text: str, writing: Writing) -> None:
    with pytest.raises(Unreadable):
        reading(FileColumn(name="x", type=kind, date_format=writing.date_format or None), writing)(text)


def test_policies() -> None:
    strict = FileColumn(name="x", type="integer", empty="reject", empty_texts=("-",))
    assert ColumnReader(strict, Writing()).read(["1", "-", "a", ""]) == [
        1,
        Wrong("x: a value is required"),
        Wrong("x: expected an integer, found 'a'"),
        Wrong("x: a value is required"),
    ]
    mild = FileColumn(name="x", type="integer", empty="default", on_error="empty", default="7")
    assert ColumnReader(mild, Writing()).read([" 1 ", "", "a"]) == [1, 7, None]
    mapped = FileColumn(
        name="x", case="upper", remap={"a": "first", "B": ""}, unmapped="error", on_error="default", default="?"
    )
    assert ColumnReader(mapped, Writing()).read(["A", "b", "c", ""]) == ["first", None, "?", None]


@pytest.mark.parametrize("name", ["a.csv", "new/a.csv", "a..b", "*.csv", "é.csv", "a b.csv"])
def test_names_within_a_location(name: str) -> None:
    assert fault_of_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "/a",
        "~a",
        "C:a",
        "..",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        ".a",
        "a/.b",
        "a\\b",
        "a\x00",
        "a\n",
        "\udce9",
        "a" * 1001,
    ],
)
def test_names_that_no_file_of_a_location_has(name: str) -> None:
    assert fault_of_name(name) is not None
