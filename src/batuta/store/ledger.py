"""The ledger of deliveries: intents before the first byte leaves, outcomes after, per batch of a shard.

One row per batch of some hundreds of messages holds what became of them: the counts as columns, and as text
only the outcomes other than SENT, since nearly all are sent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    func,
    select,
)

from batuta.kit.clock import Clock
from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import UNRENDERED, DeliveryKey, Outcome, StaleFence, Status, Tally
from batuta.store import tables
from batuta.store.database import Database
from batuta.store.home import Home

LEDGER_TABLES = (tables.deliveries, tables.shards, tables.batches)


class SqlLedger:
    """The ledger in a state database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def open(self, key: DeliveryKey, targeted: int, excluded: Mapping[str, int], shards: Sequence[int]) -> None:
        """Record a prepared delivery, once; refuse one whose counts do not add up."""
        if targeted != sum(excluded.values()) + sum(shards):
            raise SystemFault(
                f"delivery of {key.activity} in run {key.run}",
                f"{targeted} targeted are not {sum(excluded.values())} excluded and {sum(shards)} prepared",
                todo="Nothing has been sent. Run the campaign again, and report this with the run's log.",
            )
        with self._database.write() as connection:
            if _found(connection, tables.deliveries, key):
                return
            connection.execute(
                tables.deliveries.insert().values(
                    **_named(key),
                    targeted=targeted,
                    excluded=json.dumps(dict(excluded)),
                    opened_at=self._clock.now().isoformat(),
                )
            )
            rows = [{**_named(key), "shard": shard, "messages": size, "fence": 0} for shard, size in enumerate(shards)]
            if rows:
                connection.execute(tables.shards.insert(), rows)

    def shards(self, key: DeliveryKey) -> int | None:
        """Return the number of shards of a delivery, or None if it has not been opened."""
        with self._database.read() as connection:
            if not _found(connection, tables.deliveries, key):
                return None
            return connection.execute(
                select(func.count()).select_from(tables.shards).where(_of(tables.shards, key))
            ).scalar_one()

    def claim(self, key: DeliveryKey, shard: int, fence: int) -> None:
        """Take a shard over; raise StaleFence if a higher fence holds it."""
        with self._database.write() as connection:
            _guard(connection, key, shard, fence)
            here = and_(_of(tables.shards, key), tables.shards.c.shard == shard)
            connection.execute(tables.shards.update().where(here).values(fence=fence))

    def seize(self, key: DeliveryKey, shard: int) -> int:
        """Take a shard over from everybody; return the fence to go on with."""
        here = and_(_of(tables.shards, key), tables.shards.c.shard == shard)
        raised = (
            tables.shards.update().where(here).values(fence=tables.shards.c.fence + 1).returning(tables.shards.c.fence)
        )
        with self._database.write() as connection:
            return int(connection.execute(raised).scalar_one())

    def intend(self, key: DeliveryKey, shard: int, batch: int, fence: int) -> bool:
        """Commit that a batch is about to leave; False if it was already intended."""
        with self._database.write() as connection:
            _guard(connection, key, shard, fence)
            if _begun(connection, key, shard, batch):
                return False
            self._begin(connection, key, shard, batch, fence)
            return True

    def settle(self, key: DeliveryKey, shard: int, batch: int, fence: int, outcomes: Sequence[Outcome]) -> None:
        """Commit what became of a batch; one that is settled stays as it is."""
        self._update(key, shard, batch, fence, _settled(outcomes))

    def close(self, key: DeliveryKey, shard: int, batch: int, fence: int, outcomes: Sequence[Outcome]) -> None:
        """Settle a batch, in one step also one that was never intended."""
        with self._database.write() as connection:
            _guard(connection, key, shard, fence)
            if not _begun(connection, key, shard, batch):
                self._begin(connection, key, shard, batch, fence)
            _put(connection, _at(key, shard, batch), {"fence": fence, **_settled(outcomes)})

    def leave(self, key: DeliveryKey, shard: int, batch: int, fence: int, outcomes: Sequence[Outcome]) -> None:
        """Commit the counts of a batch that stays open; whom it left out is pending till then, for want of reasons."""
        self._update(key, shard, batch, fence, _counts(outcomes))

    def _update(self, key: DeliveryKey, shard: int, batch: int, fence: int, values: Mapping[str, object]) -> None:
        with self._database.write() as connection:
            _guard(connection, key, shard, fence)
            _put(connection, _at(key, shard, batch), {"fence": fence, **values})

    def _begin(self, connection: Connection, key: DeliveryKey, shard: int, batch: int, fence: int) -> None:
        now = self._clock.now().isoformat()
        row = {**_named(key), "shard": shard, "number": batch, "fence": fence, "intent_at": now}
        connection.execute(tables.batches.insert().values(**row))

    def outcomes(self, key: DeliveryKey, shard: int) -> Iterator[tuple[int, Sequence[Outcome] | None]]:
        """Yield each intended batch with its outcomes other than SENT, or None where they are not known."""
        query = select(tables.batches.c.number, tables.batches.c.outcomes).where(
            _of(tables.batches, key), tables.batches.c.shard == shard
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(tables.batches.c.number)).all()
        for number, text in rows:
            yield number, None if text is None else _read(text)

    def tally(self, key: DeliveryKey) -> Tally:
        """Return the present counts; those of a delivery that has not been opened are all 0."""
        columns = [func.coalesce(func.sum(tables.batches.c[name]), 0).label(name) for name in _COUNTED]
        with self._database.read() as connection:
            delivery = (
                connection.execute(select(tables.deliveries).where(_of(tables.deliveries, key))).mappings().first()
            )
            if delivery is None:
                return Tally()
            counts = connection.execute(select(*columns).where(_of(tables.batches, key))).mappings().one()
            late = _late_reasons(connection, key) if counts["excluded"] else Counter[str]()
            prepared = select(func.coalesce(func.sum(tables.shards.c.messages), 0)).where(_of(tables.shards, key))
            messages = connection.execute(prepared).scalar_one()
        return _tally(delivery, counts, late, messages)


