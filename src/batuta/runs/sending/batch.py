"""Sending one batch: each message marked before the next, what was put off tried again, doubt settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from batuta.kit.errors import SystemFault
from batuta.messages.liquid.template import RenderingError
from batuta.runs.sending.contract import (
    RENDERING_ERROR,
    UNRENDERED,
    DeliveryKey,
    Journal,
    Ledger,
    Marks,
    Outcome,
    Status,
    Transport,
)
from batuta.runs.sending.messages import Messages, Row
from batuta.runs.sending.recall import CUT_OFF, recalled

_BEAT = 0.1
"""Seconds between two looks, in a pause, whether to stop."""


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


class Batch:
    """The messages of one batch with their ordinals, and what became of each so far."""

    def __init__(self, bench: Bench, number: int, rows: Sequence[tuple[int, Row]]) -> None:
        self._bench = bench
        self._number = number
        self._rows = rows
        self._found: dict[int, Outcome] = {}

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of those that were tried, in order; some may have been put off."""
        return [self._found[ordinal] for ordinal, _ in self._rows if ordinal in self._found]

    def recall(self) -> None:
        """Take up a batch that was cut off; a message that surely has not left is tried like any other."""
        marks = self._bench.marks
        for outcome in recalled(marks, self._asked, self._number, self._rows):
            self._found[outcome.ordinal] = outcome
            if marks.outcomes.get((self._number, outcome.ordinal)) != outcome:
                self._mark(outcome)

    def carry_out(self, stop: Callable[[], bool]) -> bool:
        """Send what is left, and again what was put off; False if `stop` asked to end before that."""
        if not (self._round(stop) and all(self._again(pause, stop) for pause in self._pauses())):
            self._bench.journal.rest(self._number)
            return False
        for ordinal, outcome in self._found.items():
            if outcome.status is Status.DELAYED:
                self._found[ordinal] = replace(outcome, status=Status.FAILED)
        return True

    def _pauses(self) -> Iterator[float]:
        """Yield the pauses before further tries, as long as anything is left to try."""
        for pause in self._bench.transport.pauses():
            if not any(self._open()):
                return
            yield pause

    def _again(self, pause: float, stop: Callable[[], bool]) -> bool:
        until = time.monotonic() + pause
        while (left := until - time.monotonic()) > 0:
            if stop():
                return False
            time.sleep(min(left, _BEAT))
        return self._round(stop)

    def _round(self, stop: Callable[[], bool]) -> bool:
        """Try every open message once; False if `stop` asked to end before the last."""
        for ordinal, row in list(self._open()):
            if self._bench.transport.remote and stop():
                return False
            self._try(ordinal, row)
        return True

    def _open(self) -> Iterator[tuple[int, Row]]:
        """Yield the messages that are to be tried: for the first time, or again."""
        again = {Status.DELAYED, Status.IN_DOUBT} if self._bench.resend else {Status.DELAYED}
        for ordinal, row in self._rows:
            found = self._found.get(ordinal)
            if found is None or found.status in again:
                yield ordinal, row

    def _try(self, ordinal: int, row: Row) -> None:
        """Hand a message over and mark what became of it; one that may have left before stays in doubt till sent."""
        former = self._found.get(ordinal)
        delayed = former is not None and former.status is Status.DELAYED
        if delayed:  # its mark says that it has not left, which from here on nobody knows
            self._mark(Outcome(ordinal, Status.IN_DOUBT, CUT_OFF))
        try:
            done = self._hand_over(ordinal, row)
        except SystemFault:
            if former is not None and delayed:
                self._mark(former)
            self._bench.journal.rest(self._number)
            raise
        if former is None or delayed or done.status is Status.SENT:
            self._found[ordinal] = done
            self._mark(done)

    def _hand_over(self, ordinal: int, row: Row) -> Outcome:
        bench = self._bench
        if not bench.rendered(row):
            return Outcome(ordinal, Status.SENT, UNRENDERED)
        try:
            envelope = bench.messages.message(row)
        except RenderingError as error:
            return Outcome(ordinal, Status.EXCLUDED, RENDERING_ERROR, error.reason[:500])
        done = bench.transport.send(envelope)
        return Outcome(ordinal, done.status, done.reason, done.detail)

    def _asked(self, row: Row) -> bool | None:
        return self._bench.transport.was_sent(self._bench.messages.message_id(row))

    def _mark(self, outcome: Outcome) -> None:
        self._bench.journal.mark(self._number, outcome)
