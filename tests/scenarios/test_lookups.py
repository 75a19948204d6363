"""Reconciliation and joins over a few people, with NULL, '', duplicates, no match and many. Expectations by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from batuta.activities.contract import Input, Kind, Scope
from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge, validate
from batuta.campaign.model import Activity, Campaign, Transition
from batuta.schema.types import INTEGER, STRING, DataType
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, shape_of_lines
from batuta.testing import TEXTS

if TYPE_CHECKING:
    from conftest import World

PEOPLE = [
    (1, "ann@x.org", "Ann", "FR", "75001"),
    (2, "ANN@x.org ", "Anne", "FR", "75001"),
    (3, None, "Bob", "DE", ""),
    (4, "", "Cid", None, None),
    (5, "élu@x.org", "Élu", "US", "10001"),
    (6, "dan@x.org", "Dan", "FR", "69001"),
]
STORES = [
    ("s1", "FR", "75001", "Louvre"),
    ("s2", "FR", "75001", "Opera"),
    ("s3", "DE", "", "Berlin"),
    ("s4", None, None, ""),
]
ORDERS = [(10, 1, "a"), (11, 1, "b"), (12, 6, "c"), (13, None, ""), (14, 99, None)]
LINES = [
    (2, " Ann@X.ORG", "Anne", 5),
    (3, "ELU@x.org", "", 6),
    (4, "", "Bob", 7),
    (5, None, None, 8),
    (7, "nobody@x.org", "Dan", 9),
    (8, "ann@x.org", "ann", None),
    (9, "dan@x.org\u00a0", "Dan", 1),
]
BY_MAIL = {"here": "[mail]", "there": "[email]"}


@pytest.fixture
def shop(world: World) -> World:
    world.schema(
        "person", "*id integer, email string, name string, country string, postcode string", PEOPLE, identity="email"
    )
    world.schema("store", "*code string, country string, postcode string, city string", STORES)
    world.schema("order", "*id integer, person_id integer, code string", ORDERS, identity="code")
    world.link("order.person_id -> person.id", "person", "orders")
    return world


def file(world: World) -> Input:
    columns = (Column("mail", STRING), Column("first_name", STRING), Column("amount", INTEGER))
    return Input("file", "main", "File", world.table(shape_of_lines("file", columns), LINES))


def arriving(world: World, source: str, dimension: str, rows: list[tuple[Any, ...]], **columns: DataType) -> Input:
    shape = world.shape(dimension, *(Column(name, type_) for name, type_ in columns.items()))
    return Input(source, "main", source, world.table(shape, rows))


def everyone(world: World) -> Input:
    return arriving(world, "everyone", "person", [(row[0],) for row in PEOPLE])


def asked(world: World, kind: str, parameters: dict[str, Any]) -> tuple[Kind, Scope]:
    activity = Activity(id="it", kind=kind, parameters=parameters)
    campaign = Campaign(id="c", name="C", activities=(activity,))
    return typed(activity), Knowledge(world.catalogue).scope(campaign, "it", "run")


def ask(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> Mapping[str, Table]:
    it, scope = asked(world, kind, parameters)
    return world.make(**it.populations(inputs, scope))


def counted(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> dict[str, int]:
    it, scope = asked(world, kind, parameters)
    remarks = it.remarks(inputs, scope)
    return {remark.code: world.engine.count(remark.rows, world.moment, {}).rows for remark in remarks}


def test_lines_of_a_file_become_people_and_two_may_be_one(shop: World) -> None:
    parameters = {"dimension": "person", "pairs": [BY_MAIL], "unreconciled": "complement"}
    made = ask(shop, "reconciliation", parameters, file(shop))
    assert shop.read(made["main"], "amount") == [(1, 2, 5), (1, 8, None), (5, 3, 6), (6, 9, 1)]
    assert shop.read(made["complement"], "first_name") == [(4, "Bob"), (5, None), (7, "Dan")]
    assert counted(shop, "reconciliation", parameters, file(shop)) == {"reconciliation-ambiguous": 2}
    assert shop.engine.count(made["main"], shop.moment, {}).targets == 3


def test_lines_that_match_nothing_are_dropped_or_kept_without_a_target(shop: World) -> None:
    parameters = {"dimension": "person", "pairs": [BY_MAIL]}
    assert counted(shop, "reconciliation", parameters, file(shop)) == {
        "reconciliation-ambiguous": 2,
        "reconciliation-dropped": 3,
    }
    parameters["unreconciled"] = "keep"
    kept = ask(shop, "reconciliation", parameters, file(shop))["main"]
    assert {row[:2] for row in shop.read(kept)} == {(1, 2), (1, 8), (5, 3), (6, 9), (None, 4), (None, 5), (None, 7)}
    found = counted(shop, "reconciliation", parameters, file(shop))
    assert found == {"reconciliation-ambiguous": 2, "reconciliation-kept": 3}
    counts = shop.engine.count(kept, shop.moment, {})
    assert (counts.rows, counts.targets) == (7, 3)


def test_every_pair_must_match_and_exactness_is_per_pair(shop: World) -> None:
    def found(*pairs: dict[str, Any], **more: Any) -> list[tuple[object, ...]]:
        parameters = {"dimension": "person", "pairs": list(pairs), **more}
        return shop.read(ask(shop, "reconciliation", parameters, file(shop))["main"])

    name = {"here": "[first_name]", "there": "[name]"}
    assert found(BY_MAIL, name) == [(2, 2), (6, 9)]
    assert found(BY_MAIL, {**name, "exact": False}) == [(1, 8), (2, 2), (6, 9)]
    assert found({**BY_MAIL, "exact": True}) == [(1, 8)]
    assert found(name) == [(2, 2), (3, 4), (6, 7), (6, 9)]
    assert found({"here": "[amount]", "there": "[id]"}) == [(1, 9), (5, 2), (6, 3)]
    french = {"kind": "attribute", "expression": "[country]", "operator": "equal", "value": "FR"}
    assert found(BY_MAIL, filter=french) == [(1, 2), (1, 8), (6, 9)]


def test_a_rule_decides_instead_of_pairs(shop: World) -> None:
    paying = {"kind": "exists", "path": "orders"}
    same = {
        "kind": "attribute",
        "expression": "[name]",
        "operator": "equal",
        "value": {"expression": "[row.first_name]"},
    }
    parameters = {"dimension": "person", "rule": {"kind": "and", "children": [paying, same]}}
    # "Anne" has no orders; "ann" is Ann where case does not count, as in every condition
    assert shop.read(ask(shop, "reconciliation", parameters, file(shop))["main"]) == [(1, 8), (6, 7), (6, 9)]
    assert counted(shop, "reconciliation", parameters, file(shop)) == {
        "reconciliation-ambiguous": 0,
        "reconciliation-dropped": 4,
    }


def test_populations_of_one_file_compare_by_line_and_others_by_person(shop: World) -> None:
    lines = file(shop)
    parameters = {"dimension": "person", "pairs": [BY_MAIL]}
    main = Input("whose", "main", "Whose", ask(shop, "reconciliation", parameters, lines)["main"])
    split = {
        "segments": [{"name": "some", "rule": {"kind": "expression", "expression": "[amount] > 1"}}],
        "complement": True,
    }
    parts = ask(shop, "split", split, main)
    some, rest = (Input(name, "main", name, table) for name, table in parts.items())
    assert shop.read(some.population) == [(1, 2), (5, 3)]  # type: ignore[arg-type]
    both = ask(shop, "combine", {"operation": "union"}, some, rest)["main"]
    assert shop.read(both) == [(1, 2), (1, 8), (5, 3), (6, 9)]
    assert shop.read(ask(shop, "combine", {"operation": "exclusion"}, main, some)["main"]) == [(1, 8), (6, 9)]
    ann = arriving(shop, "ann", "person", [(1,), (3,)])
    assert shop.read(ask(shop, "combine", {"operation": "exclusion"}, main, ann)["main"]) == [(5, 3), (6, 9)]
    assert shop.read(ask(shop, "combine", {"operation": "intersection"}, main, ann)["main"]) == [(1, 2), (1, 8)]
    # united with others by person: each comes once, with the smallest line's columns
    joined = ask(shop, "combine", {"operation": "union"}, main, ann)["main"]
    assert shop.read(joined, "amount") == [(1, 5), (3, None), (5, 6), (6, 1)]


def store(**change: Any) -> dict[str, Any]:
    pairs = [{"here": f"[{name}]", "there": f"[{name}]"} for name in ("country", "postcode")]
    return {
        "alias": "store",
        "schema": "store",
        "pairs": pairs,
        "attributes": [{"name": "city", "expression": "[city]"}],
        **change,
    }


def test_a_join_of_one_row_never_changes_the_number_of_rows(shop: World) -> None:
    parameters = {"joins": [store(cardinality="one")]}
    made = ask(shop, "enrichment", parameters, everyone(shop))["main"]
    # both stores of 75001 match persons 1 and 2; an empty postcode or country matches nothing
    assert shop.read(made, "store_city") == [
        (1, "Louvre"), (2, "Louvre"), (3, None), (4, None), (5, None), (6, None)
    ]  # fmt: skip
    assert counted(shop, "enrichment", parameters, everyone(shop)) == {"join-ambiguous": 2, "join-missing": 4}
    failing = {"joins": [store(cardinality="one", on_missing="fail")]}
    assert counted(shop, "enrichment", failing, everyone(shop)) == {"join-ambiguous": 2, "join-missing-fails": 4}
    opera = {"kind": "attribute", "expression": "[city]", "operator": "starts-with", "value": "o"}
    made = ask(shop, "enrichment", {"joins": [store(filter=opera)]}, everyone(shop))["main"]
    assert [row[1] for row in shop.read(made, "store_city")] == ["Opera", "Opera", None, None, None, None]


def test_a_join_of_many_makes_a_row_of_each_match_and_loses_none(shop: World) -> None:
    made = ask(shop, "enrichment", {"joins": [store(cardinality="many")]}, everyone(shop))["main"]
    assert shop.read(made, "store_city") == [
        (1, 1, "Louvre"), (1, 2, "Opera"), (2, 1, "Louvre"), (2, 2, "Opera"),
        (3, 1, None), (4, 1, None), (5, 1, None), (6, 1, None),
    ]  # fmt: skip
    whose = ask(shop, "reconciliation", {"dimension": "person", "pairs": [BY_MAIL], "unreconciled": "keep"}, file(shop))
    lines = Input("whose", "main", "Whose", whose["main"])
    again = ask(shop, "enrichment", {"joins": [store(cardinality="many")]}, lines)["main"]
    rows = shop.read(again, "amount", "store_city")
    assert [row for row in rows if row[0] == 1] == [
        (1, 1, 5, "Louvre"), (1, 2, 5, "Opera"), (1, 3, None, "Louvre"), (1, 4, None, "Opera")
    ]  # fmt: skip
    assert sorted(row[1:] for row in rows if row[0] is None) == [(1, 7, None), (2, 8, None), (3, 9, None)]
    one = ask(shop, "enrichment", {"joins": [store()]}, lines)["main"]
    assert [row[3] for row in shop.read(one, "amount", "store_city") if row[0] == 1] == ["Louvre", "Louvre"]


def test_populations_of_other_dimensions_and_of_files_may_be_joined(shop: World) -> None:
    orders = arriving(shop, "orders", "order", [(11, 2), (12, 3), (14, 4)], weight=INTEGER)
    joins = [
        {
            "alias": "order",
            "from": "orders",
            "pairs": [{"here": "[id]", "there": "[person_id]"}],
            "attributes": [{"name": "id", "expression": "[id]"}, {"name": "weight", "expression": "[weight]"}],
        },
        {
            "alias": "line",
            "from": "file",
            "pairs": [{"here": "[email]", "there": "[mail]", "exact": False}],
            "attributes": [{"name": "amount", "expression": "[amount]"}],
        },
    ]
    made = ask(shop, "enrichment", {"joins": joins}, everyone(shop), orders, file(shop))["main"]
    assert shop.read(made, "order_id", "order_weight", "line_amount") == [
        (1, 11, 2, 5), (2, None, None, 5), (3, None, None, None),
        (4, None, None, None), (5, None, None, 6), (6, 12, 3, 1),
    ]  # fmt: skip
    # and the lines of a file may be enriched with people, and stay lines
    person = {
        "alias": "person",
        "schema": "person",
        "pairs": [BY_MAIL],
        "attributes": [{"name": "id", "expression": "[id]"}],
    }
    made = ask(shop, "enrichment", {"joins": [person]}, file(shop))["main"]
    assert shop.read(made, "person_id") == [(2, 1), (3, 5), (4, None), (5, None), (7, None), (8, 1), (9, 6)]


def test_lines_of_a_file_are_brought_to_people_by_values_and_the_rest_is_counted(shop: World) -> None:
    people = arriving(shop, "people", "person", [(3,)])
    parameters = {
        "operation": "union",
        "reconcile": [{"expression": "[email]", "by_source": {"file": "Lower([mail])"}}],
    }
    made = ask(shop, "combine", parameters, people, file(shop))["main"]
    assert shop.read(made, "amount") == [(1, None), (3, None)]
    assert counted(shop, "combine", parameters, people, file(shop)) == {"combine-dropped": 6}


def test_a_population_to_be_joined_that_will_not_run_blocks_the_campaign(shop: World) -> None:
    def build(name: str, enabled: bool = True) -> Activity:
        everybody = {"dimension": "person", "rule": {"kind": "all-rows"}}
        return Activity(id=name, kind="build-audience", parameters=everybody, enabled=enabled)

    other = {
        "alias": "o",
        "from": "b",
        "pairs": [{"here": "[id]", "there": "[id]"}],
        "attributes": [{"name": "id", "expression": "[id]"}],
    }
    joining = Activity(id="it", kind="enrichment", parameters={"joins": [other]})
    ways = (Transition(source="a", target="it"), Transition(source="b", target="it"))
    for enabled in (True, False):
        campaign = Campaign(id="c", name="C", activities=(build("a"), build("b", enabled), joining), transitions=ways)
        found = [problem for problem in validate(campaign, Knowledge(shop.catalogue)).problems if problem.blocking]
        assert [(problem.activity, problem.code) for problem in found] == (
            [] if enabled else [("it", "barrier-disabled")]
        )
        assert all(TEXTS.say(problem, "fr") for problem in found)
