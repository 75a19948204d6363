"""Deaths at every step of a delivery: nobody is written to twice, nobody is lost, and the ledger adds up.

The engine is a small one that holds rows in memory; ledger, shards, journals and outbox are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from batuta.channels.transports import HomeTransports
from batuta.kit.clock import FixedClock
from batuta.kit.errors import SystemFault
from batuta.messages.configuration import ChannelConfiguration, Sender
from batuta.messages.delivery import Delivery, EmailContent
from batuta.rules.bound import AttributeOf, Moment
from batuta.runs.ports import Counts, Engine, Making, Rows
from batuta.runs.sending import deliveries as module
from batuta.runs.sending.contract import DeliveryKey, Envelope, Order, Outcome, StaleFence, Status, Tally
from batuta.runs.sending.deliveries import Deliveries
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Addressed, Nobody
from batuta.sets.shape import Column, Shape
from batuta.store import shards as shards_module
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.ledger import HomeLedgers, SqlLedger
from batuta.store.shards import JournalFile, JournalFiles, SampleFiles, ShardFiles

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


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    made = World(home, HomeTransports(home.outbox))
    yield made
    for database in made.open_databases:
        database.close()


@pytest.fixture
def silent(home: Home) -> Iterator[World]:
    made = World(home, Silent())
    yield made
    for database in made.open_databases:
        database.close()


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


def test_a_delivery_without_deaths(world: World) -> None:
    tally = world.carried_out(order(), fence=1)
    assert complete(tally)
    assert len(world.mails()) == tally.sent


DEATHS = [
    (ShardFiles, "write", 1, False),
    (ShardFiles, "write", 2, True),
    (SqlLedger, "open", 1, False),
    (SqlLedger, "open", 1, True),
    (SqlLedger, "claim", 1, True),
    (SqlLedger, "intend", 1, False),
    (SqlLedger, "intend", 2, True),
    (JournalFile, "mark", 1, False),
    (JournalFile, "mark", 1, True),
    (JournalFile, "mark", 250, False),
    (JournalFile, "mark", 777, True),
    (SqlLedger, "settle", 1, False),
    (SqlLedger, "settle", 2, True),
    (SampleFiles, "keep", 3, True),
]


@pytest.mark.parametrize("death", DEATHS)
def test_a_death_at_any_step_changes_nothing_in_the_end(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    death: tuple[type, str, int, bool],
) -> None:
    monkeypatch.setattr(module, "SHARD", 800)
    other = Home(tmp_path / "undisturbed")
    undisturbed = World(other, HomeTransports(other.outbox))
    assert complete(undisturbed.carried_out(order(), fence=1))
    with monkeypatch.context() as planted:
        owner, method, at, after = death
        dying(planted, owner, method, at, after=after)
        with pytest.raises(Death):
            world.carried_out(order(), fence=1)
    assert complete(world.carried_out(order(), fence=2))
    assert world.mails() == undisturbed.mails()
    assert world.samples("run1") == undisturbed.samples("run1")


@pytest.mark.parametrize("dies_after", [1, 2, 499, 500, 501, 1_199])
def test_of_a_transport_that_cannot_be_asked_one_message_is_in_doubt(silent: World, dies_after: int) -> None:
    silent.transports.dies_after = dies_after
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    tally = silent.carried_out(order(), fence=2)
    assert tally.balanced
    assert (tally.in_doubt, tally.pending) == (1, 0)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken)) == PEOPLE - LEFT_OUT - 1


def test_what_is_in_doubt_is_sent_again_only_if_so_chosen(silent: World) -> None:
    silent.transports.dies_after = 250
    with pytest.raises(Death):
        silent.carried_out(order(in_doubt="resend"), fence=1)
    tally = silent.carried_out(order(in_doubt="resend"), fence=2)
    taken = silent.transports.taken
    assert complete(tally)
    assert len(taken) == len(set(taken)) + 1


def test_after_a_power_cut_the_rest_of_the_open_batch_is_in_doubt(
    silent: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot_id"
    boot.write_text("first")
    monkeypatch.setattr(shards_module, "_BOOT", boot)
    silent.transports.dies_after = 620
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    boot.write_text("second")
    tally = silent.carried_out(order(), fence=2)
    assert tally.balanced
    taken = silent.transports.taken
    assert len(taken) == len(set(taken))
    assert tally.in_doubt == 500 - 119  # 619 are marked: 500 of the first batch, 119 of the second
    assert tally.pending == 0


@pytest.mark.parametrize("marks", [1, 60, 200])
def test_a_death_after_a_power_cut_does_not_make_lost_marks_trusted(
    silent: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marks: int
) -> None:
    """The power cut took the last fifty marks with it; then the process that settled the doubt died too."""
    boot = tmp_path / "boot_id"
    boot.write_text("first")
    monkeypatch.setattr(shards_module, "_BOOT", boot)
    silent.transports.dies_after = 620
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    boot.write_text("second")
    (journal,) = silent.home.path.rglob("*.journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-50]))
    with monkeypatch.context() as patch:
        dying(patch, JournalFile, "mark", marks, after=True)
        with pytest.raises(Death):
            silent.carried_out(order(), fence=2)
    tally = silent.carried_out(order(), fence=3)
    assert tally.balanced
    assert tally.in_doubt == 500 - 119 + 50
    taken = silent.transports.taken
    assert len(taken) == len(set(taken))


def test_a_planted_fault_is_seen_intents_that_are_not_committed(silent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a batch to leave before its intent is kept, a death would send it twice: this must be visible."""
    silent.transports.dies_after = 250
    monkeypatch.setattr(SqlLedger, "intend", lambda *_: True)
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    silent.carried_out(order(), fence=2)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken)) + 250


