"""Populations that carry a second dimension, through every activity and out by mail. Expectations by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign
from batuta.messages.configuration import Category, ChannelConfiguration, Environment, Level, Sender
from batuta.rules.bound import AttributeOf, Rooted
from batuta.runs.ports import Counts, Keeping
from batuta.runs.sending.contract import Order, Tally
from batuta.schema.builtin import SUPPRESSION
from batuta.schema.types import INTEGER, STRING, DataType
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Column, Shape

from .office import Office

if TYPE_CHECKING:
    from conftest import World

D = Decimal
PEOPLE = [
    (1, "ann@x.example", "Ann", 1),
    (2, "ben@x.example", "Ben", 1),
    (3, "cid@x.example", "Cid", 2),
    (4, "ann@x.example", "Ann's other half", 1),
]
LISTS = [(100, 1, "wedding@x.example"), (200, 2, "birthday@x.example"), (300, 99, "gone@x.example"), (400, None, None)]
ITEMS = [
    (11, 100, "Lamp", D("30.00")),
    (12, 100, "Book", D("10.00")),
    (13, 200, "Pen", D("5.00")),
    (14, None, "On no list", D("1.00")),
    (15, 300, "Of nobody's list", D("2.00")),
    (16, 777, "On a list that is gone", D("3.00")),
    (17, 200, "Lamp", D("31.00")),
    (18, 400, "On a list without owner", D("4.00")),
]
WISHES = [(1, 11), (1, 12), (2, 13)]
"""People with an item each, as (person, item)."""
PAIR = Shape("person", "person", (INTEGER,), secondary_schema="item", secondary_key=(INTEGER,))
LABEL = Rooted("secondary", AttributeOf((), "label", STRING), STRING)


@pytest.fixture
def shop(world: World) -> World:
    world.schema("house", "*id integer, city string", [(1, "Lyon"), (2, "Paris")], identity="city")
    world.schema("person", "*id integer, email string, name string, house_id integer", PEOPLE, identity="email")
    world.schema("wish_list", "*id integer, owner_id integer, notify_email string", LISTS)
    world.schema("item", "*id integer, list_id integer, label string, price decimal(10 2)", ITEMS, identity="label")
    world.link("person.house_id -> house.id", "house", "people")
    world.link("wish_list.owner_id -> person.id", "owner", "wish_lists")
    world.link("item.list_id -> wish_list.id", "wish_list", "items")
    world.catalogue = world.catalogue.model_copy(update={"schemas": (*world.catalogue.schemas, SUPPRESSION)})
    return world


def arriving(world: World, source: str, shape: Shape, rows: list[tuple[Any, ...]], **columns: DataType) -> Input:
    wide = shape.having(tuple(Column(name, kind) for name, kind in columns.items()))
    return Input(source, "main", source, world.table(wide, rows))


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


LINES = Shape("person", "person", (INTEGER,), numbered=True, origin="file", keyless=True)
"""The lines of a file, some of which are nobody's."""


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


CHANNEL = ChannelConfiguration(
    name="letters",
    category=Category.TRANSACTIONAL,
    communication_type="service",
    dimension="person",
    address="[email]",
    sender=Sender(address="shop@shop.example", name="The Shop"),
)
BY_ROW = CHANNEL.model_copy(update={"level": Level.ROW, "address": "[secondary.wish_list.notify_email]"})
CONTENT = {
    "subject": "{{ profile.name }}: {{ secondary.label }} {{ secondary.price }}",
    "html": "<p>{{ secondary.wish_list.notify_email }}</p>"
    "{% for row in others %}<li>{{ row.secondary.label }} {{ row.note }}</li>{% endfor %}<p>{{ others.size }}</p>",
}
ALONE = {"html": "<p>{{ secondary.wish_list.notify_email }} {{ target.note }}</p>"}
DEAREST = [{"expression": "[secondary.price]", "descending": True}]


@pytest.fixture
def office(shop: World, tmp_path: Path) -> Iterator[Office]:
    opened = Office(shop, tmp_path, CHANNEL, Environment(allowed_list_on=False), CONTENT)
    yield opened
    opened.close()


def noted(office: Office) -> Table:
    rows = [(1, 11, "a"), (1, 12, "b"), (2, 13, "c"), (2, 17, "d"), (4, 11, "e"), (9, 11, "f")]
    made = arriving(office.world, "noted", PAIR, rows, note=STRING).population
    assert isinstance(made, Table)
    return made


def sent(office: Office, order: Order) -> set[tuple[Any, ...]]:
    return set(office.output(order, "sent"))


def test_at_level_target_one_message_goes_to_each_with_its_other_rows(office: Office) -> None:
    order = office.order(noted(office), "live", sort=DEAREST)
    tally, counts = office.carry_out(order)
    assert tally == Tally(targeted=4, excluded={"no-longer-in-the-data": 1, "duplicate-address": 1}, sent=2)
    assert counts["sent"] == Counts(2, 2)
    assert sent(office, order) == {(1, 11), (2, 17)}
    assert set(office.output(order, "excluded", "reason")) == {
        (4, 11, "duplicate-address"),
        (9, 11, "no-longer-in-the-data"),
    }
    mails = office.mails("live")
    assert {to: mail["Subject"] for to, mail in mails.items()} == {
        "ann@x.example": "Ann: Lamp 30.00",
        "ben@x.example": "Ben: Lamp 31.00",
    }
    ann, ben = (mails[f"{name}@x.example"].get_body(("html",)).get_content() for name in ("ann", "ben"))
    assert "<p>wedding@x.example</p><li>Book b</li><p>1</p>" in ann
    assert "<p>birthday@x.example</p><li>Pen c</li><p>1</p>" in ben


