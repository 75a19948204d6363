from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AttributeOf, Constant, Matched, Moment, Predicate
from batuta.rules.evaluate import Row, Standpoint, World, compute, holds
from batuta.rules.tree import Rule
from batuta.schema.model import Catalogue
from batuta.schema.types import STRING, DataType, Kind, Scalar

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
# Thursday 29 February 2024, half past midnight in Paris; still Wednesday in UTC.
MOMENT = Moment(datetime(2024, 2, 28, 23, 30, tzinfo=UTC), "Europe/Paris")


def person(number: int, **values: Scalar) -> Row:
    empty = dict.fromkeys(
        ("city_id", "name", "email", "born", "joined", "seen", "wakes", "points", "score", "balance", "vip", "status")
    )
    return {"id": number, **empty, **values}


def order(number: int, person_id: int | None, **values: Scalar) -> Row:
    empty = dict.fromkeys(("product_code", "total", "quantity", "weight", "day", "paid", "state", "note"))
    return {"id": number, "person_id": person_id, **empty, **values}


ANN, BEN, CID, DEE, EVE = PEOPLE = (
    person(
        1,
        city_id=9,
        name="José",
        email="jose@Example.org",
        born=date(2000, 2, 29),
        joined=datetime(2024, 2, 26),
        seen=datetime(2024, 2, 28, 23, 0),
        points=10,
        score=0.1,
        balance=Decimal("0.10"),
        vip=True,
        status="open",
    ),
    person(
        2,
        city_id=9,
        name="jose\u0301 maria",
        born=date(1990, 3, 7),
        joined=datetime(2024, 2, 25, 23, 59, 59),
        seen=datetime(2024, 2, 28, 22, 59),
        points=0,
        balance=Decimal("20"),
        vip=False,
        status="closed",
    ),
    person(3, city_id=77, name="", email="", points=-5),
    person(4, name="Ωμέγας", points=3, vip=True),
    person(5),
)
WORLD_ROWS: dict[str, tuple[Row, ...]] = {
    "people": PEOPLE,
    "cities": ({"id": 9, "name": "São Paulo", "code": "SP"},),
    "orders": (
        order(1, 1, product_code="a", total=Decimal("60"), quantity=1, day=date(2024, 2, 1), paid=True, note="x"),
        order(2, 1, product_code="b", total=Decimal("40"), quantity=2, day=date(2024, 1, 1), paid=False, note=""),
        order(3, 2, product_code="a", total=None, quantity=None, paid=None),
        order(4, None, product_code="a", total=Decimal("999")),
    ),
    "products": ({"code": "a", "name": "Apple", "price": Decimal(1)}, {"code": "b", "name": "", "price": None}),
}


@pytest.fixture(scope="module")
def world(shop: Catalogue) -> World:
    return World(WORLD_ROWS, shop, {"Buyers": {(1,), (2,)}, "Big cities": set()})


def who(rule: Predicate | dict[str, Any], world: World, around: Surroundings) -> set[int]:
    bound = bind_rule(RULE.validate_python(rule), around) if isinstance(rule, dict) else rule
    columns: Row = {"rank": 7, "segment": None}
    found = (row for row in PEOPLE if holds(bound, Standpoint(row, "people", world, MOMENT, columns)))
    return {int(str(row["id"])) for row in found}


def condition(expression: str, operator: str, *values: object, **more: object) -> dict[str, Any]:
    several = operator in ("in", "not-in", "between")
    given = {"values": list(values)} if several else {"value": values[0] if values else None}
    return {"kind": "attribute", "expression": expression, "operator": operator, **given, **more}


def same_as(expression: str) -> dict[str, str]:
    return {"expression": expression}