def test_a_planted_fault_is_seen_journal_marks_that_are_not_written(
    silent: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent.transports.dies_after = 250
    monkeypatch.setattr(JournalFile, "mark", lambda *_: None)
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    silent.carried_out(order(), fence=2)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken)) + 249


def test_a_worker_that_wakes_up_after_its_shard_was_taken_over_writes_nothing(world: World) -> None:
    sleeper, taker = world.born(), world.born()
    sleeper.prepare(order())
    calls = iter([False, True])

    def overtaken() -> bool:
        if next(calls):
            assert taker.send(order(), 0, 2, lambda: False)
        return False

    with pytest.raises(StaleFence):
        sleeper.send(order(), 0, 1, overtaken)
    assert complete(taker.tally(KEY))
    assert len(world.mails()) == PEOPLE - LEFT_OUT - 1


def test_a_stop_takes_effect_within_a_batch_and_resuming_sends_exactly_the_rest(silent: World) -> None:
    sending = silent.born()
    sending.prepare(order())
    asked = iter([False, True])
    assert not sending.send(order(), 0, 1, lambda: next(asked))
    tally = sending.tally(KEY)
    assert (tally.sent, tally.pending, tally.balanced) == (500, 700, True)
    assert len(silent.transports.taken) == 500
    assert sending.send(order(), 0, 1, lambda: False)
    assert complete(sending.tally(KEY))
    assert len(set(silent.transports.taken)) == len(silent.transports.taken)


def test_test_and_live_run_agree_and_the_test_leaves_no_trace(world: World) -> None:
    test = world.carried_out(order(live=False, run="test"), fence=1)
    assert not world.home.outbox.exists()
    assert world.born().ledgers.live().shards(DeliveryKey("test", "mail", 1)) is None
    live = world.carried_out(order(run="live"), fence=1)
    assert test == live
    assert world.samples("test") == world.samples("live")
    assert len(world.samples("live")) == 5


def test_a_very_large_test_renders_a_part_and_says_how_many_it_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRIED", 300)
    tally = world.carried_out(order(live=False, run="test"), fence=1)
    assert tally.balanced
    assert tally.pending == 0
    rendered = PEOPLE - LEFT_OUT - tally.unrendered
    assert 240 < rendered < 360
    again = world.carried_out(order(live=False, run="again"), fence=1)
    assert again == tally


def test_messages_ids_are_the_same_in_every_attempt_and_differ_between_runs(world: World) -> None:
    world.carried_out(order(run="one"), fence=1)
    world.carried_out(order(run="two"), fence=1)
    assert set(world.mails("one")).isdisjoint(world.mails("two"))
    assert len(world.mails("one")) == len(world.mails("two"))


def test_late_outcomes_are_written_with_key_and_reason(world: World) -> None:
    what = order()
    world.carried_out(what, fence=1)
    world.born().finish(what)
    assert world.engine.written["run1_messages_late"] == [(BROKEN, "excluded", "rendering-error")]
    assert world.engine.dropped == ["run1_messages_late"]


def test_a_message_that_does_not_reach_its_shard_is_missed_before_anything_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "reasons", lambda *_: {"": PEOPLE - LEFT_OUT + 1, "no-consent": 2, "suppressed": 1})
    with pytest.raises(SystemFault, match="1204 targeted are not 3 excluded and 1200 prepared"):
        world.carried_out(order(), fence=1)
    assert world.mails() == []