def test_without_a_sort_the_secondary_key_decides(office: Office) -> None:
    order = office.order(noted(office), "live")
    office.carry_out(order)
    assert sent(office, order) == {(1, 11), (2, 13)}


def test_the_other_rows_come_in_the_order_of_the_sort(office: Office) -> None:
    rows = [(1, 11, "a"), (1, 12, "b"), (1, 13, "c"), (1, 17, "d"), (3, 14, "e")]
    made = arriving(office.world, "more", PAIR, rows, note=STRING).population
    assert isinstance(made, Table)
    office.carry_out(office.order(made, "live", sort=DEAREST))
    mails = office.mails("live")
    listed = mails["ann@x.example"].get_body(("html",)).get_content()
    assert "<li>Lamp a</li><li>Book b</li><li>Pen c</li><p>3</p>" in listed
    assert "<li>" not in mails["cid@x.example"].get_body(("html",)).get_content()
    assert "<p>0</p>" in mails["cid@x.example"].get_body(("html",)).get_content()


def test_at_level_row_one_message_goes_to_each_row_at_its_own_address(office: Office) -> None:
    order = office.order(noted(office), "live", configuration=BY_ROW, **ALONE)
    tally, _ = office.carry_out(order)
    assert tally == Tally(targeted=6, excluded={"no-longer-in-the-data": 1}, sent=5)
    assert sent(office, order) == {(1, 11), (1, 12), (2, 13), (2, 17), (4, 11)}
    letters = [(mail["To"], mail["Subject"]) for mail in office.letters("live")]
    assert letters == [
        ("birthday@x.example", "Ben: Lamp 31.00"),
        ("birthday@x.example", "Ben: Pen 5.00"),
        ("wedding@x.example", "Ann's other half: Lamp 30.00"),
        ("wedding@x.example", "Ann: Book 10.00"),
        ("wedding@x.example", "Ann: Lamp 30.00"),
    ]


def test_once_per_address_holds_for_rows_if_so_chosen(office: Office) -> None:
    order = office.order(noted(office), "live", configuration=BY_ROW, once_per_address=True, **ALONE)
    tally, _ = office.carry_out(order)
    assert (tally.sent, tally.excluded["duplicate-address"]) == (2, 3)
    assert sent(office, order) == {(1, 11), (2, 13)}


@pytest.mark.parametrize("level", list(Level))
def test_test_mode_agrees_with_live_at_both_levels(office: Office, level: Level) -> None:
    channel, content = (BY_ROW, ALONE) if level is Level.ROW else (CHANNEL, {})
    made = noted(office)
    test = office.order(made, "test", live=False, configuration=channel, **content)
    tested = office.carry_out(test)
    assert not office.home.outbox.exists()
    live = office.order(made, "live", configuration=channel, **content)
    assert office.carry_out(live) == tested
    assert office.samples("test") == office.samples("live")
    for output in ("sent", "excluded"):
        assert office.output(test, output) == office.output(live, output)


@pytest.mark.parametrize("level", list(Level))
def test_the_outputs_partition_the_messages(office: Office, level: Level) -> None:
    channel, content = (BY_ROW, ALONE) if level is Level.ROW else (CHANNEL, {})
    order = office.order(noted(office), "live", configuration=channel, holdout=30, **content)
    tally, counts = office.carry_out(order)
    rows = [row for output in order.outputs for row in office.output(order, output)]
    assert len(rows) == len(set(rows)) == tally.targeted == sum(count.rows for count in counts.values())


def test_all_rows_of_a_held_out_target_are_held_out(office: Office) -> None:
    crowd = [(number, f"p{number}@x.example", "P", 1) for number in range(1000, 1100)]
    office.world.rows("person", crowd)
    office.sending = replace(office.sending, engine=office.world.engine)
    rows = [(number, item) for number, *_ in crowd for item in (11, 12, 13)]
    table = office.world.table(PAIR.having((Column("note", STRING),)), [(*row, "x") for row in rows])
    order = office.order(table, "live", configuration=BY_ROW, holdout=30, **ALONE)
    office.carry_out(order)
    held, written = office.output(order, "holdout"), office.output(order, "sent")
    held_out, written_to = ({target for target, _ in found} for found in (held, written))
    assert (len(held), len(written)) == (3 * len(held_out), 3 * len(written_to))
    assert 10 <= len(held_out) <= 50
    assert not held_out & written_to
    by_target = office.order(table, "target", holdout=30)
    office.carry_out(by_target)
    assert {target for target, _ in office.output(by_target, "holdout")} == held_out


def test_rows_without_target_are_left_out_first(office: Office) -> None:
    rows = [(None, 1, "a"), (None, 2, "b"), (1, 3, "c"), (1, 4, "d")]
    made = arriving(office.world, "file", LINES, rows, note=STRING).population
    assert isinstance(made, Table)
    content = {"subject": "{{ target.note }}", "html": "{% for row in others %}<li>{{ row.note }}</li>{% endfor %}"}
    order = office.order(made, "live", **content)
    tally, _ = office.carry_out(order)
    assert tally == Tally(targeted=3, excluded={"no-target": 2}, sent=1)
    assert set(office.output(order, "excluded", "reason")) == {(None, 1, "no-target"), (None, 2, "no-target")}
    (mail,) = office.letters("live")
    assert mail["Subject"] == "c"
    assert "<li>d</li>" in mail.get_body(("html",)).get_content()
