"""What an engine answers, on each engine."""

from __future__ import annotations

import threading
import time

import pytest

from batuta.kit.stopping import Stop
from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AggregateIs, All, AllOf, AnyOf, Compare, Constant, Expr, Predicate, Without
from batuta.rules.tree import Operator
from batuta.runs.ports import Interrupted, Rows
from batuta.schema.types import INTEGER
from batuta.sets.algebra import Records
from batuta.sets.questions import Bins, Commonest, FigureOf, Holds, HowMany, Page, Probe, Question, Spread, Tally
from conftest import World


def ask(world: World, question: Question) -> Rows:
    return [tuple(row) for row in world.engine.ask(question, world.moment, world.audiences)]


def formula(world: World, text: str, schema: str = "person") -> Expr:
    return bind_expression(text, Surroundings(world.catalogue, schema))


def everyone(world: World) -> Records:
    return Records(world.shape("person"), All())


ANA: dict[str, object] = {"kind": "attribute", "expression": "[name]", "operator": "equal", "value": "ana"}
RICH: dict[str, object] = {"kind": "attribute", "expression": "[points]", "operator": "greater", "value": 15}
BUYS: dict[str, object] = {"kind": "exists", "path": "orders"}
LITTLE = {
    "kind": "aggregate",
    "function": "sum",
    "path": "orders",
    "expression": "[total]",
    "operator": "less",
    "value": 20,
}


def test_how_many(shop: World) -> None:
    assert ask(shop, HowMany(shop.where(ANA, "person"))) == [(3, 3)]
    assert ask(shop, HowMany(shop.where(BUYS, "person"))) == [(3, 3)]


def test_a_page_in_key_order_with_columns_behind_links(shop: World) -> None:
    columns = (formula(shop, "[country.name]"), formula(shop, "[points] + 1"))
    page = Page(shop.where(ANA, "person"), columns, 2, 1)
    assert ask(shop, page) == [(6, None, 101), (7, "España", 1)]


def test_a_page_of_rows_with_two_key_columns(shop: World) -> None:
    page = Page(Records(shop.shape("order"), All()), (formula(shop, "[person.name]", "order"),), 3, 1)
    assert ask(shop, page) == [(1, 2, "José"), (2, 1, "josé"), (2, 2, "Ana")]


def test_a_tally_counts_each_part_and_what_is_left_after_it(shop: World) -> None:
    ana, rich, buys, little = (shop.bind(rule, "person") for rule in (ANA, RICH, BUYS, LITTLE))
    tests: tuple[Predicate, ...] = (
        ana,
        rich,
        buys,
        little,
        AllOf((ana, rich)),
        AllOf((ana, rich, buys)),
        AnyOf((ana, buys)),
        Without(ana, (rich,)),
        All(),
    )
    assert ask(shop, Tally(everyone(shop), tests)) == [(7, 3, 4, 3, 6, 2, 1, 5, 1, 7)]
    assert ask(shop, Tally(shop.where(ANA, "person"), (rich,))) == [(3, 2)]
    assert ask(shop, Tally(everyone(shop), ())) == [(7,)]


def test_a_probe_tells_values_figures_and_what_holds(shop: World) -> None:
    little = shop.bind(LITTLE, "person")
    assert isinstance(little, AggregateIs)
    one = Records(shop.shape("person"), Compare(Operator.EQUAL, formula(shop, "[id]"), (Constant(1, INTEGER),)))
    terms = (formula(shop, "[country.name]"), Holds(little), FigureOf(little), Holds(shop.bind(ANA, "person")))
    assert ask(shop, Probe(one, terms)) == [("France", False, 40, False)]
    nobody = Records(shop.shape("person"), Compare(Operator.EQUAL, formula(shop, "[id]"), (Constant(8, INTEGER),)))
    assert ask(shop, Probe(nobody, terms)) == []


def test_the_spread_and_the_commonest_values(shop: World) -> None:
    name, points = formula(shop, "[name]"), formula(shop, "[points]")
    assert ask(shop, Spread(everyone(shop), name)) == [(7, 2, 3, "Ana", "josé")]
    assert ask(shop, Spread(everyone(shop), points)) == [(7, 1, 5, 0, 100)]
    assert ask(shop, Commonest(everyone(shop), name, 20)) == [("Ana", 3), ("José", 1), ("josé", 1)]
    assert ask(shop, Commonest(everyone(shop), points, 2)) == [(20, 2), (0, 1)]
    vip = formula(shop, "[vip]")
    assert ask(shop, Spread(everyone(shop), vip)) == [(7, 1, 2, None, None)]
    assert ask(shop, Commonest(everyone(shop), vip, 20)) == [(True, 4), (False, 2)]


def test_bins_hold_their_lower_edge_and_not_the_upper_one(shop: World) -> None:
    bins = Bins(everyone(shop), formula(shop, "[points]"), (0, 20, 40, 60, 100))
    assert ask(shop, bins) == [(0, 2), (1, 3)]


def test_the_statement_of_a_question_can_be_read(shop: World) -> None:
    said = shop.engine.asked(HowMany(shop.where(ANA, "person")), shop.moment, {})
    assert "SELECT" in said
    assert "COUNT(*)" in said
    assert "\n" in said


ENDLESS = {
    "kind": "aggregate",
    "function": "count",
    "path": "country.people.country.people",
    "operator": "less",
    "value": 5,
}


def test_a_question_is_stopped_and_others_go_on(shop: World) -> None:
    shop.rows("person", [(number, "Eva", 0, None, "fr", None) for number in range(100, 60_000)])
    endless, stop = HowMany(shop.where(ENDLESS, "person")), Stop()
    timer = threading.Timer(0.5, stop.wish)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        shop.engine.ask(endless, shop.moment, {}, stop)
    timer.join()
    assert time.monotonic() - began < 5
    assert ask(shop, HowMany(shop.where(BUYS, "person"))) == [(3, 3)]
    with pytest.raises(Interrupted):
        shop.engine.ask(endless, shop.moment, {}, stop)