CONDITIONS: list[tuple[dict[str, Any], set[int]]] = [
    (condition("[name]", "equal", "JOSE"), {1}),
    (condition("[name]", "equal", "josé", match_accents=True), {1}),
    (condition("[name]", "equal", "josé", match_case=True), set()),
    (condition("[name]", "equal", "Jose", match_case=True), {1}),
    (condition("[name]", "not-equal", "JOSE"), {2, 3, 4, 5}),
    (condition("[name]", "in", "x", "OMEGAΣ".replace("OMEGA", "ΩΜΈΓΑ")), {4}),
    (condition("[name]", "not-in", "jose", "x"), {2, 3, 4, 5}),
    (condition("[name]", "is-empty"), {3, 5}),
    (condition("[name]", "is-not-empty"), {1, 2, 4}),
    (condition("[name]", "starts-with", "jos"), {1, 2}),
    (condition("[name]", "not-starts-with", "jos"), {3, 4, 5}),
    (condition("[name]", "contains", "É MA"), {2}),
    (condition("[name]", "not-contains", "É MA"), {1, 3, 4, 5}),
    (condition("[name]", "ends-with", "SÉ"), {1}),
    (condition("[name]", "like", "_ose%"), {1, 2}),
    (condition("[name]", "not-like", "_ose%"), {3, 4, 5}),
    (condition("[name]", "like", "%"), {1, 2, 4}),
    (condition("[email]", "matches", r"@example\.org$"), {1}),
    (condition("[email]", "matches", r"@example\.org$", match_case=True), set()),
    (condition("[name]", "greater", "jose"), {2, 4}),
    (condition("[points]", "equal", 0), {2}),
    (condition("[points]", "not-equal", 0), {1, 3, 4, 5}),
    (condition("[points]", "less", 3), {2, 3}),
    (condition("[points]", "greater-or-equal", 3), {1, 4}),
    (condition("[points]", "between", -5, 3), {2, 3, 4}),
    (condition("[points]", "in", 3, "10"), {1, 4}),
    (condition("[points]", "is-empty"), {5}),
    (condition("[score]", "equal", "0.1"), {1}),
    (condition("[score]", "equal", same_as("[balance]")), {1, 3, 4, 5}),
    (condition("[score]", "not-equal", same_as("[balance]")), {2}),
    (condition("[email]", "equal", same_as("[name]")), {3, 5}),
    (condition("[points]", "less", same_as("[rank]")), {2, 3, 4}),
    (condition("[points]", "less", same_as("[balance]")), {2}),
    (condition("[vip]", "is-true"), {1, 4}),
    (condition("[vip]", "is-false"), {2}),
    (condition("[vip]", "equal", False), {2}),
    (condition("[vip]", "not-equal", False), {1, 3, 4, 5}),
    (condition("[status]", "in", "open"), {1}),
    (condition("[born]", "less", "2000-01-01"), {2}),
    (condition("[joined]", "this-week"), {1}),
    (condition("[joined]", "last-week"), {2}),
    (condition("[joined]", "last-days", 3), {1}),
    (condition("[joined]", "older-than-days", 3), {2}),
    (condition("[seen]", "today"), {1}),
    (condition("[seen]", "yesterday"), {2}),
    (condition("[seen]", "greater-or-equal", "2024-02-29T00:00+01:00"), {1}),
    (condition("[born]", "birthday-in-days", 7), {1, 2}),
    (condition("[born]", "birthday-in-days", 6), {1}),
    (condition("[city.name]", "equal", "sao paulo"), {1, 2}),
    (condition("[city.name]", "not-equal", "sao paulo"), {3, 4, 5}),
    (condition("[city.name]", "is-empty"), {3, 4, 5}),
    (condition("[target.segment]", "is-empty"), {1, 2, 3, 4, 5}),
    ({"kind": "in-audience", "audience": "Buyers"}, {1, 2}),
    ({"kind": "in-audience", "audience": "Buyers", "negated": True}, {3, 4, 5}),
    ({"kind": "expression", "expression": "[points] > 0 and not [vip]"}, set()),
    ({"kind": "expression", "expression": "[vip]"}, {1, 4}),
    ({"kind": "expression", "expression": "[city.name] <> 'x'"}, {1, 2, 3, 4, 5}),
    ({"kind": "all-rows"}, {1, 2, 3, 4, 5}),
    ({"kind": "exists", "path": "orders"}, {1, 2}),
    ({"kind": "exists", "path": "orders", "negated": True}, {3, 4, 5}),
    ({"kind": "exists", "path": "orders.product", "rule": condition("[name]", "equal", "apple")}, {1, 2}),
    ({"kind": "exists", "path": "city.people", "rule": condition("[points]", "greater", 5)}, {1, 2}),
]


