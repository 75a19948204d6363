"""Sending one shard: batch by batch, the intent before the first byte, the outcomes after, doubt settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from batuta.messages.liquid.template import RenderingError
from batuta.runs.ports import Rows
from batuta.runs.sending.contract import (
    RENDERING_ERROR,
    UNRENDERED,
    DeliveryKey,
    Envelope,
    Journal,
    Ledger,
    Marks,
    Outcome,
    Status,
    Transport,
)
from batuta.runs.sending.messages import Messages, Row

BATCH = 500
"""Messages between two commits of the ledger; a stop takes effect between batches."""

IN_DOUBT = "cut-off"
"""The reason of a message that was under way when its sender died, on a transport that cannot be asked."""


@dataclass(frozen=True)
class Bench:
    """What the sending of one shard works with.

    Shards take turns: writing messages is work for one processor, and threads that fight for it take twice as
    long. So no more than one batch is under way when a stop is asked for.
    """

    key: DeliveryKey
    shard: int
    fence: int
    messages: Messages
    ledger: Ledger
    transport: Transport
    journal: Journal
    marks: Marks
    resend: bool
    rendered: Callable[[Row], bool]
    turn: AbstractContextManager[object]


def send_rows(bench: Bench, rows: Rows, stop: Callable[[], bool]) -> bool:
    """Send the batches that are not settled yet; False if `stop` asked to end before the last."""
    settled = {number for number, outcomes in bench.ledger.outcomes(bench.key, bench.shard) if outcomes is not None}
    for number, start in enumerate(range(0, len(rows), BATCH)):
        if number in settled:
            continue
        with bench.turn:
            if stop():
                return False
            batch = list(enumerate(rows[start : start + BATCH], start))
            fresh = bench.ledger.intend(bench.key, bench.shard, number, bench.fence)
            outcomes = list(_send_all(bench, number, batch) if fresh else _go_on(bench, number, batch))
        bench.transport.flush()
        bench.ledger.settle(bench.key, bench.shard, number, bench.fence, outcomes)
    return True


def _send_all(bench: Bench, number: int, batch: Sequence[tuple[int, Row]]) -> Iterator[Outcome]:
    for ordinal, row in batch:
        yield _send_one(bench, number, ordinal, row)


def _go_on(bench: Bench, number: int, batch: Sequence[tuple[int, Row]]) -> Iterator[Outcome]:
    """Finish a batch that was cut off.

    What the journal marks is done. Of the others only the first can have left unmarked, if the machine has
    been up since: messages leave one after the other, each marked before the next. Else any may have.
    """
    doubtful, whole = True, bench.marks.whole(number)
    if not whole:
        bench.journal.doubt(number)  # else the next attempt, in the same life of the machine, would trust the marks
    for ordinal, row in batch:
        marked = bench.marks.outcomes.get((number, ordinal))
        if marked is not None:
            yield marked
        elif doubtful:
            doubtful = not whole
            yield _settle_doubt(bench, number, ordinal, row)
        else:
            yield _send_one(bench, number, ordinal, row)


def _settle_doubt(bench: Bench, number: int, ordinal: int, row: Row) -> Outcome:
    left = bench.transport.was_sent(bench.messages.message_id(row))
    if left is False or (left is None and bench.resend):
        return _send_one(bench, number, ordinal, row)
    outcome = Outcome(ordinal, Status.SENT) if left else Outcome(ordinal, Status.IN_DOUBT, IN_DOUBT)
    bench.journal.mark(number, outcome)
    return outcome


def _send_one(bench: Bench, number: int, ordinal: int, row: Row) -> Outcome:
    outcome = _hand_over(bench, ordinal, row)
    bench.journal.mark(number, outcome)
    return outcome


def _hand_over(bench: Bench, ordinal: int, row: Row) -> Outcome:
    if not bench.rendered(row):
        return Outcome(ordinal, Status.SENT, UNRENDERED)
    try:
        envelope = bench.messages.message(row)
    except RenderingError as error:
        return Outcome(ordinal, Status.EXCLUDED, RENDERING_ERROR, error.reason[:500])
    done = bench.transport.send(envelope)
    return Outcome(ordinal, done.status, done.reason, done.detail)


class Rehearsal:
    """The transport of test runs: takes every message and lets none leave."""

    def send(self, envelope: Envelope) -> Outcome:
        """Take a message."""
        _ = envelope
        return Outcome(0, Status.SENT)

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

    def doubt(self, batch: int) -> None:
        """Note nothing."""

    def close(self) -> None:
        """Nothing is held open."""