def withdraw(connection: Connection, key: DeliveryKey) -> None:
    """Forget a prepared delivery of which nothing has left, so that it can be prepared again."""
    if connection.execute(select(tables.batches.c.number).where(_of(tables.batches, key)).limit(1)).first() is not None:
        raise SystemFault(f"delivery of {key.activity} in run {key.run}", "messages have left: it cannot be withdrawn")
    for table in (tables.shards, tables.deliveries):
        connection.execute(table.delete().where(_of(table, key)))


class HomeLedgers:
    """The ledger of the home, and one for each test run in a database beside the run's files."""

    def __init__(self, home: Home, database: Database, clock: Clock) -> None:
        self._home = home
        self._live = SqlLedger(database, clock)
        self._clock = clock
        self._rehearsals: dict[str, Database] = {}
        self._opening = Lock()

    def live(self) -> SqlLedger:
        """Return the ledger of the home."""
        return self._live

    def rehearsal(self, run: str) -> SqlLedger:
        """Return the ledger of a test run, made at its first use."""
        with self._opening:  # two deliveries of a run may begin at once
            if run not in self._rehearsals:
                folder = self._home.run_folder(run)
                folder.mkdir(parents=True, exist_ok=True)
                self._rehearsals[run] = Database(folder / "rehearsal.sqlite", LEDGER_TABLES)
            return SqlLedger(self._rehearsals[run], self._clock)

    def close(self) -> None:
        """Close the databases of test runs."""
        for database in self._rehearsals.values():
            database.close()
        self._rehearsals.clear()


_COUNTED = ("sent", "failed", "in_doubt", "excluded", "unrendered")


def _counts(outcomes: Sequence[Outcome]) -> dict[str, object]:
    counts = Counter(outcome.status for outcome in outcomes)
    return {
        "sent": counts[Status.SENT],
        "failed": counts[Status.FAILED],
        "in_doubt": counts[Status.IN_DOUBT],
        "unrendered": sum(outcome.reason == UNRENDERED for outcome in outcomes),
    }


def _settled(outcomes: Sequence[Outcome]) -> dict[str, object]:
    excluded = sum(outcome.status is Status.EXCLUDED for outcome in outcomes)
    return {**_counts(outcomes), "excluded": excluded, "outcomes": _written(outcomes)}


def _tally(delivery: RowMapping, counts: RowMapping, late: Counter[str], messages: int) -> Tally:
    excluded = Counter(json.loads(delivery["excluded"])) + late
    settled = counts["sent"] + counts["failed"] + counts["in_doubt"] + counts["excluded"]
    return Tally(
        targeted=delivery["targeted"],
        excluded=dict(excluded),
        sent=counts["sent"],
        failed=counts["failed"],
        in_doubt=counts["in_doubt"],
        pending=messages - settled,
        unrendered=counts["unrendered"],
    )


def _late_reasons(connection: Connection, key: DeliveryKey) -> Counter[str]:
    """Count the reasons of those left out while sending."""
    query = select(tables.batches.c.outcomes).where(_of(tables.batches, key), tables.batches.c.excluded > 0)
    outcomes = (outcome for text in connection.execute(query).scalars() for outcome in _read(text))
    return Counter(outcome.reason for outcome in outcomes if outcome.status is Status.EXCLUDED)


def _guard(connection: Connection, key: DeliveryKey, shard: int, fence: int) -> None:
    query = select(tables.shards.c.fence).where(_of(tables.shards, key), tables.shards.c.shard == shard)
    held = connection.execute(query).scalar_one()
    if fence < held:
        raise StaleFence(
            f"shard {shard} of {key.activity} in run {key.run}",
            f"a worker with fence {held} has taken it over from fence {fence}",
        )


def _written(outcomes: Iterable[Outcome]) -> str:
    rest = [
        [outcome.ordinal, outcome.status.value, outcome.reason, outcome.detail]
        for outcome in outcomes
        if outcome.status is not Status.SENT
    ]
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":"))


def _read(text: str) -> list[Outcome]:
    return [Outcome(ordinal, Status(status), reason, detail) for ordinal, status, reason, detail in json.loads(text)]


def _named(key: DeliveryKey) -> dict[str, object]:
    return {"run": key.run, "activity": key.activity, "generation": key.generation}


def _of(table: Table, key: DeliveryKey) -> ColumnElement[bool]:
    return and_(table.c.run == key.run, table.c.activity == key.activity, table.c.generation == key.generation)


def _at(key: DeliveryKey, shard: int, batch: int) -> ColumnElement[bool]:
    return and_(_of(tables.batches, key), tables.batches.c.shard == shard, tables.batches.c.number == batch)


def _begun(connection: Connection, key: DeliveryKey, shard: int, batch: int) -> bool:
    return connection.execute(select(tables.batches.c.number).where(_at(key, shard, batch))).first() is not None


def _put(connection: Connection, batch: ColumnElement[bool], values: Mapping[str, object]) -> None:
    """Write what became of a batch, unless it is settled."""
    connection.execute(tables.batches.update().where(batch, tables.batches.c.outcomes.is_(None)).values(**values))


def _found(connection: Connection, table: Table, key: DeliveryKey) -> bool:
    return connection.execute(select(table.c.run).where(_of(table, key))).first() is not None
