"""Email: the plan of the messages, each check by itself, and what a marketer can get wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from batuta.activities.contract import Scope
from batuta.activities.email import Email
from batuta.activities.validate import Knowledge
from batuta.messages.configuration import (
    AllowedList,
    Category,
    ChannelConfiguration,
    Environment,
    Sender,
    Transport,
)
from batuta.rules.bound import AttributeOf, Moment, Predicate
from batuta.rules.evaluate import Standpoint, World, holds
from batuta.schema.builtin import SUPPRESSION
from batuta.schema.change import add_dimension
from batuta.schema.model import Catalogue, Dimension
from batuta.schema.types import INTEGER, STRING
from batuta.sets.addressed import Check, Special
from batuta.sets.algebra import Nobody, Sort
from batuta.sets.shape import Column
from batuta.testing import SHOP, TEXTS, arriving, attempt, scope

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
CHANNEL = ChannelConfiguration(
    name="letters",
    communication_type="newsletter",
    dimension="recipients",
    address="[email]",
    sender=Sender(address="shop@shop.example", name="The Shop"),
)
SERVICE = CHANNEL.model_copy(update={"name": "service", "category": Category.TRANSACTIONAL})
OPEN = Environment(allowed_list_on=False)
PLAIN: Mapping[str, Any] = {"channel": "letters", "subject": "Hi {{ profile.first_name }}", "html": "<p>Hi</p>"}


def _with_builtins() -> Catalogue:
    bare = SHOP.model_copy(update={"dimensions": (), "schemas": (*SHOP.schemas, SUPPRESSION)})
    return add_dimension(bare, Dimension(name="recipients", schema_name="recipient", identity="email"), "email")


CATALOGUE = _with_builtins()
(CONSENT,) = (schema for schema in CATALOGUE.schemas if schema.name.startswith("consent"))


def around(environment: Environment = OPEN, *channels: ChannelConfiguration) -> Scope:
    known = channels or (CHANNEL, SERVICE)
    return scope(Knowledge(CATALOGUE, channels={c.name: c for c in known}, environment=environment))


def email(**parameters: Any) -> Email:
    return Email.model_validate({**PLAIN, **parameters})


def checks(channel: ChannelConfiguration = CHANNEL, environment: Environment = OPEN, **parameters: Any) -> list[Check]:
    delivery = email(**parameters, channel=channel.name).delivery((arriving(),), around(environment, channel))
    return list(delivery.messages.checks)


def rule_of(reason: str, found: Sequence[Check]) -> Predicate:
    (check,) = (check for check in found if check.reason == reason)
    assert not isinstance(check.test, Special)
    return check.test


def applies(predicate: Predicate, address: str | None, **rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a check applies to recipient 1 with that address, over these rows of other schemas."""
    row = {attribute.name: None for attribute in CATALOGUE.schema_named("recipient").attributes} | {"id": 1}
    world = World({**rows, "recipient": [row]}, CATALOGUE)
    return holds(predicate, Standpoint(row, "recipient", world, Moment(NOW), {"_address": address}))


def consent(state: str, kind: str = "newsletter", channel: str = "email", person: int = 1) -> dict[str, Any]:
    return {"id": person, "channel": channel, "communication_type": kind, "state": state, "time": NOW}


def suppression(entry: str, expires_at: datetime | None = None) -> dict[str, Any]:
    return {"entry": entry, "reason": "by-hand", "source": None, "expires_at": expires_at}


def test_the_plan_of_the_messages() -> None:
    arrived = arriving(score=INTEGER, unused=STRING)
    activity = email(
        html="{{ profile.household.city }} {{ target.score }}",
        sort=[{"expression": "[score]", "descending": True}],
        holdout=10,
        in_doubt="resend",
    )
    delivery = activity.delivery((arrived,), around())
    assert arrived.population is not None
    assert delivery.messages.source == arrived.population
    assert delivery.messages.shape == arrived.population.shape
    assert delivery.messages.address == AttributeOf((), "email", STRING)
    assert [sort.descending for sort in delivery.messages.sort] == [True]
    assert all(isinstance(sort, Sort) for sort in delivery.messages.sort)
    assert (delivery.messages.by_row, delivery.messages.holdout) == (False, 10)
    assert [path for path, _ in delivery.attributes] == ["profile.first_name", "profile.household.city"]
    assert delivery.columns == ("score",)
    assert (delivery.channel, delivery.in_doubt) == (CHANNEL, "resend")


def test_the_outputs_partition_the_messages_and_say_why() -> None:
    found = attempt("email", dict(PLAIN), arriving(score=INTEGER), around=around()).populations
    assert list(found) == ["sent", "failed", "excluded", "holdout", "in-doubt"]
    assert all(isinstance(population, Nobody) for population in found.values())
    columns = {name: [column.name for column in population.shape.columns] for name, population in found.items()}
    assert columns == {
        "sent": ["score"],
        "failed": ["score", "reason"],
        "excluded": ["score", "reason"],
        "holdout": ["score"],
        "in-doubt": ["score"],
    }