@pytest.mark.parametrize(("rule", "expected"), CONDITIONS)
def test_a_condition_holds_for(rule: dict[str, Any], expected: set[int], world: World, around: Surroundings) -> None:
    assert who(rule, world, around) == expected


def group(kind: str, *children: object) -> dict[str, Any]:
    return {"kind": kind, "children": list(children)}


@pytest.mark.parametrize(("rule", "expected"), CONDITIONS)
def test_the_negation_of_a_group_is_its_exact_complement(
    rule: dict[str, Any], expected: set[int], world: World, around: Surroundings
) -> None:
    assert who(group("except", {"kind": "all-rows"}, rule), world, around) == {1, 2, 3, 4, 5} - expected


def test_a_text_of_accents_alone_is_empty_where_accents_do_not_count(world: World, around: Surroundings) -> None:
    accents = condition("[name] + '\u0301'", "equal", same_as("[email]"))
    assert who(accents, world, around) == {3, 5}
    assert who({**accents, "match_accents": True}, world, around) == set()


def test_groups_combine(world: World, around: Surroundings) -> None:
    vip, rich = condition("[vip]", "is-true"), condition("[points]", "greater", 5)
    assert who(group("and", vip, rich), world, around) == {1}
    assert who(group("or", rich, condition("[points]", "less", 0)), world, around) == {1, 3}
    assert who(group("except", vip, rich), world, around) == {4}
    assert who(group("except", vip, {**rich, "enabled": False}), world, around) == {1, 4}


def test_two_conditions_inside_one_exists_speak_of_the_same_row(world: World, around: Surroundings) -> None:
    cheap, paid = condition("[total]", "less", 50), condition("[paid]", "is-true")
    together = {"kind": "exists", "path": "orders", "rule": group("and", cheap, paid)}
    apart = group("and", *({"kind": "exists", "path": "orders", "rule": each} for each in (cheap, paid)))
    assert who(together, world, around) == set()
    assert who(apart, world, around) == {1}


def figure(
    function: str, operator: str, *values: object, expression: str | None = None, **more: object
) -> dict[str, Any]:
    return {
        **condition("", operator, *values),
        "kind": "aggregate",
        "path": "orders",
        "function": function,
        "expression": expression,
        **more,
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (figure("count", "less", 3), {1, 2, 3, 4, 5}),
        (figure("count", "equal", 0), {3, 4, 5}),
        (figure("count", "greater", 1), {1}),
        (figure("count", "greater", 0, rule=condition("[paid]", "is-true")), {1}),
        (figure("count-distinct", "equal", 1, expression="[note]"), {1}),
        (figure("count-distinct", "equal", 0, expression="[note]"), {2, 3, 4, 5}),
        (figure("sum", "equal", 100, expression="[total]"), {1}),
        (figure("sum", "less", 50, expression="[total]"), {2, 3, 4, 5}),
        (figure("sum", "is-empty", expression="[total]"), set()),
        (figure("average", "equal", 50, expression="[total]"), {1}),
        (figure("average", "is-empty", expression="[total]"), {2, 3, 4, 5}),
        (figure("average", "less", 1000, expression="[total]"), {1}),
        (figure("average", "not-equal", 50, expression="[total]"), set()),
        (figure("average", "not-equal", 51, expression="[total]"), {1}),
        (figure("max", "not-in", "2024-02-02", expression="[day]"), {1}),
        (figure("max", "equal", same_as("[born]"), expression="[day]"), set()),
        (figure("min", "less", 50, expression="[total]"), {1}),
        (figure("min", "is-empty", expression="[total]"), {2, 3, 4, 5}),
        (figure("max", "last-days", 30, expression="[day]"), {1}),
        (figure("max", "equal", "X", expression="[note]"), {1}),
        (figure("sum", "greater", same_as("[points] * 2"), expression="[quantity] * 10"), {1, 3}),
    ],
)
def test_a_figure_over_no_rows_is_0_or_empty(
    rule: dict[str, Any], expected: set[int], world: World, around: Surroundings
) -> None:
    del rule["kind"]
    assert who({"kind": "aggregate", **rule}, world, around) == expected


