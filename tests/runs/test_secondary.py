"""A campaign about wishes, sent to those who have them: from the command line, in test mode and live."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from batuta.channels.email.outbox import Outbox
from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import Envelope, Outcome

from .conftest import CHANNEL, Shop
from .test_runs import HEAD

SCHEMA = """
CREATE TABLE wish (
    code      VARCHAR(10) PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (person_id),
    amount    NUMERIC(10, 2) NOT NULL
);
"""
WISHES = "code,person_id,amount\na,1,30.00\nb,1,25.50\nc,2,80.00\nd,5,12.00\n"
EACH = CHANNEL.replace("name: news", "name: each") + "level: target-and-secondary\n"


def campaign(channel: str, html: str, dimension: str = "wishes", change: str = "{dimension: people}") -> str:
    email = f"{{channel: {channel}, subject: 'Wish {{{{ secondary.amount }}}}', html: '{html}'}}"
    return (
        HEAD
        + f"""
activities:
- {{id: all, kind: build-audience, parameters: {{dimension: {dimension}, rule: {{kind: all-rows}}}}}}
- {{id: wishers, kind: change-dimension, parameters: {change}}}
- {{id: write, kind: email, parameters: {email}}}
transitions:
- {{from: all, to: wishers}}
- {{from: wishers, to: write}}
"""
    )


@pytest.fixture
def wishes(shop: Shop) -> Shop:
    shop.must("schema", "import", shop.file("wish.sql", SCHEMA), "--dialect", "postgres")
    shop.must("dimension", "add", "wishes", "--schema", "wish", "--identity", "code")
    shop.must("data", "load", "wish", shop.file("wish.csv", WISHES))
    shop.must("channel", "apply", shop.file("each.yaml", EACH))
    return shop


def mails(shop: Shop) -> list[tuple[str, str, str]]:
    found = []
    for path in shop.outbox():
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("html",))
        assert body is not None
        found.append((mail["To"], mail["Subject"], body.get_content().strip()))
    return sorted(found)


OTHERS = "<p>{% for row in others %}{{ row.secondary.amount }};{% endfor %}</p>"


def test_each_wisher_gets_one_message_with_the_other_wishes(wishes: Shop) -> None:
    text = campaign("news", OTHERS)
    assert wishes.run(text)[0] == 0
    assert wishes.outbox() == []
    tested = wishes.show()
    assert wishes.run(text, "--live", "--yes")[0] == 0
    assert mails(wishes) == [
        ("ann@example.org", "Wish 30.00", "<p>25.50;</p>"),
        ("bob@example.org", "Wish 80.00", "<p></p>"),
        ("eve@example.org", "Wish 12.00", "<p></p>"),
    ]
    live = wishes.show()
    assert live["deliveries"][0]["targeted"] == tested["deliveries"][0]["targeted"] == 3


def test_each_wish_gets_a_message_of_its_own(wishes: Shop) -> None:
    assert wishes.run(campaign("each", "<p>Thanks</p>"), "--live", "--yes")[0] == 0
    assert [(to, subject) for to, subject, _ in mails(wishes)] == [
        ("ann@example.org", "Wish 25.50"),
        ("ann@example.org", "Wish 30.00"),
        ("bob@example.org", "Wish 80.00"),
        ("eve@example.org", "Wish 12.00"),
    ]


def test_previews_show_both_keys_and_attributes_of_the_secondary_row(wishes: Shop) -> None:
    assert wishes.run(campaign("each", "<p>Thanks</p>"))[0] == 0
    columns = "email,secondary.amount"
    found = json.loads(wishes.must("run", "preview", "last", "wishers.main", "--columns", columns, "--json"))
    assert found["columns"] == ["person_id", "wish.code", "email", "secondary.amount"]
    assert [row[:3] for row in found["rows"]] == [
        [1, "a", "ann@example.org"],
        [1, "b", "ann@example.org"],
        [2, "c", "bob@example.org"],
        [5, "d", "eve@example.org"],
    ]
    assert [float(row[3]) for row in found["rows"]] == [30.0, 25.5, 80.0, 12.0]
    code, said = wishes.call("run", "preview", "last", "wishers.main", "--columns", "secondary.amuont")
    assert code != 0
    assert "secondary.amount" in said


def test_a_channel_for_rows_refuses_a_population_without_them_before_the_run(wishes: Shop) -> None:
    text = campaign("each", "<p>Thanks</p>", change="{dimension: people, keep: one-per-key}")
    code, said = wishes.call("campaign", "validate", wishes.file("campaign.yaml", text))
    assert code != 0
    assert "writes to each row of a secondary dimension" in said


@pytest.mark.parametrize(
    ("channel", "sent", "unsent"),
    [
        pytest.param("news", 1, [[2, "c"], [5, "d"]], id="all rows of who got a message have it"),
        pytest.param("each", 1, [[1, "b"], [2, "c"], [5, "d"]], id="each row has a message of its own"),
    ],
)
def test_who_got_a_message_does_not_leave_by_the_output_for_errors(
    wishes: Shop, monkeypatch: pytest.MonkeyPatch, channel: str, sent: int, unsent: list[list[object]]
) -> None:
    send = Outbox.send

    def breaks(outbox: Outbox, envelope: Envelope) -> Outcome:
        if len(wishes.outbox()) == sent:
            raise SystemFault("outbox", "it is broken")
        return send(outbox, envelope)

    monkeypatch.setattr(Outbox, "send", breaks)
    text = campaign(channel, "<p>Thanks</p>").replace("kind: email,", "kind: email, process_errors: true,")
    text = text.replace(
        "transitions:", "- {id: sorry, kind: fork}\ntransitions:\n- {from: write, output: error, to: sorry}"
    )
    code, found = wishes.run(text, "--live", "--yes")
    assert (code, found["status"], found["deliveries"][0]["pending"]) == (0, "completed", 0)
    preview = json.loads(wishes.must("run", "preview", "last", "write.error", "--json"))
    assert [row[:2] for row in preview["rows"]] == unsent
