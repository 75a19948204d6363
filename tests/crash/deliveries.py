"""Deliveries of a small engine that holds rows in memory; ledger, shards, journals and outbox are the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import pytest

from batuta.kit.clock import FixedClock
from batuta.messages.configuration import ChannelConfiguration, Sender
from batuta.messages.delivery import Delivery, EmailContent
from batuta.rules.bound import AttributeOf, Moment
from batuta.runs.ports import Counts, Engine, Making, Rows
from batuta.runs.sending.contract import DeliveryKey, Envelope, Order, Outcome, Status, Tally
from batuta.runs.sending.deliveries import Deliveries
from batuta.schema.types import INTEGER, STRING
from batuta.sets.addressed import Addressed
from batuta.sets.algebra import Nobody
from batuta.sets.shape import Column, Shape
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.ledger import HomeLedgers
from batuta.store.shards import JournalFiles, SampleFiles, ShardFiles

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
KEY = DeliveryKey("run1", "mail", 1)
SHAPE = Shape("people", "person", (INTEGER,), (Column("lines", STRING, (Column("name", STRING),)),))
PEOPLE = 1_203
LEFT_OUT = 3
BROKEN = 700
"""The number of the one person whose message cannot be rendered."""


class Death(BaseException):
    """The process ends here, as if killed."""


@dataclass
class Memory:
    """People 1 to n, of whom the first three are left out."""

    written: dict[str, list[Any]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def make(self, making: Making) -> Mapping[str, Counts]:
        return {name: Counts(PEOPLE, PEOPLE) for name in making.outputs}

    def reasons(self, _table: str) -> Mapping[str, int]:
        return {"": PEOPLE - LEFT_OUT, "no-consent": 2, "suppressed": 1}

    def scan(
        self, _table: object, _attributes: object, _columns: object, _moment: object, batch: int
    ) -> Iterator[Rows]:
        rows = [person(number) for number in range(1, PEOPLE + 1)]
        yield from (rows[start : start + batch] for start in range(0, PEOPLE, batch))

    def write(self, name: str, _shape: Shape, rows: Iterator[Rows]) -> Counts:
        self.written[name] = [row for batch in rows for row in batch]
        return Counts(len(self.written[name]), len(self.written[name]))

    def drop(self, names: Sequence[str]) -> None:
        self.dropped += names


def person(number: int) -> tuple[Any, ...]:
    reason = "no-consent" if number <= 2 else "suppressed" if number == 3 else None
    name = "broken" if number == BROKEN else f"Zoë {number}"
    return (number, reason, f"person{number}@example.com", [{"name": "tea"}, {"name": "cup"}], name)


def delivery(in_doubt: str = "leave") -> Delivery:
    return Delivery(
        messages=Addressed(Nobody(SHAPE), SHAPE, AttributeOf((), "email", STRING), ()),
        attributes=(("profile.name", AttributeOf((), "name", STRING)),),
        columns=("lines",),
        content=EmailContent(
            subject="Hello {{ profile.name }}",
            html="{% if profile.name == 'broken' %}{{ 1 | divided_by: 0 }}{% endif %}<p>{{ profile.name }}</p>"
            "{% for line in target.lines %}<li>{{ line.name }}</li>{% endfor %}",
        ),
        channel=ChannelConfiguration(
            name="letters",
            communication_type="newsletter",
            dimension="people",
            address="[email]",
            sender=Sender(address="shop@shop.example", name="The Shop"),
        ),
        in_doubt=in_doubt,
    )


def order(*, live: bool = True, in_doubt: str = "leave", run: str = "run1") -> Order:
    key = DeliveryKey(run, "mail", 1)
    return Order(key, delivery(in_doubt), Moment(NOW), live, f"{run}_messages", {}, campaign="hello")


@dataclass
class Silent:
    """A transport that takes every message, once more if asked twice, and cannot be asked what left."""

    remote: ClassVar[bool] = False
    taken: list[str] = field(default_factory=list)
    dies_after: int | None = None

    def open(self, _settings: object, _key: object) -> Silent:
        return self

    def send(self, envelope: Envelope) -> Outcome:
        self.taken.append(envelope.recipient)
        if self.dies_after is not None and len(self.taken) == self.dies_after:
            self.dies_after = None
            raise Death
        return Outcome(0, Status.SENT)

    def pauses(self) -> tuple[float, ...]:
        return ()

    def was_sent(self, _message_id: str) -> bool | None:
        return None

    def flush(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class World:
    """A home that survives the deaths of those who work in it."""

    home: Home
    transports: Any
    engine: Memory = field(default_factory=Memory)
    open_databases: list[Database] = field(default_factory=list)

    def born(self) -> Deliveries:
        """Return the sending of a new process."""
        self.home.path.mkdir(parents=True, exist_ok=True)
        database = Database(self.home.state)
        self.open_databases.append(database)
        ledgers = HomeLedgers(self.home, database, FixedClock(NOW))
        engine = cast("Engine", self.engine)
        files = ShardFiles(self.home), JournalFiles(self.home), SampleFiles(self.home)
        return Deliveries(engine, ledgers, *files, self.transports)

    def carried_out(self, what: Order, fence: int) -> Tally:
        sending = self.born()
        sending.prepare(what)
        for shard in range(sending.shards(what.key)):
            assert sending.send(what, shard, fence, lambda: False)
        return sending.tally(what.key)

    def mails(self, run: str = "run1") -> list[str]:
        return sorted(path.name for path in (self.home.outbox / run).rglob("*.eml"))

    def samples(self, run: str) -> dict[str, bytes]:
        folder = self.home.run_folder(run) / "samples" / "mail"
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def complete(tally: Tally) -> bool:
    return tally == Tally(
        targeted=PEOPLE,
        excluded={"no-consent": 2, "suppressed": 1, "rendering-error": 1},
        sent=PEOPLE - LEFT_OUT - 1,
    )


def dying(monkeypatch: pytest.MonkeyPatch, owner: type, method: str, at: int, *, after: bool) -> None:
    """Make the process die at the n-th call of a method, before or after the method has done its work."""
    work: Callable[..., Any] = getattr(owner, method)
    calls = 0

    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and not after:
            raise Death
        result = work(*arguments, **named)
        if calls == at:
            raise Death
        return result

    monkeypatch.setattr(owner, method, deadly)
