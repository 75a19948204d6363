"""A home with some people, a campaign that mails them all by SMTP, and what the ledger must say in the end."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from batuta.runs.sending.contract import Tally
from tests.command import Answer, Batuta
from tests.smtp.server import Server

PEOPLE, WRITTEN_TO = 60, 56
"""How many are targeted, and how many of them have an address that may be written to."""
QUICK: Mapping[str, object] = {
    "host": "127.0.0.1",
    "security": "none",
    "local_hostname": "sender.example",
    "connect_timeout": 5,
    "timeout": 5,
    "message_timeout": 5,
    "retries": 2,
    "retry_pause": 0.01,
}
_SCHEMA = "CREATE TABLE person (person_id INTEGER PRIMARY KEY, email VARCHAR(120), name VARCHAR(80));"
_ENVIRONMENT = "{name: smtp test, transports: [smtp], allowed: {email: {domains: [example.org]}}}"
_CAMPAIGN = """
batuta: 1
id: letter
name: Letter
activities:
- id: everybody
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[person_id]', operator: is-not-empty}}
- id: mail
  kind: email
  parameters:
    channel: news
    subject: For {{ profile.name }}
    html: <p>Hello {{ profile.name }}</p><p>{{ profile.person_id }}</p>
    in_doubt: POLICY
transitions:
- {from: everybody, to: mail}
"""


@dataclass(frozen=True)
class Post:
    """A home that sends to a server."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def batuta(self) -> Batuta:
        return Batuta(self.home)

    def apply(self, server: Server, **settings: object) -> Answer:
        """Make the channel send to a server."""
        return self.configure({**QUICK, "port": server.port, **settings})

    def configure(self, settings: Mapping[str, object], code: int = 0) -> Answer:
        """Apply a channel with these settings alone."""
        channel = {
            "name": "news",
            "category": "marketing",
            "communication_type": "news",
            "dimension": "people",
            "address": "[email]",
            "sender": {"address": "hello@shop.example", "name": "The Shop"},
            "transport": {"kind": "smtp", "settings": dict(settings)},
        }
        (self.folder / "channel.yaml").write_text(yaml.safe_dump(channel), "utf-8")
        return self.batuta("channel", "apply", self.folder / "channel.yaml", code=code)

    def campaign(self, in_doubt: str = "leave") -> Path:
        path = self.folder / "campaign.yaml"
        path.write_text(_CAMPAIGN.replace("POLICY", in_doubt), "utf-8")
        return path

    def send(self, in_doubt: str = "leave", code: int = 0) -> Answer:
        """Run the campaign live."""
        return self.batuta("campaign", "run", self.campaign(in_doubt), "--live", "--yes", code=code)

    def resume(self, code: int = 0) -> Answer:
        return self.batuta("run", "resume", "last", "--yes", code=code)

    def tally(self) -> Tally:
        """The counts of the one delivery of the last run, as the report gives them."""
        found = self.batuta("run", "show", "last", "--json").json["deliveries"]
        (delivery,) = found if found else [{}]
        names = ("targeted", "sent", "failed", "in_doubt", "pending")
        tally = Tally(**{name: delivery[name] for name in names}, excluded=delivery["excluded"])
        assert tally.balanced
        return tally

    def reasons(self) -> Counter[tuple[str, str]]:
        """Status and reason of all messages that were not sent, from the ledger's own rows."""
        return Counter((status, reason) for _, status, reason, _ in self.outcomes())

    def outcomes(self) -> list[tuple[int, str, str, str]]:
        connection = sqlite3.connect(self.home / "state.sqlite")
        try:
            rows: list[Any] = connection.execute("SELECT outcomes FROM batch WHERE outcomes IS NOT NULL").fetchall()
        finally:
            connection.close()
        return [tuple(outcome) for (text,) in rows for outcome in json.loads(text)]


def build(folder: Path, people: int = PEOPLE) -> Post:
    """Make a home with people; of every fifty one has no address and one is not on the allowed list."""
    post = Post(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{number},{_email(number)},Zoë {number}" for number in range(1, people + 1)]
    texts = {
        "schema.sql": _SCHEMA,
        "environment.yaml": _ENVIRONMENT,
        "person.csv": "\n".join(["person_id,email,name", *rows]),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    batuta = post.batuta
    batuta("schema", "import", folder / "schema.sql", "--dialect", "postgres")
    batuta("dimension", "add", "people", "--schema", "person", "--identity", "email")
    batuta("data", "load", "person", folder / "person.csv")
    batuta("environment", "apply", folder / "environment.yaml")
    return post


def balanced(post: Post, server: Server) -> Tally:
    """Check that the ledger adds up and that nobody was written to twice; return it.

    What it counts as sent is what the server took; of what is in doubt the server may have taken any part.
    """
    tally = post.tally()
    assert tally.targeted == PEOPLE
    assert tally.excluded == {"empty-address": 2, "not-allowed": 2}
    assert len(server.recipients) == len(set(server.recipients))
    assert tally.sent <= len(server.recipients) <= tally.sent + tally.in_doubt
    return tally


def copy(source: Post, folder: Path) -> Post:
    """Return a home of its own with the same people."""
    shutil.copytree(source.folder, folder)
    return Post(folder)


def _email(number: int) -> str:
    return {7: "", 8: f"p{number}@elsewhere.example"}.get(number % 50, f"p{number}@example.org")