def test_matched_looks_up_rows_that_no_link_leads_to(world: World, around: Surroundings) -> None:
    enum = DataType(kind=Kind.ENUM, values=("open", "closed"))
    here = AttributeOf((), "name", STRING)
    orders = Surroundings(around.catalogue, "products")
    named = bind_rule(RULE.validate_python(condition("[price]", "is-not-empty")), orders)
    assert who(Matched("products", ((here, "name"),)), world, around) == set()
    assert who(Matched("products", ((Constant("Apple", STRING), "name"),), named), world, around) == {1, 2, 3, 4, 5}
    assert who(Matched("products", ((Constant("apple", enum), "name"),)), world, around) == set()
    assert who(Matched("products", ((Constant("", STRING), "name"),), negated=True), world, around) == {1, 2, 3, 4, 5}


ATOMS = st.sampled_from(
    [
        "[points]",
        "[score]",
        "[balance]",
        "[name]",
        "[email]",
        "[born]",
        "[joined]",
        "[vip]",
        "[status]",
        "[rank]",
        "[city.name]",
        "0",
        "1",
        "-7",
        "2.5",
        "0.0001",
        "9223372036854775807",
        "''",
        "'é'",
        "'12'",
        "null",
        "true",
        "GetDate()",
        "[seen]",
        "[wakes]",
    ]
)
SHAPES = st.sampled_from(
    [
        "({0} + {1})",
        "({0} - {1})",
        "({0} * {1})",
        "({0} / {1})",
        "({0} % {1})",
        "({0} = {1})",
        "({0} < {1})",
        "({0} and {1})",
        "(not {0})",
        "(-{0})",
        "Iif({0}, {1}, {2})",
        "Coalesce({0}, {1})",
        "Greatest({0}, {1})",
        "Left({0}, {1})",
        "Round({0}, -2)",
        "Substring({0}, {1}, {2})",
        "Replace({0}, {1}, {2})",
        "ToString({0})",
        "ToInteger({0})",
        "ToDouble({0})",
        "Smart({0})",
        "AddDays({0}, {1})",
        "AddMonths({0}, {1})",
        "DaysAgo({0})",
        "MonthsAgo({0})",
        "MonthsDiff({0}, {1})",
        "DaysDiff({0}, {1})",
        "YearsOld({0})",
        "TruncWeek({0})",
        "Floor({0})",
        "Abs({0})",
        "NoNull({0})",
        "Decode({0}, {1}, {2})",
        "Mod({0}, {1})",
    ]
)
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.builds(lambda shape, a, b, c: shape.format(a, b, c), SHAPES, inner, inner, inner),
    max_leaves=12,
)


@settings(max_examples=600, deadline=None)
@given(formula=FORMULAS)
def test_what_binds_can_be_computed_and_fits_its_type(formula: str, world: World, around: Surroundings) -> None:
    try:
        bound = bind_expression(formula, around)
    except Problems:
        return
    for row in PEOPLE:
        value = compute(bound, Standpoint(row, "people", world, MOMENT, {"rank": 2**62, "segment": None}))
        assert value is None or isinstance(value, PYTHON[bound.type.kind]), (formula, value)


PYTHON: dict[Kind, type | tuple[type, ...]] = {
    Kind.STRING: str,
    Kind.ENUM: str,
    Kind.INTEGER: int,
    Kind.DECIMAL: (Decimal, int),
    Kind.DOUBLE: float,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
    Kind.DATETIME: datetime,
    Kind.INSTANT: datetime,
    Kind.TIME: object,
}
