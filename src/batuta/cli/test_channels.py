"""channel and environment: what they take, what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
import typer
from typer.testing import CliRunner

from batuta.cli import channels, environment
from batuta.cli.context import Services
from batuta.kit.errors import BatutaError
from batuta.messages.configuration import AllowedList, Environment
from batuta.store.catalogue import CatalogueStore
from batuta.store.channels import ChannelStore
from batuta.store.home import Home
from batuta.testing import SHOP, TEXTS

LETTERS = """\
name: letters
communication_type: newsletter
dimension: recipients
address: '[email]'
sender: {address: shop@shop.example, name: The Shop}
"""


def _unneeded(*_: object) -> NoReturn:
    raise AssertionError("channels need no engine and no sending")


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.chdir(tmp_path)
    opened = Services(Home(tmp_path / "home"), lambda: TEXTS, _unneeded, _unneeded, _unneeded)
    CatalogueStore(opened.database).change(lambda _: SHOP, datetime(2026, 3, 1, tzinfo=UTC))
    yield opened
    opened.close()


def ran(app: typer.Typer, services: Services, *words: str) -> str:
    result = CliRunner().invoke(app, words, obj=services)
    if result.exception is not None:
        raise result.exception
    return result.output


def applied(services: Services, text: str) -> str:
    Path("channel.yaml").write_text(text, "utf-8")
    return ran(channels.app, services, "apply", "channel.yaml")


def refused(services: Services, text: str) -> str:
    before = ChannelStore(services.database).all()
    with pytest.raises(BatutaError) as raised:
        applied(services, text)
    assert ChannelStore(services.database).all() == before
    assert raised.value.exit_code == 1
    return raised.value.message()


def test_a_channel_is_added_kept_and_changed(services: Services) -> None:
    assert applied(services, LETTERS) == "letters: applied\n"
    assert applied(services, LETTERS) == "letters: unchanged\n"
    assert applied(services, LETTERS.replace("newsletter", "offers")) == "letters: applied\n"
    assert ChannelStore(services.database).named("letters").communication_type == "offers"


def test_several_channels_come_in_one_file_all_or_none(services: Services) -> None:
    one = "- " + LETTERS.replace("\n", "\n  ").rstrip().replace("letters", "one")
    two = one.replace("name: one", "name: two").replace("recipients", "recipient")
    assert "channel two: there is no dimension 'recipient'" in refused(services, f"{one}\n{two}\n")
    two = two.replace("recipient", "prospects")
    assert applied(services, f"{one}\n{two}\n") == "one: applied\ntwo: applied\n"
    listed = json.loads(ran(channels.app, services, "list", "--json"))
    assert [channel["name"] for channel in listed] == ["one", "two"]
    assert "recipients" in ran(channels.app, services, "list")


def test_one_channel_is_shown(services: Services) -> None:
    applied(services, LETTERS)
    assert json.loads(ran(channels.app, services, "show", "letters", "--json"))["address"] == "[email]"
    shown = ran(channels.app, services, "show", "letters")
    assert "sender:\n  address: shop@shop.example\n  name: The Shop\n" in shown
    assert applied(services, shown) == "letters: unchanged\n"
    with pytest.raises(BatutaError, match="Did you mean letters"):
        ran(channels.app, services, "show", "leters")


@pytest.mark.parametrize(
    ("former", "now", "message"),
    [
        (
            "name: letters",
            "name: Big Letters",
            "channel.yaml: channel Big Letters: this is no name\n  expected: lower-case letters, digits, - and _",
        ),
        (
            "dimension: recipients",
            "dimension: recipient",
            "channel.yaml: channel letters: there is no dimension 'recipient'\n  to do: Did you mean recipients?",
        ),
        (
            "shop@shop.example",
            "shop",
            (
                "channel.yaml: channel letters: the sender 'shop' is no address\n"
                "  expected: an address such as hello@shop.example, its domain without templates"
            ),
        ),
        (
            "address: '[email]'",
            "address: '[email]'\ntransport: {kind: pigeon}",
            "channel.yaml: channel letters: there is no transport 'pigeon'\n  expected: outbox or smtp",
        ),
        (
            "address: '[email]'",
            "address: '[email]'\ntransport: {settings: {password: hunter2}}",
            (
                "channel.yaml: channel letters: the setting password holds a secret itself\n"
                "  to do: Name where it is kept: env:VARIABLE or file:PATH."
            ),
        ),
    ],
)
def test_what_cannot_be_used_is_refused(services: Services, former: str, now: str, message: str) -> None:
    assert refused(services, LETTERS.replace(former, now)) == message


def test_an_address_that_cannot_be_read_is_refused(services: Services) -> None:
    assert refused(services, LETTERS.replace("[email]", "Lower([email]")) == (
        "channel.yaml: channel letters: the address 'Lower([email]': ( at position 6 is never closed. Add )."
    )


@pytest.mark.parametrize("text", ["[]", "{}", ""])
def test_a_file_without_channels_is_refused(services: Services, text: str) -> None:
    message = refused(services, text)
    assert message.startswith("channel.yaml")
    assert "a campaign" not in message


def test_a_secret_may_be_named(services: Services) -> None:
    login = "{host: mail.example, username: shop, password: 'env:MAIL_PASSWORD'}"
    kept = f"address: '[email]'\ntransport: {{kind: smtp, settings: {login}}}"
    assert applied(services, LETTERS.replace("address: '[email]'", kept)) == "letters: applied\n"


def test_a_sender_may_be_a_template_but_not_its_domain(services: Services) -> None:
    assert applied(services, LETTERS.replace("shop@shop.example", "'{{ vars.team }}@shop.example'"))
    assert "is no address" in refused(services, LETTERS.replace("shop@shop.example", "'a@{{ vars.domain }}'"))


def test_a_name_given_twice_and_an_unknown_field_are_refused(services: Services) -> None:
    entry = "- " + LETTERS.replace("\n", "\n  ").rstrip()
    assert "the name is given twice" in refused(services, f"{entry}\n{entry}\n")
    assert "channel.yaml:1:" in refused(services, LETTERS.replace("name: letters", "nmae: letters"))


def test_the_environment_is_shown_and_replaced(services: Services) -> None:
    assert ran(environment.app, services, "show").splitlines() == [
        "development: not production",
        "nothing may leave: the allowed list is on and empty",
        "transports: any",
    ]
    services.close()
    Path("environment.yaml").write_text(
        "name: staging\nallowed: {email: {domains: [example.com]}}\ntransports: [outbox]\n", "utf-8"
    )
    assert ran(environment.app, services, "apply", "environment.yaml").splitlines() == [
        "staging: not production",
        "email: only to example.com",
        "transports: outbox",
    ]
    staging = Environment(
        name="staging", allowed={"email": AllowedList(domains=("example.com",))}, transports=("outbox",)
    )
    assert services.home.settings().environment == staging
    assert json.loads(ran(environment.app, services, "show", "--json"))["name"] == "staging"


def test_a_wrong_environment_changes_nothing(services: Services) -> None:
    services.close()
    Path("environment.yaml").write_text("name: staging\nproduction: perhaps\n", "utf-8")
    with pytest.raises(BatutaError, match=r"environment\.yaml:2:13"):
        ran(environment.app, services, "apply", "environment.yaml")
    assert services.home.settings().environment == Environment()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("transports: [outbix]", "environment.yaml: there is no transport 'outbix'\n  to do: Did you mean outbox?"),
        ("allowed: {mail: {}}", "environment.yaml: there is no channel 'mail'\n  to do: Did you mean email?"),
        (
            "allowed: {email: {addresses: [ann]}}",
            (
                "environment.yaml: the allowed address 'ann' is no address\n"
                "  expected: an address such as ann@shop.example"
            ),
        ),
        (
            "allowed: {email: {domains: ['@shop.example']}}",
            (
                "environment.yaml: the allowed domain '@shop.example' is no domain\n"
                "  expected: a domain such as shop.example, without @ and *"
            ),
        ),
    ],
)
def test_what_can_never_apply_is_refused_in_an_environment(services: Services, settings: str, message: str) -> None:
    services.close()
    Path("environment.yaml").write_text(f"name: staging\n{settings}\n", "utf-8")
    with pytest.raises(BatutaError) as raised:
        ran(environment.app, services, "apply", "environment.yaml")
    assert raised.value.message() == message
    assert services.home.settings().environment == Environment()


def test_production_writes_to_any_address() -> None:
    assert environment.described(Environment(name="live", production=True)) == [
        "live: production",
        "to any address",
        "transports: any",
    ]
