"""The end of a delivery that is not sent to its end: whatever is pending is settled, and nothing leaves any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from batuta.runs.ports import Rows
from batuta.runs.sending.contract import DeliveryKey, Ledger, Outcome, Status
from batuta.runs.sending.messages import Row
from batuta.runs.sending.shard import BATCH, unsettled

NOT_SENT = "not-sent-error-handled"
"""The reason of a message that has not left, and will not, because the error of its delivery was handled."""

Recall = Callable[[int, Sequence[tuple[int, Row]]], Iterable[Outcome]]
"""Tells what is known of the messages of a batch that was cut off: see recall.recalled."""

_STAYED = (Status.FAILED, Status.EXCLUDED)


def close_shard(ledger: Ledger, key: DeliveryKey, shard: int, rows: Rows, recall: Recall) -> None:
    """Settle the batches of a shard that are not settled yet, and keep others from it; done again, it does nothing.

    What is known to have left, or may have, stays so. Everything else has failed.
    """
    fence = ledger.seize(key, shard)
    begun = {number for number, outcomes in ledger.outcomes(key, shard) if outcomes is None}
    for number, messages in unsettled(ledger, key, shard, rows):
        known = {one.ordinal: one for one in recall(number, messages)} if number in begun else {}
        ledger.close(key, shard, number, fence, list(_closed(messages, known)))


def ordinals_left(ledger: Ledger, key: DeliveryKey, shard: int, rows: Rows) -> Iterator[int]:
    """Yield the places of the messages of a closed shard that have left, or may have."""
    for batch, outcomes in ledger.outcomes(key, shard):
        stayed = {outcome.ordinal for outcome in outcomes or () if outcome.status in _STAYED}
        here = range(batch * BATCH, min((batch + 1) * BATCH, len(rows)))
        yield from (place for place in here if place not in stayed)


def _closed(messages: Sequence[tuple[int, Row]], known: Mapping[int, Outcome]) -> Iterator[Outcome]:
    for ordinal, _ in messages:
        found = known.get(ordinal, Outcome(ordinal, Status.FAILED, NOT_SENT))
        yield replace(found, status=Status.FAILED) if found.status is Status.DELAYED else found
