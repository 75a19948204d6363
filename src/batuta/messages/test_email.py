from __future__ import annotations

import email as oracle
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from typing import Any, cast

import pytest

from batuta.kit.problems import Problems, Texts
from batuta.messages.configuration import Sender
from batuta.messages.delivery import EmailContent
from batuta.messages.email import EmailTemplates, check
from batuta.messages.liquid.names import Fields, Many, Single
from batuta.messages.liquid.template import RenderingError
from batuta.rules.bound import Moment
from batuta.schema.types import DECIMAL, STRING

MOMENT = Moment(datetime(2026, 3, 3, 9, tzinfo=UTC))
SENDER = Sender(address="shop@shop.example", name="The Shop")
ROOTS = {
    "target": Fields({"name": Single(STRING), "lines": Many(Fields({"price": Single(DECIMAL)}))}),
    "vars": Fields(),
    "context": Fields(),
}
TEXTS = Texts.load(["batuta.messages"])


def message(content: EmailContent, sender: Sender = SENDER, **target: Any) -> EmailMessage:
    templates = EmailTemplates(content, sender, MOMENT)
    values = {"target": target, "profile": {}}
    _, found = templates.message(values, "ann@example.com", "<1@shop.example>", "1")
    return oracle.message_from_bytes(found, policy=policy.default)


def body(found: EmailMessage, kind: str) -> str:
    part = found.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")


def problems(content: EmailContent, sender: Sender = SENDER) -> dict[str, str]:
    with pytest.raises(Problems) as raised:
        check(content, sender, ROOTS)
    assert all(TEXTS.say(problem, language) for problem in raised.value.problems for language in ("en", "fr"))
    return {problem.field: problem.code for problem in raised.value.problems}


def test_a_message_is_personal_in_all_its_parts() -> None:
    content = EmailContent(
        subject="For {{ target.name }}",
        html="<body><p>Hi {{ target.name }}</p></body>",
        preheader="Look, {{ target.name }}",
    )
    found = message(content, Sender(address="shop@shop.example", name="{{ target.name }}'s shop"), name="Zoë & <Co>")
    assert found["Subject"] == "For Zoë & <Co>"
    assert found["From"].addresses[0].display_name == "Zoë & <Co>'s shop"
    assert "<p>Hi Zoë &amp; &lt;Co&gt;</p>" in body(found, "html")
    assert body(found, "plain").strip() == "Hi Zoë & <Co>"


def test_the_preheader_stands_first_in_the_body_and_is_not_seen() -> None:
    html = body(
        message(EmailContent("s", "<html><body class='x'><p>Hi</p></body></html>", "", "A < B & C"), name=""), "html"
    )
    start = html.index("<body class='x'>") + len("<body class='x'>")
    assert html[start:].startswith('<div style="display:none')


def test_a_text_of_its_own_is_taken_as_it_is() -> None:
    assert (
        body(message(EmailContent("s", "<p>Hi</p>", "Dear {{ target.name }}"), name="<Ann>"), "plain") == "Dear <Ann>\n"
    )


def test_a_template_cannot_add_a_header_through_data() -> None:
    found = message(EmailContent("Hi {{ target.name }}", "<p>x</p>"), name="Ann\r\nBcc: all@example.com")
    assert "Bcc" not in found
    assert found["Subject"] == "Hi Ann Bcc: all@example.com"


@pytest.mark.parametrize(
    ("content", "sender", "reason"),
    [
        (EmailContent("{{ target.name }}", "x"), SENDER, "subject: it is empty"),
        (EmailContent("s", "a\n{{ target.name | date: 'long' }}"), SENDER, "html: line 2, column"),
        (EmailContent("s" * 901, "x"), SENDER, "901 characters"),
        (EmailContent("s", "x"), Sender(address="{{ target.name }}x y@shop.example"), "not valid"),
        (EmailContent("s", "x"), Sender(address="a@shop.example", reply_to="nobody"), "reply-to address"),
    ],
)
def test_what_cannot_be_rendered_is_an_error_of_that_message(
    content: EmailContent, sender: Sender, reason: str
) -> None:
    name = " " if "subject" in reason else "no date"
    with pytest.raises(RenderingError, match=reason):
        message(content, sender, name=name)


def test_all_problems_are_told_at_once_each_on_its_field() -> None:
    content = EmailContent(
        subject="{{ target.nam }}",
        html="{% if %}",
        text="{% for i in (1..99999999) %}x{% endfor %}",
        preheader="{{ x }}",
    )
    assert problems(content, Sender(address="a@b.example", name="{{ target.name | upcaze }}")) == {
        "subject": "template-unknown-name",
        "html": "template-syntax",
        "text": "template-endless-loop",
        "preheader": "template-unknown-name-far",
        "from_name": "template-unknown-filter",
    }


def test_subject_and_body_are_needed() -> None:
    assert problems(EmailContent(" ", "")) == {"subject": "template-empty", "html": "template-empty"}


def test_a_loop_that_grows_while_it_runs_is_found_by_trial() -> None:
    html = "{% assign s = 'xxxxxxxx' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}{{ s }}"
    assert problems(EmailContent("s", html)) == {"html": "template-too-much"}


def test_a_filter_that_fails_on_sample_values_is_a_warning() -> None:
    named = check(EmailContent("s", "{{ target.name | date: 'long' }}"), SENDER, ROOTS)
    (warning,) = named.warnings
    assert (warning.code, warning.field, warning.blocking) == ("template-trial-failed", "html", False)
    assert all(TEXTS.say(warning, language) for language in ("en", "fr"))
