"""What each kind of activity makes of a few people. Expectations by hand from spec/4-activities.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign
from batuta.schema.types import INTEGER, STRING, DataType
from batuta.sets.algebra import Set
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from conftest import World

D = Decimal
PEOPLE = [
    (1, "ann@x.org", "FR", 120, datetime(2024, 1, 1), 1),
    (2, "ANN@x.org ", "FR", 50, datetime(2024, 2, 1), 1),
    (3, None, "DE", None, datetime(2024, 3, 1), 2),
    (4, "", None, 200, datetime(2024, 4, 1), None),
    (5, "cid@x.org", "US", 10, None, 2),
]
ORDERS = [
    (10, 1, D("60.00"), "paid", datetime(2024, 6, 1)),
    (11, 1, D("50.00"), "paid", datetime(2024, 6, 3)),
    (12, 1, D("5.00"), "open", datetime(2024, 6, 2)),
    (13, 2, D("99.99"), "paid", None),
    (14, 5, D("100.00"), "returned", datetime(2024, 6, 1)),
    (15, 99, D("500.00"), "paid", datetime(2024, 6, 1)),
]
LEADS = [("p1", "ann@x.org", 1), ("p2", "new@x.org", 2), ("p3", None, 3), ("p4", "", 4)]
EVERYONE = [(1,), (2,), (3,), (4,), (5,)]


@pytest.fixture
def shop(world: World) -> World:
    world.schema("house", "*id integer, city string", [(1, "Lyon"), (2, "Paris")])
    attributes = "*id integer, email string, country string, points integer, created_at datetime, house_id integer"
    world.schema("person", attributes, PEOPLE, identity="email")
    world.schema(
        "order",
        "*id integer, person_id integer, total decimal(10 2), status enum(open paid returned), ordered_at datetime",
        ORDERS,
        identity="status",
    )
    world.schema("lead", "*code string, mail string, score integer", LEADS, identity="mail")
    world.link("person.house_id -> house.id", "house", "people")
    world.link("order.person_id -> person.id", "person", "orders")
    return world


def arriving(world: World, source: str, dimension: str, rows: list[tuple[Any, ...]], **columns: DataType) -> Input:
    """A population that arrives from an activity: rows of key and columns."""
    shape = world.shape(dimension, *(Column(name, type_) for name, type_ in columns.items()))
    return Input(source, "main", source, world.table(shape, rows))


def everyone(world: World) -> Input:
    return arriving(world, "everyone", "person", EVERYONE)


def ask(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> Mapping[str, Set]:
    """Ask an activity for its populations as a run would, and make their tables."""
    activity = Activity(id="it", kind=kind, parameters=parameters)
    scope = Knowledge(world.catalogue).scope(Campaign(id="c", name="C", activities=(activity,)), "it", "run")
    return world.make(**typed(activity).populations(inputs, scope))


def test_build_audience_takes_a_rule_and_computes_columns(shop: World) -> None:
    rule = {
        "kind": "aggregate",
        "function": "sum",
        "path": "orders",
        "expression": "[total]",
        "operator": "greater-or-equal",
        "value": 100,
    }
    columns = [{"name": "town", "expression": "[house.city]"}]
    made = ask(shop, "build-audience", {"dimension": "person", "rule": rule, "columns": columns})
    assert shop.read(made["main"], "town") == [(1, "Lyon"), (5, "Paris")]


def test_union_keeps_one_row_for_each_key_and_the_columns_of_all(shop: World) -> None:
    first = arriving(shop, "first", "person", [(1, 7, "first"), (2, 8, "first")], score=INTEGER, origin=STRING)
    second = arriving(shop, "second", "person", [(2, "second", "x"), (3, "second", "y")], origin=STRING, note=STRING)
    made = ask(shop, "combine", {"operation": "union"}, first, second)
    assert shop.read(made["main"], "score", "origin", "note") == [
        (1, 7, "first", None),
        (2, 8, "first", "x"),
        (3, None, "second", "y"),
    ]
    made = ask(shop, "combine", {"operation": "union", "primary": "second"}, first, second)
    assert shop.read(made["main"], "origin") == [(1, "first"), (2, "second"), (3, "second")]


def test_intersection_and_those_in_some_but_not_in_all(shop: World) -> None:
    first = arriving(shop, "first", "person", [(1,), (2,), (3,)])
    second = arriving(shop, "second", "person", [(2, "b"), (3, "c"), (4, "d")], note=STRING)
    third = arriving(shop, "third", "person", [(3,), (5,)])
    made = ask(shop, "combine", {"operation": "intersection", "complement": True}, first, second, third)
    assert shop.read(made["main"], "note") == [(3, "c")]
    assert shop.read(made["complement"], "note") == [(1, None), (2, "b"), (4, "d"), (5, None)]


def test_exclusion_names_the_first_set_that_took_a_row_out(shop: World) -> None:
    primary = arriving(shop, "all", "person", [(1, "a"), (2, "b"), (3, "c"), (4, "d")], note=STRING)
    second, third = (arriving(shop, name, "person", keys) for name, keys in (("x", [(1,), (5,)]), ("y", [(1,), (2,)])))
    made = ask(shop, "combine", {"operation": "exclusion", "complement": True}, primary, second, third)
    assert shop.read(made["main"], "note") == [(3, "c"), (4, "d")]
    assert shop.read(made["complement"], "note", "excluded_by") == [(1, "a", "x"), (2, "b", "y")]


def test_exclusion_brings_other_dimensions_by_relationship_or_by_values(shop: World) -> None:
    primary, orders = everyone(shop), arriving(shop, "orders", "order", [(14,), (15,)])
    leads = arriving(shop, "leads", "lead", [("p1",), ("p3",), ("p4",)])
    pairs = {"source": "leads", "pairs": [{"primary": "[email]", "other": "[mail]"}]}
    bring = [{"source": "orders", "path": "person"}, pairs]
    parameters = {"operation": "exclusion", "bring": bring, "complement": True}
    made = ask(shop, "combine", parameters, primary, orders, leads)
    # neither a missing nor an empty address equals another
    assert shop.read(made["main"]) == [(2,), (3,), (4,)]
    assert shop.read(made["complement"], "excluded_by") == [(1, "leads"), (5, "orders")]


def test_reconciled_populations_land_on_the_first_dimension(shop: World) -> None:
    people, leads = (
        arriving(shop, "people", "person", [(3,), (5,)]),
        arriving(shop, "leads", "lead", [(c,) for c, *_ in LEADS]),
    )
    match = {"expression": "[email]", "by_source": {"leads": "[mail]"}}
    made = ask(shop, "combine", {"operation": "union", "reconcile": [match]}, people, leads)
    # p1 is person 1; p2 is nobody and is dropped; empty addresses are nobody's
    assert shop.read(made["main"]) == [(1,), (3,), (5,)]
    both = arriving(shop, "people", "person", [(1,), (5,)])
    made = ask(shop, "combine", {"operation": "intersection", "reconcile": [match]}, both, leads)
    assert shop.read(made["main"]) == [(1,)]


def test_deduplication_keeps_the_preferred_one_and_tells_which(shop: World) -> None:
    parameters = {
        "fields": ["[email]"],
        "choice": [{"kind": "descending", "expression": "[created_at]"}],
        "ignore_case": True,
        "ignore_space": True,
        "complement": True,
    }
    made = ask(shop, "deduplication", parameters, everyone(shop))
    assert shop.read(made["main"]) == [(2,), (3,), (4,), (5,)]
    assert shop.read(made["complement"], "kept_1") == [(1, 2)]
    made = ask(shop, "deduplication", {**parameters, "empty_are_duplicates": True}, everyone(shop))
    assert shop.read(made["main"]) == [(2,), (4,), (5,)]
    assert shop.read(made["complement"], "kept_1") == [(1, 2), (3, 4)]
    made = ask(shop, "deduplication", {**parameters, "keep": 0}, everyone(shop))
    assert (shop.read(made["main"]), shop.read(made["complement"])) == (EVERYONE, [])
    made = ask(shop, "deduplication", {**parameters, "ignore_case": False}, everyone(shop))
    assert shop.read(made["main"]) == EVERYONE


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ([], 1),
        ([{"kind": "descending", "expression": "[points]"}], 4),
        ([{"kind": "ascending", "expression": "[points]"}], 5),
        ([{"kind": "not-empty", "expression": "[country]"}, {"kind": "descending", "expression": "[id]"}], 5),
        ([{"kind": "preferred", "expression": "[country]", "values": ["DE", "US"]}], 3),
        ([{"kind": "preferred", "expression": "[country]", "values": ["IT"]}], 1),
    ],
)
def test_each_preference_decides_and_the_key_decides_last(shop: World, choice: list[Any], kept: int) -> None:
    parameters = {"fields": ["1"], "choice": choice}
    assert shop.read(ask(shop, "deduplication", parameters, everyone(shop))["main"]) == [(kept,)]


def test_chance_chooses_the_same_row_in_the_same_run(shop: World) -> None:
    parameters = {"fields": ["1"], "keep": 2, "choice": [{"kind": "random"}]}
    first, again = (shop.read(ask(shop, "deduplication", parameters, everyone(shop))["main"]) for _ in range(2))
    assert len(first) == 2
    assert first == again


def test_enrichment_adds_columns_and_never_changes_the_rows(shop: World) -> None:
    paid = {"kind": "attribute", "expression": "[status]", "operator": "equal", "value": "paid"}
    parameters = {
        "columns": [{"name": "town", "expression": "[house.city]"}],
        "lines": [
            {
                "alias": "orders",
                "path": "orders",
                "filter": paid,
                "sort": [{"expression": "[ordered_at]", "descending": True}],
                "count": 2,
                "attributes": [{"name": "id", "expression": "[id]"}, {"name": "total", "expression": "[total]"}],
            }
        ],
        "totals": [
            {"name": "spent", "path": "orders", "filter": paid, "function": "sum", "expression": "[total]"},
            {"name": "count", "path": "orders", "function": "count"},
            {"name": "dearest", "path": "orders", "function": "max", "expression": "[total]"},
        ],
    }
    main = ask(shop, "enrichment", parameters, everyone(shop))["main"]
    assert shop.read(main, "town", "orders_1_id", "orders_1_total", "orders_2_id", "orders_2_total") == [
        (1, "Lyon", 11, D("50.00"), 10, D("60.00")),
        (2, "Lyon", 13, D("99.99"), None, None),
        (3, "Paris", None, None, None, None),
        (4, None, None, None, None, None),
        (5, "Paris", None, None, None, None),
    ]
    assert shop.read(main, "spent", "count", "dearest") == [
        (1, D("110.00"), 3, D("60.00")),
        (2, D("99.99"), 1, D("99.99")),
        (3, D("0.00"), 0, None),
        (4, D("0.00"), 0, None),
        (5, D("0.00"), 1, D("100.00")),
    ]
    lists = dict(shop.read(main, "orders"))
    assert lists[1] == [{"id": 11, "total": D("50.00")}, {"id": 10, "total": D("60.00")}]
    assert not lists[3]


def test_split_hands_on_what_is_over_a_limit(shop: World) -> None:
    french = {"kind": "attribute", "expression": "[country]", "operator": "equal", "value": "fr"}
    segments = [
        {"name": "best", "count": 2, "sort": [{"expression": "[points]", "descending": True}]},
        {"name": "french", "rule": french},
    ]
    made = ask(shop, "split", {"segments": segments, "complement": True}, everyone(shop))
    assert [shop.read(made[name]) for name in ("best", "french", "complement")] == [[(1,), (4,)], [(2,)], [(3,), (5,)]]
    made = ask(shop, "split", {"segments": segments, "complement": True, "overlapping": True}, everyone(shop))
    assert [shop.read(made[name]) for name in ("best", "french", "complement")] == [
        [(1,), (4,)],
        [(1,), (2,)],
        [(3,), (5,)],
    ]


def test_split_in_one_table_names_the_segment(shop: World) -> None:
    segments = [
        {"name": "best", "label": "The best", "count": 1, "sort": [{"expression": "[points]", "descending": True}]},
        {"name": "known", "rule": {"kind": "attribute", "expression": "[points]", "operator": "is-not-empty"}},
    ]
    made = ask(shop, "split", {"segments": segments, "one_table": True}, everyone(shop))
    expected = [(1, "known"), (2, "known"), (3, None), (4, "The best"), (5, "known")]
    assert shop.read(made["main"], "segment") == expected


@pytest.mark.parametrize("stable", [False, True])
def test_percentages_of_everyone_are_a_partition(shop: World, *, stable: bool) -> None:
    segments = [{"name": "half", "percent": 50}, {"name": "third", "percent": 30}, {"name": "rest", "percent": 20}]
    crowd = arriving(shop, "crowd", "person", [(number,) for number in range(1, 1001)])
    made = ask(shop, "split", {"segments": segments, "complement": True, "stable": stable}, crowd)
    sizes = [len(shop.read(made[name])) for name in ("half", "third", "rest", "complement")]
    together = sorted(row for population in made.values() for row in shop.read(population))
    assert together == [(number,) for number in range(1, 1001)]
    if stable:
        assert all(abs(size - wanted) < 60 for size, wanted in zip(sizes, (500, 300, 200, 0), strict=True))
    else:
        assert sizes == [500, 300, 200, 0]
