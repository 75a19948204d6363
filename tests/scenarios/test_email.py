"""Who is written to and who is not, and why: on the engine, with ledger, shards and outbox as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from batuta.messages.configuration import AllowedList, ChannelConfiguration, Environment, Level, Sender
from batuta.runs.sending.contract import Tally
from batuta.schema.builtin import SUPPRESSION
from batuta.schema.change import add_dimension
from batuta.schema.model import Dimension
from batuta.schema.types import DECIMAL, INTEGER, STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape

from .office import Office

NOW = datetime(2024, 3, 15, 12, tzinfo=UTC)
PEOPLE: list[tuple[int, str | None, str, str]] = [
    (1, "ok@example.com", "Zoë", ""),
    (3, None, "No address", "empty-address"),
    (4, "", "Empty address", "empty-address"),
    (5, "bad", "Bad address", "invalid-address"),
    (6, "x@elsewhere.example", "Elsewhere", "not-allowed"),
    (7, "Blocked@Example.com", "Suppressed", "suppressed"),
    (8, "a@blocked.example", "Domain suppressed", "suppressed"),
    (9, "out@example.com", "Opted out", "no-consent"),
    (10, "pending@example.com", "Not yet confirmed", "no-consent"),
    (11, "OK@example.com", "Shares 1's address", "duplicate-address"),
    (12, "blocked@example.com", "Suppressed and opted out", "suppressed"),
    (13, "also bad", "Bad address and opted out", "invalid-address"),
    (14, "blocked@elsewhere.example", "Elsewhere and suppressed", "not-allowed"),
    (15, "out@example.com", "Shares the address of one left out", ""),
    (16, "broken@example.com", "broken", "rendering-error"),
    (17, "late@example.com", "Suppression expired", ""),
    (18, "ann@bücher.example", "International domain", ""),
]
GONE = 2
EXPECTED = {GONE: "no-longer-in-the-data"} | {number: reason for number, _, _, reason in PEOPLE}
SENT = {number for number, reason in EXPECTED.items() if not reason}

CHANNEL = ChannelConfiguration(
    name="letters",
    communication_type="newsletter",
    dimension="people",
    address="[email]",
    sender=Sender(address="shop@shop.example", name="The Shop"),
)
DOMAINS = ("example.com", "blocked.example", "bücher.example")
ENVIRONMENT = Environment(name="staging", allowed={"email": AllowedList(domains=DOMAINS)})
CONTENT = {
    "subject": "{{ profile.name }} in {{ profile.shop.city }}",
    "html": "{% if profile.name == 'broken' %}{{ 1 | divided_by: 0 }}{% endif %}"
    "<p>{{ profile.name }}, {{ target.total | money: 'EUR', 'fr' }}</p>"
    "<ul>{% for line in target.lines %}<li>{{ line.name }}</li>{% endfor %}</ul>",
}
SHAPE = Shape(
    "people",
    "person",
    (INTEGER,),
    (Column("total", DECIMAL), Column("lines", STRING, (Column("name", STRING),)), Column("unused", STRING)),
)


@pytest.fixture
def shop(world: Any) -> Any:
    """People of every fate."""
    world.schema("shop", "*id integer, city string", [(1, "Lyon")])
    world.schema("person", "*id integer, email string, name string, shop_id integer", identity="email")
    world.link("person.shop_id -> shop.id", "shop", "people")
    world.schema("booking", "*id integer, person_id integer", [(10, 1), (20, 1), (30, 17)])
    world.link("booking.person_id -> person.id", "person", "bookings")
    bare = world.catalogue.model_copy(update={"schemas": (*world.catalogue.schemas, SUPPRESSION)})
    dimension = Dimension(name="people", schema_name="person", identity="email")
    world.catalogue = add_dimension(bare, dimension, "email")
    world.rows("person", [(number, address, name, 1) for number, address, name, _ in PEOPLE])
    consents = [(9, "out"), (10, "pending"), (12, "out"), (13, "out"), (1, "in")]
    world.rows("consent_people", [(who, "email", "newsletter", state, NOW, None, None) for who, state in consents])
    expired = datetime(2024, 3, 14, tzinfo=UTC)
    entries = [
        ("blocked@example.com", None),
        ("blocked.example", None),
        ("blocked@elsewhere.example", None),
        ("late@example.com", expired),
    ]
    world.rows("suppression", [(entry, "by-hand", None, expires) for entry, expires in entries])
    return world


@pytest.fixture
def office(shop: Any, tmp_path: Path) -> Iterator[Office]:
    opened = Office(shop, tmp_path, CHANNEL, ENVIRONMENT, CONTENT)
    yield opened
    opened.close()


def population(office: Office) -> Table:
    lines = [{"name": "Thé"}, {"name": "<cup>"}]
    table = office.world.table(SHAPE, [(number, Decimal("12.5"), lines, "x") for number in sorted(EXPECTED)])
    assert isinstance(table, Table)
    return table


def reasons() -> dict[str, int]:
    return dict(Counter(reason for reason in EXPECTED.values() if reason))


def test_each_person_has_the_first_reason_that_applies(office: Office) -> None:
    order = office.order(population(office), "live")
    tally, counts = office.carry_out(order)
    assert tally == Tally(targeted=18, excluded=reasons(), sent=len(SENT))
    assert {key for (key,) in office.output(order, "sent")} == SENT
    found = dict(office.output(order, "excluded", "reason"))
    assert found == {number: reason for number, reason in EXPECTED.items() if reason}
    assert {name: count.rows for name, count in counts.items()} == {
        "sent": 4,
        "excluded": 14,
        "failed": 0,
        "holdout": 0,
        "in-doubt": 0,
    }


def test_messages_carry_attributes_columns_and_lines(office: Office) -> None:
    office.carry_out(office.order(population(office), "live"))
    mails = office.mails("live")
    assert set(mails) == {"ok@example.com", "out@example.com", "late@example.com", "ann@xn--bcher-kva.example"}
    mail = mails["ok@example.com"]
    assert mail["Subject"] == "Zoë in Lyon"
    html = mail.get_body(("html",)).get_content()
    assert "<p>Zoë, 12,50\u00a0€</p><ul><li>Thé</li><li>&lt;cup&gt;</li></ul>" in html
    assert "- Thé\n- <cup>\n" in mail.get_body(("plain",)).get_content().replace("\r\n", "\n").replace("\n\n", "\n")


def test_columns_go_on_to_the_outputs(office: Office) -> None:
    order = office.order(population(office), "live")
    office.carry_out(order)
    first, *_ = office.output(order, "sent", "total", "unused")
    assert (first[0], float(first[1]), first[2]) == (1, 12.5, "x")


def test_test_mode_agrees_with_live_and_lets_nothing_leave(office: Office) -> None:
    people = population(office)
    test = office.order(people, "test", live=False)
    tested = office.carry_out(test)
    assert not office.home.outbox.exists()
    assert office.ledgers.live().shards(test.key) is None
    live = office.order(people, "live")
    assert office.carry_out(live) == tested
    assert office.samples("test") == office.samples("live")
    assert len(office.samples("live")) == 4
    for output in ("sent", "excluded"):
        assert office.output(test, output) == office.output(live, output)


def test_a_holdout_is_taken_of_those_who_would_be_written_to(office: Office) -> None:
    everyone = office.order(population(office), "all", holdout=100)
    tally, counts = office.carry_out(everyone)
    late = reasons()["rendering-error"]
    assert tally.excluded["holdout"] == len(SENT) + late
    assert tally.sent == 0
    assert counts["holdout"].rows == len(SENT) + late
    assert not office.home.outbox.exists()


def test_addresses_may_be_shared_if_so_chosen(office: Office) -> None:
    order = office.order(population(office), "live", once_per_address=False)
    tally, _ = office.carry_out(order)
    assert "duplicate-address" not in tally.excluded
    assert tally.sent == len(SENT) + 1


def test_a_transactional_channel_needs_no_consent(office: Office) -> None:
    service = CHANNEL.model_copy(update={"category": "transactional"})
    order = office.order(population(office), "live", configuration=service)
    tally, _ = office.carry_out(order)
    assert "no-consent" not in tally.excluded
    assert tally.excluded["suppressed"] == 3


def test_explicit_consent_turns_silence_into_no(office: Office) -> None:
    explicit = CHANNEL.model_copy(update={"explicit_consent": True})
    order = office.order(population(office), "live", configuration=explicit)
    tally, _ = office.carry_out(order)
    assert {key for (key,) in office.output(order, "sent")} == {1}
    assert tally.balanced


def test_a_send_to_nobody_completes_with_zeros(office: Office) -> None:
    order = office.order(office.world.table(SHAPE, []), "live")
    tally, counts = office.carry_out(order)
    assert tally == Tally()
    assert {count.rows for count in counts.values()} == {0}


def test_one_message_for_each_person_or_for_each_row(office: Office) -> None:
    shape = Shape("people", "person", (INTEGER,), SHAPE.columns, "booking", (INTEGER,))
    rows = [(1, 20, Decimal(5), [], "later"), (1, 10, Decimal(7), [], "first"), (17, 30, Decimal(9), [], "only")]
    table = office.world.table(shape, rows)
    by_person = office.order(table, "person", sort=[{"expression": "[total]"}])
    office.carry_out(by_person)
    assert office.output(by_person, "sent", "unused") == [(1, 20, "later"), (17, 30, "only")]
    by_row = office.order(table, "row", configuration=CHANNEL.model_copy(update={"level": Level.ROW}))
    tally, _ = office.carry_out(by_row)
    assert tally.sent == 3
    assert len(list((office.home.outbox / "row").rglob("*.eml"))) == 3