def test_the_checks_stand_in_the_order_of_the_spec() -> None:
    restricted = Environment(allowed={"email": AllowedList(domains=("example.com",))})
    assert [check.reason for check in checks(CHANNEL, restricted, holdout=5)] == [
        "no-longer-in-the-data",
        "empty-address",
        "invalid-address",
        "not-allowed",
        "suppressed",
        "no-consent",
        "duplicate-address",
        "holdout",
    ]


def test_checks_that_do_not_apply_are_left_out() -> None:
    assert [check.reason for check in checks(SERVICE, once_per_address=False)] == [
        "no-longer-in-the-data",
        "empty-address",
        "invalid-address",
        "suppressed",
    ]


@pytest.mark.parametrize(("address", "empty", "invalid"), [(None, True, True), ("", True, True), ("ann", False, True)])
def test_empty_and_invalid_addresses(address: str | None, empty: bool, invalid: bool) -> None:
    found = checks()
    assert applies(rule_of("empty-address", found), address) is empty
    assert applies(rule_of("invalid-address", found), address) is invalid


@pytest.mark.parametrize("address", ["ann@example.com", "Ann.O'Neil+x@SUB.example.co.uk", "ann@bücher.de"])
def test_good_addresses_are_neither(address: str) -> None:
    found = checks()
    assert not applies(rule_of("empty-address", found), address)
    assert not applies(rule_of("invalid-address", found), address)


@pytest.mark.parametrize(
    ("address", "left_out"),
    [
        ("ann@example.com", False),
        ("ANN@EXAMPLE.COM", False),
        ("ann@sub.example.com", True),
        ("ann@notexample.com", True),
        ("one@other.example", False),
        ("One@Other.example", False),
        ("two@other.example", True),
        ("ann@exämple.com", True),
    ],
)
def test_only_the_allowed_list_is_written_to_outside_production(address: str, left_out: bool) -> None:
    allowed = AllowedList(addresses=("one@other.example",), domains=("Example.com",))
    found = checks(CHANNEL, Environment(allowed={"email": allowed}))
    assert applies(rule_of("not-allowed", found), address) is left_out


@pytest.mark.parametrize("allowed", [{}, {"email": AllowedList()}, {"sms": AllowedList(domains=("example.com",))}])
def test_nothing_leaves_where_the_list_is_empty(allowed: dict[str, AllowedList]) -> None:
    assert applies(rule_of("not-allowed", checks(CHANNEL, Environment(allowed=allowed))), "ann@example.com")


def test_production_has_no_allowed_list() -> None:
    assert "not-allowed" not in [check.reason for check in checks(CHANNEL, Environment(production=True))]


@pytest.mark.parametrize(
    ("address", "entries", "left_out"),
    [
        ("ann@example.com", [suppression("ann@example.com")], True),
        ("Ann@Example.COM", [suppression("ann@example.com")], True),
        ("ann@example.com", [suppression("example.com")], True),
        ("ann@sub.example.com", [suppression("example.com")], False),
        ("ann@bücher.de", [suppression("ann@bucher.de")], True),
        ("bob@example.com", [suppression("ann@example.com")], False),
        ("ann@example.com", [suppression("ann@example.com", datetime(2026, 3, 2, tzinfo=UTC))], False),
        ("ann@example.com", [suppression("ann@example.com", datetime(2026, 3, 3, 8, tzinfo=UTC))], True),
        ("ann@example.com", [suppression("ann@example.com", datetime(2027, 1, 1, tzinfo=UTC))], True),
        ("ann@example.com", [], False),
    ],
)
def test_suppressed_addresses_and_domains(address: str, entries: list[dict[str, Any]], left_out: bool) -> None:
    assert applies(rule_of("suppressed", checks()), address, suppression=entries) is left_out


@pytest.mark.parametrize(
    ("rows", "left_out", "left_out_if_explicit"),
    [
        ([], False, True),
        ([consent("in")], False, False),
        ([consent("out")], True, True),
        ([consent("pending")], True, True),
        ([consent("in", "*")], False, False),
        ([consent("out", "*")], True, True),
        ([consent("in"), consent("out", "*")], True, True),
        ([consent("in", "*"), consent("out")], True, True),
        ([consent("out", "offers")], False, True),
        ([consent("in", "offers")], False, True),
        ([consent("out", channel="sms")], False, True),
        ([consent("in", channel="sms")], False, True),
        ([consent("out", person=2)], False, True),
    ],
)
def test_consent(rows: list[dict[str, Any]], left_out: bool, left_out_if_explicit: bool) -> None:
    explicit = CHANNEL.model_copy(update={"explicit_consent": True})
    given = {CONSENT.name: rows}
    assert applies(rule_of("no-consent", checks()), "ann@example.com", **given) is left_out
    assert applies(rule_of("no-consent", checks(explicit)), "ann@example.com", **given) is left_out_if_explicit


