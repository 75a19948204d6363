"""Populations that carry a second dimension, through every activity and out by mail. Expectations by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign
from batuta.rules.bound import AttributeOf, Rooted
from batuta.runs.ports import Counts, Keeping
from batuta.schema.types import STRING
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Column

from .wishes import ITEMS, LINES, PAIR, WISHES, arriving, stocked

if TYPE_CHECKING:
    from conftest import World

LABEL = Rooted("secondary", AttributeOf((), "label", STRING), STRING)


@pytest.fixture
def shop(world: World) -> World:
    return stocked(world)


def wishes(world: World, *more: tuple[int, int], source: str = "wishes") -> Input:
    return arriving(world, source, PAIR, [*WISHES, *more])


def people(world: World, *ids: int) -> Input:
    return arriving(world, "people", world.shape("person"), [(number,) for number in ids])


def items(world: World, *ids: int) -> Input:
    return arriving(world, "items", world.shape("item"), [(number,) for number in ids])


def ask(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> Mapping[str, Set]:
    """Ask an activity for its populations as a run would, and make their tables."""
    activity = Activity(id="it", kind=kind, parameters=parameters)
    scope = Knowledge(world.catalogue).scope(Campaign(id="c", name="C", activities=(activity,)), "it", "run")
    return world.make(**typed(activity).populations(inputs, scope))


def onward(made: Set) -> Input:
    return Input("before", "main", "before", made)


TO_OWNERS = {"dimension": "person", "path": "wish_list.owner", "complement": True}


def test_items_lead_to_their_owners_and_what_leads_nowhere_to_the_complement(shop: World) -> None:
    made = ask(shop, "change-dimension", TO_OWNERS, items(shop, *(number for number, *_ in ITEMS)))
    assert shop.keys(made["main"]) == {(1, 11), (1, 12), (2, 13), (2, 17)}
    assert shop.keys(made["complement"]) == {(14,), (15,), (16,), (18,)}


def test_there_and_back_contains_the_origin(shop: World) -> None:
    there = ask(
        shop,
        "change-dimension",
        {"dimension": "item", "path": "wish_lists.items", "complement": True},
        people(shop, 1, 2, 3),
    )
    assert shop.keys(there["main"]) == {(11, 1), (12, 1), (13, 2), (17, 2)}
    assert shop.keys(there["complement"]) == {(3,)}
    back = ask(shop, "change-dimension", TO_OWNERS, onward(there["main"]))["main"]
    assert shop.keys(back) == {(1, 11), (1, 12), (2, 13), (2, 17)}


def test_the_first_by_former_row_key_decides_where_rows_fall_together(shop: World) -> None:
    noted = arriving(shop, "wishes", PAIR, [(2, 13, "pen"), (1, 12, "book"), (1, 11, "lamp")], note=STRING)
    houses = ask(shop, "change-dimension", {"dimension": "house"}, noted)["main"]
    assert shop.read(houses, "note") == [(1, 1, "lamp"), (1, 2, "pen")]
    once = ask(shop, "change-dimension", {"dimension": "house", "keep": "one-per-key"}, noted)["main"]
    assert shop.read(once, "note") == [(1, "lamp")]
    bare = ask(shop, "change-dimension", {"dimension": "house", "keep": "one-per-key"}, wishes(shop))["main"]
    assert shop.read(bare) == [(1,)]


def test_sets_that_share_the_secondary_dimension_meet_by_row(shop: World) -> None:
    other = arriving(shop, "other", PAIR, [(1, 12), (2, 14)])
    union = ask(shop, "combine", {"operation": "union"}, wishes(shop), other)["main"]
    assert shop.keys(union) == {(1, 11), (1, 12), (2, 13), (2, 14)}
    both = ask(shop, "combine", {"operation": "intersection", "complement": True}, wishes(shop), other)
    assert shop.keys(both["main"]) == {(1, 12)}
    assert shop.keys(both["complement"]) == {(1, 11), (2, 13), (2, 14)}
    less = ask(shop, "combine", {"operation": "exclusion", "complement": True}, wishes(shop), other)
    assert shop.keys(less["main"]) == {(1, 11), (2, 13)}
    assert shop.read(less["complement"], "excluded_by") == [(1, 12, "other")]


def test_sets_that_do_not_share_it_meet_by_target(shop: World) -> None:
    union = ask(shop, "combine", {"operation": "union"}, wishes(shop), people(shop, 2, 3))["main"]
    assert shop.keys(union) == {(1,), (2,), (3,)}
    both = ask(shop, "combine", {"operation": "intersection", "complement": True}, wishes(shop), people(shop, 1, 3))
    assert shop.keys(both["main"]) == {(1, 11), (1, 12)}
    assert shop.keys(both["complement"]) == {(2,), (3,)}
    less = ask(shop, "combine", {"operation": "exclusion"}, wishes(shop), people(shop, 1))["main"]
    assert shop.keys(less) == {(2, 13)}
    primary = ask(shop, "combine", {"operation": "exclusion"}, people(shop, 1, 2, 3), wishes(shop))["main"]
    assert shop.keys(primary) == {(3,)}


def test_a_secondary_key_of_another_dimension_is_none_that_is_shared(shop: World) -> None:
    """Houses have integer keys too: 11 there is not item 11."""
    houses = replace(PAIR, secondary_schema="house")
    other = arriving(shop, "other", houses, [(1, 11), (3, 12)])
    both = ask(shop, "combine", {"operation": "intersection"}, wishes(shop), other)["main"]
    assert shop.keys(both) == {(1, 11), (1, 12)}
    union = ask(shop, "combine", {"operation": "union"}, wishes(shop), other)["main"]
    assert shop.keys(union) == {(1,), (2,), (3,)}


def test_rows_meet_by_values_of_the_secondary_row(shop: World) -> None:
    brought = {"source": "items", "pairs": [{"primary": "[secondary.id]", "other": "[id]"}]}
    parameters = {"operation": "exclusion", "bring": [brought]}
    assert shop.keys(ask(shop, "combine", parameters, wishes(shop), items(shop, 11))["main"]) == {(1, 12), (2, 13)}
    lamps = arriving(shop, "lamps", PAIR, [(2, 17)])
    matched = {"operation": "intersection", "reconcile": [{"expression": "[secondary.label]"}]}
    assert shop.keys(ask(shop, "combine", matched, wishes(shop), lamps)["main"]) == {(1, 11)}


def test_deduplication_keeps_a_row_of_each_target_and_names_it_by_its_whole_key(shop: World) -> None:
    parameters = {
        "fields": ["[id]"],
        "choice": [{"kind": "ascending", "expression": "[secondary.price]"}],
        "complement": True,
    }
    made = ask(shop, "deduplication", parameters, wishes(shop))
    assert shop.keys(made["main"]) == {(1, 12), (2, 13)}
    assert shop.read(made["complement"], "kept_1", "kept_2") == [(1, 11, 1, 12)]


def test_limits_and_percentages_count_rows(shop: World) -> None:
    dear = {"name": "dear", "count": 1, "sort": [{"expression": "[secondary.price]", "descending": True}]}
    under = {"kind": "attribute", "expression": "[secondary.price]", "operator": "less", "value": 8}
    made = ask(shop, "split", {"segments": [dear, {"name": "cheap", "rule": under}], "complement": True}, wishes(shop))
    assert [shop.keys(made[name]) for name in ("dear", "cheap", "complement")] == [{(1, 11)}, {(2, 13)}, {(1, 12)}]
    halves = ask(
        shop, "split", {"segments": [{"name": "half", "percent": 50}], "complement": True}, wishes(shop, (2, 17))
    )
    half, rest = shop.keys(halves["half"]), shop.keys(halves["complement"])
    assert (len(half), half | rest) == (2, {*WISHES, (2, 17)})


def test_enrichment_adds_columns_of_the_secondary_row_and_keeps_the_rows(shop: World) -> None:
    columns = [
        {"name": "label", "expression": "[secondary.label]"},
        {"name": "occasion", "expression": "[secondary.wish_list.notify_email]"},
    ]
    made = ask(shop, "enrichment", {"columns": columns}, wishes(shop, (3, 77)))["main"]
    assert shop.read(made, "label", "occasion") == [
        (1, 11, "Lamp", "wedding@x.example"),
        (1, 12, "Book", "wedding@x.example"),
        (2, 13, "Pen", "birthday@x.example"),
        (3, 77, None, None),
    ]


def test_enrichment_adds_lines_and_totals_of_what_the_secondary_row_leads_to(shop: World) -> None:
    """Lists with an item each: the person is the target, the list the secondary row, its items the lines."""
    lists = replace(PAIR, secondary_schema="wish_list")
    arrived = arriving(shop, "lists", lists, [(1, 100), (2, 200), (3, 400), (4, 999)])
    lines = {
        "alias": "items",
        "path": "secondary.items",
        "sort": [{"expression": "[price]", "descending": True}],
        "attributes": [{"name": "label", "expression": "[label]"}],
    }
    sums = {"name": "worth", "path": "secondary.items", "function": "sum", "expression": "[price]"}
    counts = {"name": "lists", "path": "wish_lists", "function": "count"}
    made = ask(shop, "enrichment", {"lines": [lines], "totals": [sums, counts]}, arrived)["main"]
    assert shop.read(made, "items_1_label", "worth", "lists") == [
        (1, 100, "Lamp", Decimal(40), 1),
        (2, 200, "Lamp", Decimal(36), 1),
        (3, 400, "On a list without owner", Decimal(4), 0),
        (4, 999, None, Decimal(0), 0),
    ]


def test_rows_and_targets_are_counted_apart(shop: World) -> None:
    made = wishes(shop).population
    assert made is not None
    assert shop.engine.count(made, shop.moment, {}) == Counts(3, 2)


def test_an_audience_holds_each_target_once_with_the_values_of_its_first_row(shop: World) -> None:
    made = wishes(shop).population
    assert isinstance(made, Table)
    keeping = Keeping(made, (("label", LABEL),), "audience_wishers", "save", shop.moment)
    assert shop.engine.save_audience(keeping) == Counts(2, 2)
    shop.audiences["Wishers"] = "audience_wishers"
    shape = shop.shape("person", Column("label", STRING))
    known = Knowledge(shop.catalogue, audiences={"Wishers": shape})
    scope = known.scope(Campaign(id="c", name="C", activities=()), "it", "run")
    activity = Activity(id="it", kind="read-audience", parameters={"audience": "Wishers", "attributes": ["label"]})
    read = shop.make(**typed(activity).populations((), scope))["main"]
    assert shop.read(read, "label") == [(1, "Lamp"), (2, "Pen")]


def test_rows_without_target_stand_each_by_its_line(shop: World) -> None:
    rows = [(None, 1), (None, 2), (1, 3), (1, 4)]
    file = arriving(shop, "file", LINES, rows)
    again = arriving(shop, "again", LINES, [(None, 2), (1, 4), (None, 5)])
    union = ask(shop, "combine", {"operation": "union"}, file, again)["main"]
    assert shop.keys(union) == {*rows, (None, 5)}
    both = ask(shop, "combine", {"operation": "intersection", "complement": True}, file, again)
    assert shop.keys(both["main"]) == {(None, 2), (1, 4)}
    assert shop.keys(both["complement"]) == {(None, 1), (1, 3), (None, 5)}
    less = ask(shop, "combine", {"operation": "exclusion"}, file, again)["main"]
    assert shop.keys(less) == {(None, 1), (1, 3)}
    assert shop.keys(ask(shop, "combine", {"operation": "exclusion"}, file, people(shop, 1))["main"]) == {
        (None, 1),
        (None, 2),
    }
    targets = ask(shop, "combine", {"operation": "union"}, file, people(shop, 2))["main"]
    assert shop.keys(targets) == {(1,), (2,)}


def test_rows_without_target_are_rows_but_no_targets(shop: World) -> None:
    rows = [(None, 1, "a"), (None, 2, "b"), (1, 3, "c")]
    file = arriving(shop, "file", LINES, rows, note=STRING)
    assert file.population is not None
    assert shop.engine.count(file.population, shop.moment, {}) == Counts(3, 1)
    parts = ask(shop, "split", {"segments": [{"name": "half", "percent": 50}], "complement": True}, file)
    found = [*shop.read(parts["half"], "note"), *shop.read(parts["complement"], "note")]
    assert sorted(found, key=str) == sorted(rows, key=str)
    kept = ask(shop, "deduplication", {"fields": ["[note]"]}, file)["main"]
    assert sorted(shop.read(kept, "note"), key=str) == sorted(rows, key=str)
    changed = ask(shop, "change-dimension", {"dimension": "house", "complement": True}, file)
    assert shop.keys(changed["main"]) == {(1, 1)}
    assert shop.keys(changed["complement"]) == {(None, 1), (None, 2)}
