"""Deliveries: prepared, sent and finished, each step safe to do again after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from batuta.kit.errors import BatutaError
from batuta.messages.liquid.template import RenderingError
from batuta.runs.ports import Counts, Engine, Making, Rows
from batuta.runs.sending.batch import Bench
from batuta.runs.sending.closing import close_shard, ordinals_left
from batuta.runs.sending.contract import (
    RENDERING_ERROR,
    DeliveryKey,
    Journals,
    Ledger,
    Ledgers,
    Marks,
    Order,
    Outcome,
    Samples,
    Shards,
    Tally,
    Transports,
)
from batuta.runs.sending.messages import Layout, Messages, Row
from batuta.runs.sending.outputs import addressee, late_shape, outputs
from batuta.runs.sending.recall import Asked, recalled
from batuta.runs.sending.shard import Blank, Rehearsal, send_rows
from batuta.runs.sending.told import Telling
from batuta.schema.types import STRING
from batuta.sets.addressed import ADDRESS, REASON
from batuta.sets.algebra import Table
from batuta.sets.shape import Column

SHARD = 5_000
"""Messages in a shard."""

TRIED = 200_000
"""Messages that a test run renders; of more, a part chosen by chance that is the same every time."""

KEPT_SAMPLES = 5


@dataclass(frozen=True)
class Deliveries:
    """The sending of deliveries over the ports of a home; see contract.Sending."""

    engine: Engine
    ledgers: Ledgers
    shard_files: Shards
    journals: Journals
    samples: Samples
    transports: Transports
    turn: Lock = field(default_factory=Lock, compare=False, repr=False)

    def prepare(self, order: Order) -> Tally:
        """Make the messages table, freeze shards and open the ledger; return the counts with all pending."""
        ledger = self._ledger(order)
        if ledger.shards(order.key) is None:
            making = Making(
                {"messages": order.delivery.messages}, {"messages": order.table}, order.moment, order.audiences
            )
            self.engine.make(making)
            found = self.engine.reasons(order.table)
            tried = [check.reason for check in order.delivery.messages.checks]
            reasons = {reason: found[reason] for reason in (*tried, *found) if reason and reason in found}
            sizes = [len(rows) for rows in self._freeze(order)]
            ledger.open(order.key, sum(found.values()), reasons, sizes)
        return ledger.tally(order.key)

    def shards(self, key: DeliveryKey) -> int:
        """Return how many shards a prepared delivery has."""
        return self._found(key).shards(key) or 0

    def send(self, order: Order, shard: int, fence: int, stop: Callable[[], bool]) -> bool:
        """Send what a shard still holds, or in test mode render it; False if `stop` asked to end before that."""
        key, ledger = order.key, self._ledger(order)
        ledger.claim(key, shard, fence)
        messages = Messages(order)
        _, rows = self.shard_files.read(key, shard)
        if shard == 0:
            self._keep_samples(order, messages, rows)
        marks = self.journals.read(key, shard) if order.live else Marks()
        transport = self.transports.open(order.delivery.channel.transport, key) if order.live else Rehearsal()
        # Once the journal is open it says that the machine is up since: what a power cut lost is doubted before.
        doubted = () if marks.complete else [batch for batch, known in ledger.outcomes(key, shard) if known is None]
        journal = self.journals.open(key, shard, doubted) if order.live else Blank()
        bench = Bench(
            key=key,
            shard=shard,
            fence=fence,
            messages=messages,
            ledger=ledger,
            transport=transport,
            journal=journal,
            marks=marks,
            resend=order.delivery.in_doubt == "resend",
            rendered=_chosen(order, ledger, messages),
            turn=nullcontext() if transport.remote else self.turn,
        )
        try:
            return send_rows(bench, rows, stop)
        finally:
            journal.close()
            transport.close()

    def finish(self, order: Order) -> Mapping[str, Counts]:
        """Make the working tables of the outputs from the ledger; return their counts."""
        shape = order.delivery.messages.shape
        late = Table(f"{order.table}_late", late_shape(shape))
        self.engine.write(late.name, late.shape, self._late_rows(order))
        found = outputs(order.table, shape, late)
        wanted = {name: found[name] for name in order.outputs}
        counts = self.engine.make(Making(wanted, order.outputs, order.moment, order.audiences))
        self.engine.drop([late.name])
        return counts

    def close(self, order: Order) -> Tally:
        """Settle what is pending of a delivery without sending any more; what surely has not left has failed."""
        ledger, asked = self._ledger(order), self._witness(order, Messages(order))
        for shard in range(ledger.shards(order.key) or 0):
            _, rows = self.shard_files.read(order.key, shard)
            marks = self.journals.read(order.key, shard) if order.live else Marks()
            close_shard(ledger, order.key, shard, rows, partial(recalled, marks, asked))
        return ledger.tally(order.key)

    def left(self, order: Order) -> Iterator[Rows]:
        """Yield, of a closed delivery, the keys (see `addressee`) of those whose message has left, or may have."""
        ledger, keys = self._ledger(order), len(addressee(order.delivery.messages).row_columns)
        for shard in range(ledger.shards(order.key) or 0):
            _, rows = self.shard_files.read(order.key, shard)
            yield [rows[place][:keys] for place in ordinals_left(ledger, order.key, shard, rows)]

    def told(self, order: Order) -> Iterator[Rows]:
        """Yield, of a settled delivery, what became of each message, in row key order."""
        shape = order.delivery.messages.shape
        table = Table(order.table, shape.having((Column(REASON, STRING), Column(ADDRESS, STRING))))
        telling = Telling(order.key, self._ledger(order), Messages(order), shape, SHARD)
        return telling.rows(self.engine.scan(table, (), (REASON, ADDRESS), order.moment, SHARD))

    def tally(self, key: DeliveryKey) -> Tally:
        """Return the present counts of a delivery."""
        return self._found(key).tally(key)

    def _ledger(self, order: Order) -> Ledger:
        return self.ledgers.live() if order.live else self.ledgers.rehearsal(order.key.run)

    def _found(self, key: DeliveryKey) -> Ledger:
        live = self.ledgers.live()
        return live if live.shards(key) is not None else self.ledgers.rehearsal(key.run)

    def _witness(self, order: Order, messages: Messages) -> Asked:
        """Return what tells whether a message has left; where the transport cannot, or not now, nobody knows."""
        settings = order.delivery.channel.transport

        def asked(row: Row) -> bool | None:
            if not order.live:
                return False
            try:
                with closing(self.transports.open(settings, order.key)) as transport:
                    return transport.was_sent(messages.message_id(row))
            except BatutaError:
                return None

        return asked

    def _freeze(self, order: Order) -> Iterator[Rows]:
        """Write the messages that may leave into shards, in row key order; yield each shard's rows."""
        columns, waiting, shard = Layout.of(order).columns, list[Row](), 0
        for row in self._ready(order):
            waiting.append(row)
            if len(waiting) == SHARD:
                yield self._shard(order, shard, columns, waiting)
                waiting, shard = [], shard + 1
        if waiting:
            yield self._shard(order, shard, columns, waiting)

    def _shard(self, order: Order, shard: int, columns: tuple[str, ...], rows: list[Row]) -> Rows:
        frozen = [tuple(row) for row in rows]
        self.shard_files.write(order.key, shard, columns, frozen)
        return frozen

    def _ready(self, order: Order) -> Iterator[Row]:
        delivery, shape = order.delivery, order.delivery.messages.shape
        listed = delivery.messages.list_column
        made = (Column(ADDRESS, STRING), Column(REASON, STRING), *([listed] if listed else []))
        table = Table(order.table, shape.having((*shape.columns, *made)))
        keys = len(shape.row_columns)
        columns = (REASON, ADDRESS, *Layout.of(order).extra)
        for rows in self.engine.scan(table, delivery.attributes, columns, order.moment, SHARD):
            yield from ((*row[:keys], *row[keys + 1 :]) for row in rows if not row[keys])

    def _keep_samples(self, order: Order, messages: Messages, rows: Rows) -> None:
        """Keep the first messages by key that can be rendered: before anything is sent, in every mode alike."""
        kept = 0
        for row in rows:
            try:
                content = messages.sample(row)
            except RenderingError:
                continue
            kept += 1
            self.samples.keep(order.key, f"{kept:03}", content)
            if kept == KEPT_SAMPLES:
                return

    def _late_rows(self, order: Order) -> Iterator[Rows]:
        """Yield row key, status and reason of every message that was not sent, in the order of the shards."""
        ledger, keys = self._ledger(order), len(order.delivery.messages.shape.row_columns)
        for shard in range(ledger.shards(order.key) or 0):
            late = [outcome for _, batch in ledger.outcomes(order.key, shard) for outcome in batch or ()]
            if late:
                yield self._named(order.key, shard, late, keys)

    def _named(self, key: DeliveryKey, shard: int, late: list[Outcome], keys: int) -> Rows:
        _, rows = self.shard_files.read(key, shard)
        return [(*rows[outcome.ordinal][:keys], outcome.status.value, outcome.reason) for outcome in late]


def _chosen(order: Order, ledger: Ledger, messages: Messages) -> Callable[[Row], bool]:
    """Return which messages are rendered: all, but of a very large delivery in a test run only a part."""
    counts = ledger.tally(order.key)
    left_out = sum(n for reason, n in counts.excluded.items() if reason != RENDERING_ERROR)
    prepared = counts.targeted - left_out
    if order.live or prepared <= TRIED:
        return lambda _row: True
    threshold = TRIED * 16**8 // prepared
    return lambda row: int(messages.token(row)[:8], 16) < threshold
