"""Mail to each target or to each row of a secondary dimension, live and in test mode. Expectations by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batuta.messages.configuration import Category, ChannelConfiguration, Environment, Level, Sender
from batuta.runs.ports import Counts
from batuta.runs.sending.contract import Order, Tally
from batuta.schema.types import STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Column

from .office import Office
from .wishes import LINES, PAIR, arriving, stocked

if TYPE_CHECKING:
    from conftest import World

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
def office(world: World, tmp_path: Path) -> Iterator[Office]:
    opened = Office(stocked(world), tmp_path, CHANNEL, Environment(allowed_list_on=False), CONTENT)
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
