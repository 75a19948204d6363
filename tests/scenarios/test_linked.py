"""Conditions over linked rows: none, one, several, thresholds. Expectations by hand from spec/3-rules.md."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import World

D = Decimal

PEOPLE = [(1, "ann@x.fr"), (2, "bob@x.fr"), (3, "cleo@x.fr"), (4, "dan@x.fr"), (5, "")]
ORDERS = [
    # 4 has none, 5 has one without any value; 99 belongs to nobody, 98 to one who does not exist
    (10, 1, "rock", D("60.00"), 2),
    (11, 1, "jazz", D("50.00"), 1),
    (12, 2, "rock", D("10.00"), 1),
    (13, 2, "rock", None, 5),
    (14, 3, "jazz", D("70.00"), 7),
    (15, 3, "", D("0.00"), 0),
    (16, 5, None, None, None),
    (99, None, "rock", D("500.00"), 9),
    (98, 77, "rock", D("500.00"), 9),
]
STORES = [(2, "FR"), (1, ""), (7, None)]


@pytest.fixture
def shop(world: World) -> World:
    world.schema("person", "*id integer, mail string", PEOPLE, identity="mail")
    world.schema("order", "*id integer, person_id integer, genre string, total decimal(10 2), store_id integer", ORDERS)
    world.schema("store", "*id integer, country string", STORES)
    world.link("order.person_id -> person.id", "person", "orders")
    world.link("order.store_id -> store.id", "store", "orders")
    return world


def exists(rule: str = "", *, negated: bool = False, path: str = "orders") -> str:
    inner = f", rule: {rule}" if rule else ""
    return f"{{kind: exists, path: {path}, negated: {str(negated).lower()}{inner}}}"


def compare(attribute: str, operator: str, value: object = None) -> str:
    given = "" if value is None else f", value: {value}"
    return f'{{kind: attribute, expression: "[{attribute}]", operator: {operator}{given}}}'


def figure(function: str, operator: str, value: object = None, of: str = "", rule: str = "") -> str:
    parts = [f"kind: aggregate, function: {function}, path: orders, operator: {operator}"]
    parts += [f"value: {value}"] if value is not None else []
    parts += [f'expression: "[{of}]"'] if of else []
    parts += [f"rule: {rule}"] if rule else []
    return "{" + ", ".join(parts) + "}"


def both(*rules: str) -> str:
    return f"{{kind: and, children: [{', '.join(rules)}]}}"


ROCK, DEAR = compare("genre", "equal", "rock"), compare("total", "greater-or-equal", 50)

LINKED = {
    "any linked row": (exists(), {1, 2, 3, 5}),
    "no linked row": (exists(negated=True), {4}),
    "a rock order": (exists(ROCK), {1, 2}),
    "no rock order, with or without orders": (exists(ROCK, negated=True), {3, 4, 5}),
    "one order that is both rock and dear": (exists(both(ROCK, DEAR)), {1}),
    "a rock order and a dear one": (both(exists(ROCK), exists(DEAR)), {1}),
    "jazz and cheap, not one order": (
        exists(both(compare("genre", "equal", "jazz"), compare("total", "less", 20))),
        set(),
    ),
    "jazz, and some cheap one": (
        both(exists(compare("genre", "equal", "jazz")), exists(compare("total", "less", 20))),
        {3},
    ),
    "an order that is not rock, empty genre included": (exists(compare("genre", "not-equal", "rock")), {1, 3, 5}),
    "an order without genre": (exists(compare("genre", "is-empty")), {3, 5}),
    "an order below 20: empty totals are no figure": (exists(compare("total", "less", 20)), {2, 3}),
    "an order whose total is not 60": (exists(compare("total", "not-equal", 60)), {1, 2, 3, 5}),
    "an order in a French store": (exists(compare("store.country", "equal", "FR")), {1}),
    "an order not in a French store, or in none": (exists(compare("store.country", "not-equal", "FR")), {1, 2, 3, 5}),
    "an order whose store has no country, or no store": (exists(compare("store.country", "is-empty")), {1, 2, 3, 5}),
}

FIGURES = {
    "fewer than two orders, none included": (figure("count", "less", 2), {4, 5}),
    "no order": (figure("count", "equal", 0), {4}),
    "not two orders": (figure("count", "not-equal", 2), {4, 5}),
    "two rock orders": (figure("count", "equal", 2, rule=ROCK), {2}),
    "no rock order": (figure("count", "equal", 0, rule=ROCK), {3, 4, 5}),
    "fewer than two rock orders": (figure("count", "less", 2, rule=ROCK), {1, 3, 4, 5}),
    "spent at least 70": (figure("sum", "greater-or-equal", 70, "total"), {1, 3}),
    "spent less than 70, nothing included": (figure("sum", "less", 70, "total"), {2, 4, 5}),
    "spent nothing": (figure("sum", "equal", 0, "total"), {4, 5}),
    "spent at least 60 on rock": (figure("sum", "greater-or-equal", 60, "total", ROCK), {1}),
    "spent less than 20 on rock": (figure("sum", "less", 20, "total", ROCK), {2, 3, 4, 5}),
    "two different totals": (figure("count-distinct", "equal", 2, "total"), {1, 3}),
    "no total at all": (figure("count-distinct", "less", 1, "total"), {4, 5}),
    "average 55": (figure("average", "equal", 55, "total"), {1}),
    "average of what is known": (figure("average", "equal", 10, "total"), {2}),
    "no average": (figure("average", "is-empty", of="total"), {4, 5}),
    "some average": (figure("average", "is-not-empty", of="total"), {1, 2, 3}),
    "least below 20": (figure("min", "less", 20, "total"), {2, 3}),
    "greatest below 60": (figure("max", "less", 60, "total"), {2}),
    "greatest at least 60": (figure("max", "greater-or-equal", 60, "total"), {1, 3}),
    "no greatest": (figure("max", "is-empty", of="total"), {4, 5}),
    "no least among rock": (figure("min", "is-empty", of="total", rule=ROCK), {3, 4, 5}),
}


@pytest.mark.parametrize("case", [*LINKED, *FIGURES])
def test_who_satisfies_and_the_exact_complement(shop: World, case: str) -> None:
    rule, expected = (LINKED | FIGURES)[case]
    assert shop.who(rule, "person") == expected
    negation = f"{{kind: except, children: [{{kind: all-rows}}, {rule}]}}"
    assert shop.who(negation, "person") == {1, 2, 3, 4, 5} - expected


def test_a_chain_of_links(shop: World) -> None:
    shop.schema("line", "*order_id integer, *number integer, price integer", [(10, 1, 5), (10, 2, 9), (14, 1, None)])
    shop.link("line.order_id -> order.id", "order", "lines")
    assert shop.who(exists(path="orders.lines"), "person") == {1, 3}
    assert shop.who(exists(negated=True, path="orders.lines"), "person") == {2, 4, 5}
    assert shop.who(exists(compare("price", "greater", 8), path="orders.lines"), "person") == {1}
    assert shop.who(exists(compare("order.genre", "equal", "jazz"), path="orders.lines"), "person") == {3}


def test_an_exists_within_an_exists(shop: World) -> None:
    shop.schema("line", "*order_id integer, *number integer, price integer", [(10, 1, 5), (12, 1, 9), (14, 1, 9)])
    shop.link("line.order_id -> order.id", "order", "lines")
    nested = exists(both(ROCK, exists(compare("price", "greater", 8), path="lines")))
    assert shop.who(nested, "person") == {2}


def test_a_link_of_two_columns_needs_both(world: World) -> None:
    world.schema(
        "person", "*country string, *id integer, mail string", [("FR", 1, ""), ("DE", 1, ""), ("FR", 2, "")], "mail"
    )
    world.schema("order", "*id integer, country string, person_id integer", [(1, "FR", 1), (2, "DE", 2), (3, None, 2)])
    world.link("order.country -> person.country and order.person_id -> person.id", "person", "orders")
    assert world.keys(world.where(exists(), "person")) == {("FR", 1)}
    assert world.keys(world.where(exists(negated=True), "person")) == {("DE", 1), ("FR", 2)}


def test_an_attribute_over_a_link_to_one_row(shop: World) -> None:
    shop.schema(
        "claim",
        "*id integer, order_id integer, mail string",
        [(1, 10, ""), (2, 16, ""), (3, None, ""), (4, 999, "")],
        "mail",
    )
    shop.link("claim.order_id -> order.id", "order", "claims")
    assert shop.who(compare("order.genre", "equal", "rock"), "claim") == {1}
    assert shop.who(compare("order.genre", "not-equal", "rock"), "claim") == {2, 3, 4}
    assert shop.who(compare("order.genre", "is-empty"), "claim") == {2, 3, 4}
    assert shop.who(compare("order.person.mail", "equal", "ANN@x.fr"), "claim") == {1}
    assert shop.who(compare("order.store.country", "equal", "fr"), "claim") == {1}
