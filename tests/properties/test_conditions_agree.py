"""Every operator over nasty values: the engine selects the rows for which the meaning holds, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from batuta.rules.evaluate import Standpoint, holds
from batuta.rules.evaluate import World as Known
from batuta.rules.tree import AggregateFunction, Operator

if TYPE_CHECKING:
    from conftest import World

TEXTS = [
    None,
    "",
    "Jose\u0301",
    "josé",
    "JOSE",
    "jose maria",
    "Öz\u0131",
    "İz",
    "ΣΑΣ",
    "σας",
    "a%b_c",
    "%",
    "ß",
    "\u0301",
    " jose",
    "日本",
]
NUMBERS = [None, 0, 1, -1, 7, 2**53 + 1, -(2**63)]
MONEY = [None, Decimal("0.00"), Decimal("0.10"), Decimal("-12.50"), Decimal("99999999.99")]
DOUBLES = [None, 0.0, 0.1, -12.5, 1e300]
DAYS = [
    None,
    date(2024, 3, 15),
    date(2024, 3, 14),
    date(2024, 3, 11),
    date(2024, 3, 10),
    date(2024, 2, 29),
    date(2000, 2, 29),
    date(1969, 12, 31),
    date(2023, 12, 31),
    date(2024, 3, 18),
    date(2024, 4, 15),
    date(1990, 3, 20),
    date(2024, 1, 1),
]
MOMENTS = [None if day is None else datetime(day.year, day.month, day.day, hour) for day in DAYS for hour in (0, 23)]

PRESETS = [
    operator for operator in Operator if operator.value.startswith(("to", "yes", "this", "last-", "next-", "older"))
]
AMOUNTED = [operator for operator in PRESETS if operator.value.endswith(("days", "weeks", "months"))]


def condition(expression: str, operator: str, *values: object, **more: object) -> dict[str, Any]:
    several = operator in ("in", "not-in", "between")
    given = {"values": list(values)} if several else {"value": values[0] if values else None}
    return {"kind": "attribute", "expression": expression, "operator": operator, **given, **more}


def texts() -> Iterator[dict[str, Any]]:
    operators = [
        operator
        for operator in Operator
        if operator.value.endswith(("equal", "with", "contains", "like", "greater", "less"))
    ]
    for match in ({}, {"match_case": True}, {"match_accents": True}, {"match_case": True, "match_accents": True}):
        for operator in operators:
            for value in ("jose", "_os%", "\u03c3", "İ", {"expression": "[other]"}):
                yield condition("[name]", operator, value, **match)
        for operator in ("in", "not-in"):
            yield condition("[name]", operator, "JOSE", "\u03c3\u03b1\u03c3", {"expression": "[other]"}, **match)
        yield condition("[name]", "between", "a", "k", **match)
        yield condition("[name]", "matches", "^j.*[eé]", **match)
        yield condition("[name] + [other]", "contains", "e", **match)


def others() -> Iterator[dict[str, Any]]:
    compared = {
        "[points]": [0, "9007199254740993", 2.5, {"expression": "[cash]"}, {"expression": "[score]"}],
        "[cash]": ["0.1", 0, {"expression": "[points]"}, {"expression": "[score]"}],
        "[score]": [0.1, 0, {"expression": "[cash]"}],
        "[born]": ["2024-02-29", "2024-03-14T12:00", {"expression": "[seen]"}, {"expression": "GetDate()"}],
        "[seen]": ["2024-03-14", "2024-03-14T23:00", {"expression": "[born]"}],
        "[at]": ["2024-03-14T23:00Z", "2024-03-15T00:00+01:00"],
    }
    for expression, values in compared.items():
        for operator in ("equal", "not-equal", "less", "less-or-equal", "greater", "greater-or-equal"):
            for value in values:
                yield condition(expression, operator, value)
        yield condition(expression, "in", *values)
        yield condition(expression, "not-in", *values)
        yield condition(expression, "is-empty")
        yield condition(expression, "is-not-empty")
    for expression in ("[born]", "[seen]", "[at]"):
        for operator in PRESETS:
            for amount in (1, 7, 400) if operator in AMOUNTED else (None,):
                yield condition(expression, operator, *(() if amount is None else (amount,)))
    for expression in ("[born]", "[seen]"):
        yield from (condition(expression, "birthday-in-days", amount) for amount in (1, 5, 350, 400))
    for operator in ("is-true", "is-false", "is-empty"):
        yield condition("[vip]", operator)
    yield condition("[vip]", "not-equal", True)
    for status in ("equal", "not-equal"):
        yield condition("[tier]", status, "gold")


def figures() -> Iterator[dict[str, Any]]:
    operators = ("equal", "not-equal", "less", "greater-or-equal", "in", "not-in", "is-empty", "is-not-empty")
    for function in AggregateFunction:
        for of in (None,) if function is AggregateFunction.COUNT else ("[total]", "[score]", "[quantity]"):
            for operator in operators:
                rule = condition("[note]", "not-equal", "x") if operator == "less" else None
                values = () if operator.startswith("is-") else (2,)
                figure = {"kind": "aggregate", "path": "orders", "function": function, "expression": of, "rule": rule}
                yield {**condition("", operator, *values), **figure}
    for negated in (False, True):
        yield {"kind": "exists", "path": "orders", "negated": negated}
        yield {"kind": "exists", "path": "orders", "negated": negated, "rule": condition("[note]", "not-equal", "x")}


@pytest.fixture
def crowd(world: World) -> World:
    places = range(80)
    world.schema(
        "person",
        "*id integer, name string, other string, points integer, cash decimal(10 2), score double, born date,"
        "seen datetime, at instant, vip boolean, tier enum(gold silver)",
        [
            (
                place, TEXTS[place % len(TEXTS)], TEXTS[place * 7 % 15], NUMBERS[place % 7], MONEY[place % 5],
                DOUBLES[place * 3 % 5], DAYS[place % 13], MOMENTS[place % 26], MOMENTS[place * 5 % 26],
                (None, True, False)[place % 3], (None, "gold", "silver")[place // 2 % 3],
            )
            for place in places
        ],
        identity="name",
    )  # fmt: skip
    world.schema(
        "orders_of",
        "*id integer, person integer, total decimal(10 2), score double, quantity integer, note string",
        [
            (
                place,
                place * 3 % 40,
                MONEY[place * 3 % 5],
                DOUBLES[place % 4],
                NUMBERS[place % 5],
                (None, "", "x", "y")[place % 4],
            )
            for place in places
        ],
    )
    world.link("orders_of.person -> person.id", "buyer", "orders")
    return world


@pytest.mark.parametrize("make", [texts, others, figures])
def test_the_engine_selects_those_for_whom_the_meaning_holds(crowd: World, make: Any) -> None:
    rules = list(make())
    tables = crowd.make(**{f"r{place}": crowd.where(rule, "person") for place, rule in enumerate(rules)})
    known = Known(crowd.records, crowd.catalogue)
    wrong = []
    for place, rule in enumerate(rules):
        bound = crowd.bind(rule, "person")
        rows = crowd.records["person"]
        expected = {row["id"] for row in rows if holds(bound, Standpoint(row, "person", known, crowd.moment))}
        found = {key for (key,) in crowd.keys(tables[f"r{place}"])}
        if found != expected:
            differing = [row for row in rows if row["id"] in found ^ expected]
            wrong.append((rule, differing[0], differing[0]["id"] in expected))
    assert not wrong, f"{len(wrong)} of {len(rules)} rules differ, first {wrong[:3]}"
