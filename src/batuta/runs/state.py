"""What the run engine asks of the store: every change of a run's state as one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from batuta.kit.errors import SystemFault
from batuta.runs.model import (
    Audience,
    AudienceVersion,
    Claim,
    Event,
    Level,
    Mode,
    Note,
    Run,
    RunView,
    Wanted,
)
from batuta.runs.plan import Plan
from batuta.runs.ports import Counts
from batuta.runs.windows import Asking, Window
from batuta.sets.shape import Shape


class ClaimLost(SystemFault):
    """A worker's claim was taken over by another; its result is dropped."""


class AudienceMoved(SystemFault):
    """An audience got another version while one was made; the job has to be done again."""


@dataclass(frozen=True)
class Beginning:
    """All that is frozen when a run begins: the run, its plan and documents, and the audiences it will make."""

    run: Run
    plan: Plan
    campaign: str
    channels: str
    shells: Mapping[str, Shape] = field(default_factory=dict)
    filters: str = "{}"


@dataclass(frozen=True, slots=True)
class Landed:
    """A working table that is made: its name and what is in it."""

    table: str
    counts: Counts
    shape: Shape


@dataclass(frozen=True, slots=True)
class Saved:
    """An audience table that is made, to become the version after `former`."""

    label: str
    landed: Landed
    former: int
    appended: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the people who look after campaigns."""

    title: str
    message: str
    level: Level


@dataclass(frozen=True)
class Finished:
    """The end of a task: the tables of its outputs and the audiences it saved.

    `not_taken` are the outputs that nobody takes, `notices` go to the inbox. `kept` is how many rows the memory of
    the activity now holds for the run, if it has one.
    """

    outputs: Mapping[str, Landed] = field(default_factory=dict)
    saved: tuple[Saved, ...] = ()
    notes: tuple[Note, ...] = ()
    kept: int | None = None
    not_taken: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice in the inbox: what, by which activity of which run, in which mode, and when it was read."""

    number: int
    notice: Notice
    run: str
    campaign: str
    activity: str
    mode: Mode
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Prepared:
    """A delivery that is prepared: the table of its messages, its shards, and whether a person must confirm."""

    messages: str
    shards: int
    ask: bool
    note: Note


@dataclass(frozen=True, slots=True)
class Stay:
    """A wait: until when as the run counts (`due`), and by the clock (`until`; None skips it)."""

    due: datetime
    until: datetime | None
    note: Note


class State(Protocol):
    """The runs of a home. Safe to use from several threads; each method is one transaction.

    Methods that take a claim raise ClaimLost, and change nothing, if it is not the job's latest.
    """

    def start(self, beginning: Beginning) -> None:
        """Freeze a campaign into a run whose first tasks are ready."""

    def recover(self) -> None:
        """Expire all leases: called once when a process has taken the home, so no other worker lives."""

    def claim(self, run: str, owner: str) -> Claim | None:
        """Hand out the next ready job of a run that is wanted to run, with a higher fence."""

    def intend(self, claim: Claim, names: Mapping[str, str], *, lasting: bool = False) -> None:
        """Remember the names of the tables about to be made, so that they can be adopted after a crash.

        What cannot simply be made again, because its source is then gone, has to be remembered lastingly.
        """

    def ask(self, claim: Claim, asking: Asking) -> int:
        """Make a window for a query about to be made, and return its number."""

    def touch(self, schema: str) -> None:
        """Raise the version of a schema's data: its rows are about to change, or have changed."""

    def settle(self, memory: str, numbers: Collection[int]) -> None:
        """Note that the engine holds no keys any more of windows that do not count."""

    def windows(self, memory: str) -> Sequence[Window]:
        """Return the windows of a memory that count or may still have keys, oldest first."""

    def finish(self, claim: Claim, finished: Finished) -> None:
        """End a task: commit its tables and audiences, settle its outputs and what follows from them."""

    def prepared(self, claim: Claim, prepared: Prepared) -> None:
        """End the preparation of a delivery: its shards become jobs, or it awaits confirmation."""

    def stay(self, claim: Claim, stay: Stay) -> None:
        """Let the rest of a task be done when its wait is over; a new stretch begins after it."""

    def seconds_left(self, run: str) -> float | None:
        """Return how many seconds remain until the next job of a run may be claimed, or None if it has none."""

    def due(self) -> Sequence[str]:
        """Return the runs that nobody paused and whose waits are over, oldest first."""

    def skip_waits(self, run: str, note: Note) -> None:
        """End the waits of a run that are under way; those that come later are kept."""

    def handled(self, claim: Claim, unsent: Landed | None, note: Note) -> None:
        """End a delivery that failed and whose error is processed: those who got no message go on as its error."""

    def notices(self) -> Sequence[Posted]:
        """Return the inbox, the latest notice first."""

    def read_notices(self, until: int) -> int:
        """Mark the notices up to a number as read; return how many were not."""

    def sent(self, claim: Claim) -> None:
        """End the sending of a shard; after the last one the delivery can be finished."""

    def fail(self, claim: Claim, note: Note, attention: bool) -> None:
        """End a job in an error (or for a person's attention): its task's outputs are not to be relied on."""

    def release(self, claim: Claim) -> None:
        """Give a job back, to be done again later."""

    def confirm(self, run: str, activity: str, note: Note) -> None:
        """Let a prepared delivery begin to send."""

    def want(self, run: str, wanted: Wanted, note: Note) -> None:
        """Ask a run to go on, to pause or to stop."""

    def retry(self, run: str, note: Note) -> None:
        """Go on with a run: what failed is ready again, what needs attention or confirmation is looked at anew."""

    def complete(self, run: str, note: Note) -> None:
        """End a run whose tasks are all settled."""

    def collapse(self, run: str, note: Note) -> None:
        """End a run as failed."""

    def view(self, run: str) -> RunView:
        """Return a run with all its parts; raise NotFound if there is none."""

    def campaign(self, run: str) -> tuple[str, str]:
        """Return the frozen documents of a run: the campaign and the channel configurations, as JSON."""

    def filters(self, run: str) -> str:
        """Return the frozen filters of a run, as JSON."""

    def events(self, run: str, after: int = 0) -> Sequence[Event]:
        """Return the log of a run from the line after a number."""

    def audiences(self) -> Mapping[str, Audience]:
        """Return all audiences by their labels."""

    def versions(self, label: str) -> Sequence[AudienceVersion]:
        """Return the versions of an audience, oldest first."""

    def named_tables(self) -> frozenset[str]:
        """Return the names of all tables that the state speaks of, or that an unfinished job means to make."""
