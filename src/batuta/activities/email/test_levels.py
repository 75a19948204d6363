"""Email to targets or to rows of a secondary dimension: what templates may name, and what is wrong before a send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.email import Email
from batuta.activities.validate import Knowledge
from batuta.kit.problems import Problems
from batuta.messages.configuration import ChannelConfiguration, Environment, Level, Sender
from batuta.messages.delivery import Delivery
from batuta.rules.bound import AttributeOf, Computed, Constant, Rooted
from batuta.schema.types import BOOLEAN, INTEGER, STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Shape
from batuta.testing import SHOP, TEXTS, arriving, scope

BY_TARGET = ChannelConfiguration(
    name="letters",
    communication_type="newsletter",
    dimension="recipients",
    address="[email]",
    sender=Sender(address="shop@shop.example", name="The Shop"),
)
BY_ROW = BY_TARGET.model_copy(update={"level": Level.ROW})
STATUS = SHOP.schema_named("order").attribute("status").type


def changed(arrived: Input, **parts: Any) -> Input:
    assert isinstance(arrived.population, Table)
    shape: Shape = replace(arrived.population.shape, **parts)
    return replace(arrived, population=Table(arrived.population.name, shape))


def with_orders(**columns: Any) -> Input:
    return changed(arriving(**columns), secondary_schema="order", secondary_key=(INTEGER,))


def deliver(arrived: Input, channel: ChannelConfiguration = BY_TARGET, html: str = "Hi", **parameters: Any) -> Delivery:
    known = Knowledge(SHOP, channels={"letters": channel}, environment=Environment(allowed_list_on=False))
    activity = Email.model_validate({"channel": "letters", "subject": "Hi", "html": html, **parameters})
    return activity.delivery((arrived,), scope(known))


def said(arrived: Input, channel: ChannelConfiguration = BY_TARGET, html: str = "Hi") -> list[tuple[str, str]]:
    with pytest.raises(Problems) as raised:
        deliver(arrived, channel, html)
    return [(problem.field, TEXTS.say(problem)) for problem in raised.value.problems]


def reasons(delivery: Delivery) -> list[str]:
    return [check.reason for check in delivery.messages.checks]


def test_duplicate_addresses_are_kept_apart_by_target_and_allowed_by_row_unless_told_otherwise() -> None:
    assert "duplicate-address" in reasons(deliver(with_orders()))
    assert "duplicate-address" not in reasons(deliver(with_orders(), BY_ROW))
    assert "duplicate-address" in reasons(deliver(with_orders(), BY_ROW, once_per_address=True))
    assert "duplicate-address" not in reasons(deliver(with_orders(), once_per_address=False))


def test_a_channel_for_rows_needs_a_secondary_dimension() -> None:
    text = (
        "The channel letters writes to each row of a secondary dimension, but only recipients arrive here. "
        "Put a Change dimension before this activity, or choose a channel that writes to each target once."
    )
    assert said(arriving(), BY_ROW) == [("channel", text)]
    lines = changed(arriving(), numbered=True, origin="file")
    assert deliver(lines, BY_ROW).messages.by_row


def test_the_address_may_be_that_of_the_secondary_row() -> None:
    channel = BY_ROW.model_copy(update={"address": "'order-' + ToString([secondary.id]) + '@x.example'"})
    assert deliver(with_orders(), channel).messages.address.type == STRING
    ((field, text),) = said(arriving(), channel.model_copy(update={"level": Level.TARGET}))
    assert field == "channel"
    assert "No secondary dimension is carried here" in text


def test_templates_name_the_secondary_row_at_both_levels() -> None:
    price = Rooted("secondary", AttributeOf((), "status", STATUS), STATUS)
    for channel in (BY_TARGET, BY_ROW):
        assert deliver(with_orders(), channel, "{{ secondary.status }}").attributes == (("secondary.status", price),)
    found = said(with_orders(), html="{{ secondary.statsu }}")
    assert found == [("html", "Line 1, column 4: there is no secondary.statsu. Did you mean secondary.status?")]


def test_what_templates_name_of_the_other_rows_is_listed_and_nothing_else() -> None:
    arrived = with_orders(note=STRING, unused=STRING)
    status = Rooted("secondary", AttributeOf((), "status", STATUS), STATUS)
    looped = "{% for row in others %}{{ row.note }} {{ row.secondary.status }}{% endfor %}"
    expected = (("note", Computed("note", STRING)), ("secondary.status", status))
    assert deliver(arrived, html=looped).messages.others == expected
    assert deliver(arrived, html="{{ others[0].note }}").messages.others == expected[:1]
    assert deliver(arrived, html="{{ others.size }}").messages.others == (("_", Constant(True, BOOLEAN)),)
    assert deliver(arrived, html="{{ target.note }}").messages.others == ()


def test_what_a_filter_makes_of_the_other_rows_has_all_of_them() -> None:
    html = "{% assign sorted = others | sort: 'note' %}{% for row in sorted %}{{ row.note }}{% endfor %}"
    listed = [name for name, _ in deliver(with_orders(note=STRING), html=html).messages.others]
    order = [f"secondary.{attribute.name}" for attribute in SHOP.schema_named("order").attributes]
    assert listed == sorted(["note", *order])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("{% for row in others %}{{ row.nte }}{% endfor %}", "there is no row.nte. Did you mean row.note?"),
        (
            "{% for row in others %}{{ row.secondary.totl }}{% endfor %}",
            "there is no row.secondary.totl. Did you mean row.secondary.total?",
        ),
        ("{{ others.note }}", "others is a list. Loop over it, or write others[0].note for the first item."),
    ],
)
def test_unknown_names_in_the_other_rows_are_found_before_the_send(html: str, text: str) -> None:
    ((field, told),) = said(with_orders(note=STRING), html=html)
    assert (field, told.partition(": ")[2]) == ("html", text)


def test_a_missing_secondary_dimension_is_told_once_even_if_the_address_is_of_its_row() -> None:
    channel = BY_ROW.model_copy(update={"address": "[secondary.status]"})
    assert said(arriving(), channel) == said(arriving(), BY_ROW)


def test_where_each_row_gets_a_message_or_targets_have_one_row_there_are_no_others() -> None:
    for arrived, channel in ((with_orders(), BY_ROW), (arriving(), BY_TARGET)):
        ((_, text),) = said(arrived, channel, "{% for row in others %}x{% endfor %}")
        assert "others holds a person's further rows" in text


def test_rows_without_target_are_left_out_before_all_else() -> None:
    lines = changed(arriving(), numbered=True, origin="file", keyless=True)
    assert reasons(deliver(lines))[:2] == ["no-target", "no-longer-in-the-data"]
    assert "no-target" not in reasons(deliver(with_orders()))
