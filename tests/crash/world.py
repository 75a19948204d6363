"""A home with some thousand people, a campaign that goes through every family of activities, and its files."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Self

from typer.testing import CliRunner

from batuta.app import root
from tests.engines import begin, copy, made_in

PEOPLE, ORDERS = 8_000, 16_000
RUN, NOW = "crash", "2026-03-01T09:00:00+00:00"

SCHEMA = """
CREATE TABLE person (
    person_id  INTEGER PRIMARY KEY,
    email      VARCHAR(120),
    country    VARCHAR(2)
);
CREATE TABLE purchase (
    purchase_id  INTEGER PRIMARY KEY,
    person_id    INTEGER NOT NULL REFERENCES person (person_id),
    product      VARCHAR(40) NOT NULL,
    amount       NUMERIC(10, 2) NOT NULL
);
"""

ENVIRONMENT = """
name: crash test
production: false
transports: [outbox]
allowed:
  email:
    domains: [example.org]
"""

CHANNEL = """
name: news
channel: email
category: marketing
communication_type: news
dimension: people
address: "[email]"
sender:
  address: hello@shop.example
transport:
  kind: outbox
"""

MAIL = """
    channel: news
    subject: For you
    html: |
      <p>{{ profile.email }}</p>
      {% for line in target.bought %}<p>{{ line.product }} {{ line.amount }}</p>{% endfor %}"""

CAMPAIGN = """
batuta: 1
id: crash
name: Crash
activities:
- {id: start, kind: fork}
- id: reach
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[email]', operator: is-not-empty}}
- id: bought
  kind: build-audience
  parameters:
    dimension: people
    rule: {kind: aggregate, function: sum, path: purchases, expression: '[amount]', operator: greater, value: 60}
- id: abroad
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[country]', operator: equal, value: DE}}
- id: both
  kind: combine
  parameters: {operation: intersection, complement: true}
- id: home
  kind: combine
  parameters: {operation: exclusion, primary: both, complement: true}
- id: once
  kind: deduplication
  parameters: {fields: ['[email]'], ignore_case: true, complement: true}
- id: latest
  kind: enrichment
  parameters:
    lines:
    - alias: bought
      path: purchases
      sort: [{expression: '[amount]', descending: true}]
      count: 3
      attributes: [{name: product, expression: '[product]'}, {name: amount, expression: '[amount]'}]
- id: halves
  kind: split
  parameters:
    segments:
    - {name: first, percent: 50}
    - {name: second}
- id: keep
  kind: save-audience
  parameters: {label: Kept, mode: append}
- id: mail-a
  kind: email
  parameters: MAIL
- id: mail-b
  kind: email
  parameters: MAIL
transitions:
- {from: start, to: reach}
- {from: start, to: bought}
- {from: start, to: abroad}
- {from: reach, to: both}
- {from: bought, to: both}
- {from: both, to: home}
- {from: abroad, to: home}
- {from: home, to: once}
- {from: once, to: latest}
- {from: latest, to: halves}
- {from: halves, output: first, to: keep}
- {from: keep, to: mail-a}
- {from: halves, output: second, to: mail-b}
""".replace(" MAIL", MAIL)


@dataclass(frozen=True)
class World:
    """A home and the campaign that is run in it."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def campaign(self) -> Path:
        return self.folder / "campaign.yaml"

    def copied(self, folder: Path) -> Self:
        """A home of the same content in another folder."""
        copy(self.folder, folder)
        return type(self)(folder)

    def left_behind(self) -> object:
        """What a run leaves besides its working tables and mails."""
        return self.query("SELECT number, rows FROM audience_version")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", "from batuta.app import main; main()", "--home", str(self.home), *words]

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120, check=False)

    def must(self, *words: str) -> str:
        done = self.call(*words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def run_words(self) -> tuple[str, ...]:
        """The command that starts the run, the same in every home, so that its messages are."""
        return ("campaign", "run", str(self.campaign), "--live", "--yes", "--json", "--run-id", RUN, "--at", NOW)

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the state database of a home; a reader disturbs no owner."""
        connection = sqlite3.connect(f"file:{self.home / 'state.sqlite'}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(statement).fetchall()
        except sqlite3.OperationalError:  # before its tables were made
            return []
        finally:
            connection.close()

    def message_ids(self) -> list[str]:
        """The Message-ID of every mail in the outbox, repeated ones repeatedly."""
        parser = BytesHeaderParser()
        found = []
        for path in (self.home / "outbox").rglob("*.eml"):
            with path.open("rb") as file:
                found.append(str(parser.parse(file)["Message-ID"]))
        return sorted(found)

    def made(self) -> list[str]:
        """The names of the working tables that the engine records as made."""
        return sorted(made_in(self.home))

    def pointers(self) -> dict[tuple[str, str], str]:
        """The committed working table of each output."""
        rows = self.query(
            "SELECT task.activity, output.name, output.table_name FROM output JOIN task ON task.id = output.task "
            "WHERE output.table_name IS NOT NULL"
        )
        return {(str(activity), str(name)): str(table) for activity, name, table in rows}


def build(folder: Path, engine: str = "duckdb") -> World:
    """Make a home with its data, channel and environment."""
    world = World(folder)
    begin(world.home, engine)
    stock(world, SCHEMA, CAMPAIGN, person=_people(), purchase=_purchases())
    return world


def stock(world: World, schema: str, campaign: str, **rows: Iterable[str]) -> None:
    """Give a home its data, from the lines of a file for each schema, its dimension, channel and environment."""
    folder = world.folder
    texts = {"schema.sql": schema, "environment.yaml": ENVIRONMENT, "channel.yaml": CHANNEL, "campaign.yaml": campaign}
    files = {f"{name}.csv": "\n".join(lines) for name, lines in rows.items()}
    for name, text in {**texts, **files}.items():
        (folder / name).write_text(text, "utf-8")
    setup(world, "schema", "import", str(folder / "schema.sql"), "--dialect", "postgres")
    setup(world, "dimension", "add", "people", "--schema", "person", "--identity", "email")
    for name in rows:
        setup(world, "data", "load", name, str(folder / f"{name}.csv"))
    setup(world, "environment", "apply", str(folder / "environment.yaml"))
    setup(world, "channel", "apply", str(folder / "channel.yaml"))


def setup(world: World, *words: str) -> None:
    """Carry out a command in the process of the test."""
    done = CliRunner().invoke(root, ["--home", str(world.home), *words])
    assert done.exit_code == 0, f"{words}: {done.output} {done.exception}"


def _people() -> Iterator[str]:
    chance = random.Random(1)
    yield "person_id,email,country"
    for number in range(1, PEOPLE + 1):
        email = f"p{number % (PEOPLE - 500)}@example.org" if chance.random() > 0.03 else ""
        yield f"{number},{email},{chance.choice(['FR', 'DE', 'IT'])}"


def _purchases() -> Iterator[str]:
    chance = random.Random(2)
    yield "purchase_id,person_id,product,amount"
    for number in range(1, ORDERS + 1):
        person = int(PEOPLE * chance.random() ** 2) + 1
        yield f"{number},{person},Thing {number % 40},{chance.randrange(100, 6000) / 100:.2f}"
