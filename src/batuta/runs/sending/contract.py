"""What the run engine asks of sending, and what sending asks of the outside world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from batuta.kit.errors import SystemFault
from batuta.messages.configuration import Transport as TransportSettings
from batuta.messages.delivery import Delivery
from batuta.rules.bound import Moment
from batuta.runs.ports import Counts, Rows


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """The delivery of one channel activity in one generation of a run."""

    run: str
    activity: str
    generation: int


@dataclass(frozen=True)
class Order:
    """A delivery to be carried out: the plan, when, in which mode, and the names its working tables will bear.

    `table` is that of the messages with their reasons; `outputs` those of the activity's exits.
    """

    key: DeliveryKey
    delivery: Delivery
    moment: Moment
    live: bool
    table: str
    outputs: Mapping[str, str]
    audiences: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)
    campaign: str = ""


@dataclass(frozen=True)
class Tally:
    """The ledger of a delivery: targeted = excluded (by reason) + sent + failed + in doubt + pending.

    In test mode `sent` counts those who would be sent to; `unrendered` of them were not rendered for trial,
    because the delivery is too large to render all.
    """

    targeted: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    pending: int = 0
    unrendered: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the identity holds."""
        parts = sum(self.excluded.values()) + self.sent + self.failed + self.in_doubt + self.pending
        return self.targeted == parts


class Status(StrEnum):
    """What became of one message. DELAYED has not left and is to be tried again; no ledger holds it."""

    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in-doubt"
    EXCLUDED = "excluded"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the message with this ordinal in its shard.

    `reason` says why it failed or was left out, `detail` where and what exactly.
    """

    ordinal: int
    status: Status
    reason: str = ""
    detail: str = ""


UNRENDERED = "unrendered"
"""The reason of a SENT outcome in a test run whose message was not rendered, the delivery being too large."""

RENDERING_ERROR = "rendering-error"
"""The reason of those whose message could not be rendered."""


class StaleFence(SystemFault):
    """Another worker has taken the shard over; this one writes nothing more."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A rendered message ready for a transport."""

    message_id: str
    sender: str
    recipient: str
    content: bytes


class Transport(Protocol):
    """A way out of the house. It raises SystemFault when nothing can leave; the message is then not sent."""

    remote: bool
    """Whether it waits for another machine: then shards take no turns, and a stop ends between two messages."""

    def send(self, envelope: Envelope) -> Outcome:
        """Hand one message over; the ordinal of the outcome is 0."""

    def pauses(self) -> Iterable[float]:
        """Return how many seconds to wait before each further try of the messages that were put off."""

    def was_sent(self, message_id: str) -> bool | None:
        """Tell whether a message left, or None if the transport cannot be asked."""

    def flush(self) -> None:
        """Make sure that what was handed over outlives a power cut, where that is in the transport's hands."""

    def close(self) -> None:
        """Release connections and files."""


class Transports(Protocol):
    """Opens the transport that a channel configuration names."""

    def open(self, settings: TransportSettings, key: DeliveryKey) -> Transport:
        """Return a transport for the messages of a delivery."""


class Shards(Protocol):
    """Immutable files of prepared messages, some thousands each."""

    def write(self, key: DeliveryKey, shard: int, columns: Sequence[str], rows: Rows) -> None:
        """Write a shard whole or not at all; writing the same one again replaces it."""

    def read(self, key: DeliveryKey, shard: int) -> tuple[tuple[str, ...], Rows]:
        """Return the columns and rows of a shard."""


@dataclass(frozen=True)
class Marks:
    """What a journal tells about messages, by batch and ordinal.

    `complete` tells that no mark can be missing but that of the one message under way when the process died:
    the machine has not been restarted since. It says nothing of the `doubted` batches, begun before a restart.
    Of the `rested` batches no message was under way when they were left.
    """

    outcomes: Mapping[tuple[int, int], Outcome] = field(default_factory=dict)
    complete: bool = False
    doubted: frozenset[int] = frozenset()
    rested: frozenset[int] = frozenset()

    def whole(self, batch: int) -> bool:
        """Whether only the mark of one message of a batch can be missing."""
        return self.complete and batch not in self.doubted

    def calm(self, batch: int) -> bool:
        """Whether no mark of a batch can be missing."""
        return self.whole(batch) and batch in self.rested


