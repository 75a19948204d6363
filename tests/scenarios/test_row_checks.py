"""Mail to each row of a secondary dimension at its own address: whose consent, whose address, and which reason first.

Consent is the person's, suppression and the allowed list are the address's. Expectations by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from batuta.messages.configuration import AllowedList, ChannelConfiguration, Environment, Level, Sender
from batuta.runs.sending.contract import Order
from batuta.schema.builtin import SUPPRESSION
from batuta.schema.change import add_dimension
from batuta.schema.model import Dimension
from batuta.schema.types import INTEGER
from batuta.sets.algebra import Table
from batuta.sets.shape import Shape

from .office import Office

NOW = datetime(2024, 3, 15, 12, tzinfo=UTC)
PEOPLE = [(1, "one@example.com"), (2, "two@example.com"), (3, "three@example.com"), (4, "blocked@example.com")]
BOOKINGS: list[tuple[int, int, str | None, str]] = [
    (10, 1, "a@example.com", ""),
    (11, 1, "A@example.com ", "invalid-address"),
    (12, 1, "a@example.com", ""),
    (13, 1, None, "empty-address"),
    (14, 1, "a@elsewhere.example", "not-allowed"),
    (15, 1, "blocked@example.com", "suppressed"),
    (20, 2, "b@example.com", "no-consent"),
    (21, 2, "Blocked@Example.com", "suppressed"),
    (22, 2, "", "empty-address"),
    (30, 3, "c@example.com", ""),
    (40, 4, "d@example.com", ""),
]
GONE = [(1, 99), (9, 10), (2, 98)]
CHANNEL = ChannelConfiguration(
    name="letters",
    communication_type="newsletter",
    dimension="people",
    address="[secondary.contact]",
    level=Level.ROW,
    sender=Sender(address="shop@shop.example", name="The Shop"),
)
CONTENT = {"subject": "{{ secondary.id }}", "html": "<p>{{ profile.email }}</p>"}
SHAPE = Shape("people", "person", (INTEGER,), secondary_schema="booking", secondary_key=(INTEGER,))


@pytest.fixture
def office(world: Any, tmp_path: Path) -> Iterator[Office]:
    world.schema("person", "*id integer, email string", PEOPLE, identity="email")
    world.schema("booking", "*id integer, person_id integer, contact string")
    world.link("booking.person_id -> person.id", "person", "bookings")
    bare = world.catalogue.model_copy(update={"schemas": (*world.catalogue.schemas, SUPPRESSION)})
    world.catalogue = add_dimension(bare, Dimension(name="people", schema_name="person", identity="email"), "email")
    world.rows("booking", [row[:3] for row in BOOKINGS])
    world.rows("consent_people", [(2, "email", "newsletter", "out", NOW, None, None)])
    world.rows("suppression", [("blocked@example.com", "by-hand", None, None)])
    allowed = Environment(name="tests", allowed={"email": AllowedList(domains=("example.com",))})
    opened = Office(world, tmp_path, CHANNEL, allowed, CONTENT)
    yield opened
    opened.close()


def fates(office: Office, order: Order) -> dict[tuple[Any, ...], str]:
    left_out = {row[:2]: row[2] for row in office.output(order, "excluded", "reason")}
    return (
        left_out | dict.fromkeys(office.output(order, "sent"), "") | dict.fromkeys(office.output(order, "holdout"), "")
    )


def everyone(office: Office) -> Table:
    found: Table = office.world.table(SHAPE, [(person, booking) for booking, person, *_ in BOOKINGS] + GONE)
    return found


@pytest.mark.parametrize("live", [False, True])
def test_each_row_has_the_first_reason_that_applies(office: Office, live: bool) -> None:
    order = office.order(everyone(office), "run", live)
    tally, _ = office.carry_out(order)
    expected = {(person, booking): reason for booking, person, _, reason in BOOKINGS}
    assert fates(office, order) == expected | dict.fromkeys(GONE, "no-longer-in-the-data")
    assert (tally.targeted, tally.sent) == (14, 4)
    assert len(office.letters("run")) == (4 if live else 0)


def test_consent_that_has_to_be_given_is_the_persons_too(office: Office) -> None:
    office.world.rows("consent_people", [(3, "email", "newsletter", "in", NOW, None, None)])
    office.sending = replace(office.sending, engine=office.world.engine)
    explicit = CHANNEL.model_copy(update={"explicit_consent": True})
    order = office.order(everyone(office), "run", configuration=explicit)
    office.carry_out(order)
    assert office.output(order, "sent") == [(3, 30)]
