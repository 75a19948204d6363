"""Sending one shard: batch by batch, the intent before the first byte, the outcomes after."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from batuta.kit.errors import SystemFault
from batuta.runs.ports import Rows
from batuta.runs.sending.batch import Batch, Bench
from batuta.runs.sending.contract import DeliveryKey, Envelope, Ledger, Outcome, Status
from batuta.runs.sending.messages import Row

BATCH = 500
"""Messages between two commits of the ledger; a stop takes effect between batches."""


def send_rows(bench: Bench, rows: Rows, stop: Callable[[], bool]) -> bool:
    """Send the batches that are not settled yet; False if `stop` asked to end before the last."""
    for number, messages in unsettled(bench.ledger, bench.key, bench.shard, rows):
        with bench.turn:
            if stop():
                return False
            batch = Batch(bench, number, messages)
            if not _carried_out(bench, number, batch, stop):
                return False
        bench.transport.flush()
        bench.ledger.settle(bench.key, bench.shard, number, bench.fence, batch.outcomes)
    return True


def unsettled(ledger: Ledger, key: DeliveryKey, shard: int, rows: Rows) -> Iterator[tuple[int, list[tuple[int, Row]]]]:
    """Yield the batches of a shard that are not settled: the number of each, and its messages with their ordinals."""
    settled = {number for number, outcomes in ledger.outcomes(key, shard) if outcomes is not None}
    for number, start in enumerate(range(0, len(rows), BATCH)):
        if number not in settled:
            yield number, list(enumerate(rows[start : start + BATCH], start))


def _carried_out(bench: Bench, number: int, batch: Batch, stop: Callable[[], bool]) -> bool:
    """Carry a batch out; if it has to be left before its end, keep the counts of what is known."""
    if not bench.ledger.intend(bench.key, bench.shard, number, bench.fence):
        batch.recall()
    try:
        ended = batch.carry_out(stop)
    except SystemFault:
        bench.ledger.leave(bench.key, bench.shard, number, bench.fence, batch.outcomes)
        raise
    if not ended:
        bench.ledger.leave(bench.key, bench.shard, number, bench.fence, batch.outcomes)
    return ended


class Rehearsal:
    """The transport of test runs: takes every message and lets none leave."""

    remote = False

    def send(self, envelope: Envelope) -> Outcome:
        """Take a message."""
        _ = envelope
        return Outcome(0, Status.SENT)

    def pauses(self) -> tuple[float, ...]:
        """Nothing is ever put off."""
        return ()

    def was_sent(self, message_id: str) -> bool:
        """Nothing ever was."""
        _ = message_id
        return False

    def flush(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held open."""


class Blank:
    """The journal of test runs: what is done again does no harm, so nothing is noted."""

    def mark(self, batch: int, outcome: Outcome) -> None:
        """Note nothing."""

    def rest(self, batch: int) -> None:
        """Note nothing."""

    def close(self) -> None:
        """Nothing is held open."""
