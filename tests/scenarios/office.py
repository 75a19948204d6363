"""Sending as a run does it, on the engine of a world, with ledger, shards and outbox in a home."""

from __future__ import annotations

import email
from email import policy
from pathlib import Path
from typing import Any

from batuta.activities.contract import Input
from batuta.activities.email import Email
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Campaign
from batuta.channels.transports import HomeTransports
from batuta.kit.clock import FixedClock
from batuta.messages.configuration import ChannelConfiguration, Environment
from batuta.runs.ports import Counts
from batuta.runs.sending.contract import DeliveryKey, Order, Tally
from batuta.runs.sending.deliveries import Deliveries
from batuta.schema.types import STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Column
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.ledger import HomeLedgers
from batuta.store.shards import JournalFiles, SampleFiles, ShardFiles


class Office:
    """Sending over the world's engine, in a home, by one channel configuration."""

    def __init__(
        self, world: Any, folder: Path, channel: ChannelConfiguration, environment: Environment, content: dict[str, str]
    ) -> None:
        self.world = world
        self.channel = channel
        self.environment = environment
        self.content = content
        self.home = Home(folder / "home")
        self.home.path.mkdir()
        self.database = Database(self.home.state)
        self.ledgers = HomeLedgers(self.home, self.database, FixedClock(world.moment.now))
        self.sending = Deliveries(
            engine=world.engine,
            ledgers=self.ledgers,
            shard_files=ShardFiles(self.home),
            journals=JournalFiles(self.home),
            samples=SampleFiles(self.home),
            transports=HomeTransports(self.home.outbox),
        )

    def order(self, population: Table, run: str, live: bool = True, **parameters: Any) -> Order:
        channel = parameters.pop("configuration", self.channel)
        known = Knowledge(self.world.catalogue, channels={"letters": channel}, environment=self.environment)
        scope = known.scope(Campaign(id="hello", name="Hello", activities=()), "mail", run_seed=run)
        activity = Email.model_validate({"channel": "letters", **self.content, **parameters})
        delivery = activity.delivery((Input("before", "main", "Before", population),), scope)
        names = {output.name: f"{run}_{output.name}" for output in activity.outputs()}
        return Order(
            key=DeliveryKey(run, "mail", 1),
            delivery=delivery,
            moment=self.world.moment,
            live=live,
            table=f"{run}_messages",
            outputs=names,
            campaign="hello",
        )

    def carry_out(self, order: Order) -> tuple[Tally, dict[str, Counts]]:
        prepared = self.sending.prepare(order)
        assert prepared.balanced
        for shard in range(self.sending.shards(order.key)):
            assert self.sending.send(order, shard, 1, lambda: False)
        return self.sending.tally(order.key), dict(self.sending.finish(order))

    def output(self, order: Order, name: str, *columns: str) -> list[tuple[Any, ...]]:
        shape = order.delivery.messages.shape
        if columns and "reason" in columns:
            shape = shape.having((*shape.columns, Column("reason", STRING)))
        return list(self.world.read(Table(order.outputs[name], shape), *columns))

    def letters(self, run: str) -> list[Any]:
        """Return all that has left, by address and subject."""
        found = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in (self.home.outbox / run).rglob("*.eml")
        ]
        assert len({message["Message-ID"] for message in found}) == len(found)
        return sorted(found, key=lambda message: (message["To"], message["Subject"]))

    def mails(self, run: str) -> dict[str, Any]:
        return {message["To"]: message for message in self.letters(run)}

    def close(self) -> None:
        self.ledgers.close()
        self.database.close()

    def samples(self, run: str) -> dict[str, bytes]:
        folder = self.home.run_folder(run) / "samples" / "mail"
        return {path.name: path.read_bytes() for path in folder.iterdir()}