class Journal(Protocol):
    """A file of marks beside a shard, one for each message as soon as it has left, by plain writes."""

    def mark(self, batch: int, outcome: Outcome) -> None:
        """Note what became of a message."""

    def rest(self, batch: int) -> None:
        """Note that a batch is left with no message under way, until the journal is opened again."""

    def close(self) -> None:
        """Close the file."""


class Journals(Protocol):
    """The journals of all shards."""

    def read(self, key: DeliveryKey, shard: int) -> Marks:
        """Return what was noted about a shard so far."""

    def open(self, key: DeliveryKey, shard: int, doubted: Collection[int] = ()) -> Journal:
        """Open the journal of a shard to note more.

        Before anything else it notes that earlier marks of the doubted batches may be missing, now and whenever the
        journal is read again: else whoever reads it next, in the same life of the machine, would trust them.
        """


class Samples(Protocol):
    """Real messages kept for people to look at."""

    def keep(self, key: DeliveryKey, name: str, content: bytes) -> None:
        """Keep a message as a file of that name."""


class Ledger(Protocol):
    """The truth about what left: intents before, outcomes after, per batch of a shard.

    A worker claims a shard with its fence before it sends; a call with a lower fence than the highest claim
    raises StaleFence and writes nothing.
    """

    def open(self, key: DeliveryKey, targeted: int, excluded: Mapping[str, int], shards: Sequence[int]) -> None:
        """Record a prepared delivery and the number of messages in each shard, once."""

    def shards(self, key: DeliveryKey) -> int | None:
        """Return the number of shards of a delivery, or None if it has not been opened."""

    def claim(self, key: DeliveryKey, shard: int, fence: int) -> None:
        """Take a shard over from whoever worked on it under a lower fence."""

    def seize(self, key: DeliveryKey, shard: int) -> int:
        """Take a shard over from everybody who works or worked on it; return the fence to go on with."""

    def intend(self, key: DeliveryKey, shard: int, batch: int, fence: int) -> bool:
        """Commit that a batch is about to leave; False if it was already intended."""

    def settle(self, key: DeliveryKey, shard: int, batch: int, fence: int, outcomes: Sequence[Outcome]) -> None:
        """Commit what became of a batch: an outcome for each of its messages; once settled it stays."""

    def close(self, key: DeliveryKey, shard: int, batch: int, fence: int, outcomes: Sequence[Outcome]) -> None:
        """Settle a batch, in one step also one that was never intended: nothing of it leaves any more."""

    def leave(self, key: DeliveryKey, shard: int, batch: int, fence: int, outcomes: Sequence[Outcome]) -> None:
        """Commit the counts of what became of a batch so far, which stays open; the rest of it is pending."""

    def outcomes(self, key: DeliveryKey, shard: int) -> Iterator[tuple[int, Sequence[Outcome] | None]]:
        """Yield each intended batch of a shard with its outcomes, or None where they are not known.

        Of a settled batch only the outcomes other than SENT are given.
        """

    def tally(self, key: DeliveryKey) -> Tally:
        """Return the present counts."""


class Ledgers(Protocol):
    """Where deliveries are recorded: the home's ledger for live runs, one of its own for each test run."""

    def live(self) -> Ledger:
        """Return the ledger of the home."""

    def rehearsal(self, run: str) -> Ledger:
        """Return the ledger of a test run, kept with the run's files."""


class Sending(Protocol):
    """The steps of a delivery, each safe to do again after a crash."""

    def prepare(self, order: Order) -> Tally:
        """Make the messages table, freeze shards and open the ledger; return the counts with all pending."""

    def shards(self, key: DeliveryKey) -> int:
        """Return how many shards a prepared delivery has."""

    def send(self, order: Order, shard: int, fence: int, stop: Callable[[], bool]) -> bool:
        """Send what a shard still holds, or in test mode render it; False if `stop` asked to end before that."""

    def close(self, order: Order) -> Tally:
        """Settle what is pending of a delivery without sending any more; what surely has not left has failed."""

    def left(self, order: Order) -> Iterator[Rows]:
        """Yield, of a closed delivery, the keys (see `addressee`) of those whose message has left, or may have."""

    def finish(self, order: Order) -> Mapping[str, Counts]:
        """Make the working tables of the outputs from the ledger; return their counts."""

    def told(self, order: Order) -> Iterator[Rows]:
        """Yield, of a settled delivery, what became of each message: see `told.told_shape`."""

    def tally(self, key: DeliveryKey) -> Tally:
        """Return the present counts of a delivery."""