def said(parameters: Mapping[str, Any], environment: Environment = OPEN, **columns: Any) -> list[tuple[str, str]]:
    return attempt("email", {**PLAIN, **parameters}, arriving(**columns), around=around(environment)).said


def test_an_unknown_channel_is_told_with_the_nearest() -> None:
    assert said({"channel": "leters"}) == [
        ("channel", "There is no channel configuration leters. Did you mean letters?")
    ]
    assert said({"channel": "x"}) == [
        ("channel", "There is no channel configuration x. Choose one of: letters, service.")
    ]


def test_an_environment_may_forbid_a_transport() -> None:
    assert said({}, Environment(name="demo", allowed_list_on=False, transports=("smtp",))) == [
        (
            "channel",
            (
                "The channel letters sends by outbox, which the environment demo does not let out. "
                "Choose a channel that sends by: smtp."
            ),
        )
    ]


def problems_of(channel: ChannelConfiguration) -> list[tuple[str, str]]:
    return attempt("email", dict(PLAIN), arriving(), around=around(OPEN, channel)).said


def test_a_channel_writes_to_its_own_dimension_only() -> None:
    assert problems_of(CHANNEL.model_copy(update={"dimension": "prospects"})) == [
        (
            "channel",
            (
                "The channel letters writes to prospects, but the population consists of recipients. "
                "Choose a channel for recipients, or bring the population to prospects first."
            ),
        )
    ]


def test_an_address_must_be_text_that_exists() -> None:
    assert problems_of(CHANNEL.model_copy(update={"address": "[points]"})) == [
        ("channel", "The address [points] of the channel letters is no text. Mend the channel configuration.")
    ]
    ((field, text),) = problems_of(CHANNEL.model_copy(update={"address": "[emial]"}))
    assert field == "channel"
    assert "email" in text


def test_a_column_called_reason_is_in_the_way() -> None:
    assert said({}, reason=STRING) == [
        (
            "",
            (
                "The population has a column reason already, which this activity adds. "
                "Give that column another name where it is computed."
            ),
        )
    ]


def test_everything_is_told_at_once() -> None:
    wrong = {
        "subject": "{{ profile.frist_name }}",
        "html": "<p>{% for order in profile.orders %}x{% endfor %}</p>\n{{ target.scor }}",
        "text": "{% if %}",
        "sort": [{"expression": "[nothing_like_it]"}],
        "channel": "leters",
    }
    fields = [field for field, _ in said(wrong, score=INTEGER)]
    assert fields == ["channel", "subject", "html", "html", "text", "sort.0.expression"]


def test_an_endless_loop_is_told_before_anything_runs() -> None:
    assert said({"html": "<p>\n{% for i in (1..1000000000) %}x{% endfor %}</p>"}) == [
        (
            "html",
            (
                "Line 2, column 8: the loop goes round more than 10000 times. "
                "Shorten its range, or add a limit to the list it goes over."
            ),
        )
    ]


def test_lines_of_an_enrichment_can_be_looped_over() -> None:
    arrived = arriving()
    assert arrived.population is not None
    shape = arrived.population.shape.having((Column("orders", STRING, (Column("total", STRING),)),))
    given = replace(arrived, population=Nobody(shape))
    good = {**PLAIN, "html": "{% for order in target.orders %}{{ order.total }}{% endfor %}"}
    assert attempt("email", good, given, around=around()).problems == ()
    wrong = {**PLAIN, "html": "{% for order in target.orders %}{{ order.totl }}{% endfor %}"}
    assert attempt("email", wrong, given, around=around()).said == [
        ("html", "Line 1, column 36: there is no order.totl. Did you mean order.total?")
    ]


def test_warnings_keep_nothing_from_running() -> None:
    activity = email(html="{{ profile.first_name | date: 'long' }}")
    found = activity.warnings((arriving(),), around(Environment(name="staging")))
    assert [(problem.code, problem.blocking) for problem in found] == [
        ("template-trial-failed", False),
        ("email-nothing-allowed", False),
    ]
    assert TEXTS.say(found[1]) == (
        "The allowed list of the environment staging is empty, so no message will leave. "
        "Add addresses or domains to it."
    )
    assert email().warnings((arriving(),), around()) == ()


def test_a_transport_that_is_let_out_is_no_problem() -> None:
    smtp = CHANNEL.model_copy(update={"transport": Transport(kind="smtp")})
    environment = Environment(allowed_list_on=False, transports=("outbox", "smtp"))
    assert attempt("email", dict(PLAIN), arriving(), around=around(environment, smtp)).problems == ()
