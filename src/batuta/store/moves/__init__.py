"""Every change of a run's state: each method is one transaction, and nothing else writes these tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from batuta.kit.clock import Clock
from batuta.runs.model import Audience, AudienceVersion, Claim, Event, Note, RunView, Wanted
from batuta.runs.state import Beginning, Finished, Landed, Posted, Prepared, Stay
from batuta.runs.windows import Asking, Window
from batuta.store import audiences, events, inbox, runs, windows
from batuta.store.catalogue import raise_version
from batuta.store.database import Database
from batuta.store.moves import claiming, control, finishing, noticing, remembering, saving, starting, waiting


class Moves:
    """The runs of a home in its state database; fulfils `runs.state.State`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def start(self, beginning: Beginning) -> None:
        """Freeze a campaign into a run whose first tasks are ready."""
        with self._database.write() as connection:
            starting.start(connection, beginning, self._clock.now())

    def recover(self) -> None:
        """Expire all leases: called once when a process has taken the home, so no other worker lives."""
        with self._database.write() as connection:
            claiming.recover(connection, self._clock.now())

    def claim(self, run: str, owner: str) -> Claim | None:
        """Hand out the next ready job of a run that is wanted to run, with a higher fence."""
        with self._database.write(lasting=False) as connection:
            claimed = claiming.claim(connection, run, owner, self._clock.now())
            begins = claimed is not None and claimed.kind in remembering.OUTSIDE and remembering.holds(connection, run)
        if begins:  # a transaction of its own, for it must last before the effect does
            with self._database.write() as connection:
                remembering.return_all(connection, run)
        return claimed

    def intend(self, claim: Claim, names: Mapping[str, str], *, lasting: bool = False) -> None:
        """Remember the names of the tables about to be made, so that they can be adopted after a crash."""
        with self._database.write(lasting=lasting) as connection:
            claiming.intend(connection, claim, names)

    def ask(self, claim: Claim, asking: Asking) -> int:
        """Make a window for a query about to be made, and return its number."""
        with self._database.write() as connection:
            claiming.check(connection, claim)
            return remembering.ask(connection, claim, asking, self._clock.now())

    def touch(self, schema: str) -> None:
        """Raise the version of a schema's data: its rows are about to change, or have changed."""
        with self._database.write() as connection:
            raise_version(connection, schema)

    def settle(self, memory: str, numbers: Collection[int]) -> None:
        """Note that the engine holds no keys any more of windows that do not count."""
        with self._database.write(lasting=False) as connection:
            remembering.settle(connection, memory, numbers)

    def windows(self, memory: str) -> Sequence[Window]:
        """Return the windows of a memory that count or may still have keys, oldest first."""
        with self._database.read() as connection:
            return windows.windows_of(connection, memory)

    def forget(self, campaign: str, activity: str | None = None) -> int:
        """Let nothing count that runs of a campaign (or one activity of it) returned; tell how many windows it was."""
        with self._database.write() as connection:
            return remembering.forget(connection, campaign, activity)

    def finish(self, claim: Claim, finished: Finished) -> None:
        """End a task: commit its tables and audiences, settle its outputs and what follows from them."""
        with self._database.write(lasting=bool(finished.saved)) as connection:
            finishing.finish(connection, claim, finished, self._clock.now())

    def prepared(self, claim: Claim, prepared: Prepared) -> None:
        """End the preparation of a delivery: its shards become jobs, or it awaits confirmation."""
        with self._database.write() as connection:
            finishing.prepared(connection, claim, prepared, self._clock.now())

    def stay(self, claim: Claim, stay: Stay) -> None:
        """Let the rest of a task be done when its wait is over; a new stretch begins after it."""
        with self._database.write() as connection:
            waiting.stay(connection, claim, stay, self._clock.now())

    def seconds_left(self, run: str) -> float | None:
        """Return how many seconds remain until the next job of a run may be claimed, or None if it has none."""
        with self._database.read() as connection:
            return waiting.seconds_left(connection, run, self._clock.now())

    def due(self) -> Sequence[str]:
        """Return the runs that nobody paused and whose waits are over, oldest first."""
        with self._database.read() as connection:
            return waiting.due(connection, self._clock.now())

    def skip_waits(self, run: str, note: Note) -> None:
        """End the waits of a run that are under way; those that come later are kept."""
        with self._database.write() as connection:
            waiting.skip(connection, run, note, self._clock.now())

    def handled(self, claim: Claim, unsent: Landed | None, note: Note) -> None:
        """End a delivery that failed and whose error is processed: those who got no message go on as its error."""
        with self._database.write() as connection:
            finishing.handled(connection, claim, unsent, note, self._clock.now())

    def notices(self) -> Sequence[Posted]:
        """Return the inbox, the latest notice first."""
        with self._database.read() as connection:
            return inbox.all_notices(connection)

    def read_notices(self, until: int) -> int:
        """Mark the notices up to a number as read; return how many were not."""
        with self._database.write() as connection:
            return noticing.read(connection, until, self._clock.now())

    def sent(self, claim: Claim) -> None:
        """End the sending of a shard; after the last one the delivery can be finished."""
        with self._database.write() as connection:
            finishing.sent(connection, claim, self._clock.now())

    def fail(self, claim: Claim, note: Note, attention: bool) -> None:
        """End a job in an error (or for a person's attention)."""
        with self._database.write() as connection:
            finishing.fail(connection, claim, note, attention, self._clock.now())

    def release(self, claim: Claim) -> None:
        """Give a job back, to be done again later."""
        with self._database.write() as connection:
            claiming.release(connection, claim, self._clock.now())

    def confirm(self, run: str, activity: str, note: Note) -> None:
        """Let a prepared delivery begin to send."""
        with self._database.write() as connection:
            control.confirm(connection, run, activity, note, self._clock.now())

    def want(self, run: str, wanted: Wanted, note: Note) -> None:
        """Ask a run to go on, to pause or to stop."""
        with self._database.write() as connection:
            control.want(connection, run, wanted, note, self._clock.now())

    def retry(self, run: str, note: Note) -> None:
        """Go on with a run: what failed is ready again, what needs attention or confirmation is looked at anew."""
        with self._database.write() as connection:
            control.retry(connection, run, note, self._clock.now())

    def complete(self, run: str, note: Note) -> None:
        """End a run whose tasks are all settled."""
        with self._database.write() as connection:
            control.complete(connection, run, note, self._clock.now())

    def collapse(self, run: str, note: Note) -> None:
        """End a run as failed."""
        with self._database.write() as connection:
            control.collapse(connection, run, note, self._clock.now())

    def view(self, run: str) -> RunView:
        """Return a run with all its parts; raise NotFound if there is none."""
        with self._database.read() as connection:
            return runs.view(connection, run)

    def campaign(self, run: str) -> tuple[str, str]:
        """Return the frozen documents of a run: the campaign and the channel configurations, as JSON."""
        with self._database.read() as connection:
            return runs.documents(connection, run)

    def filters(self, run: str) -> str:
        """Return the frozen filters of a run, as JSON."""
        with self._database.read() as connection:
            return runs.frozen_filters(connection, run)

    def events(self, run: str, after: int = 0) -> Sequence[Event]:
        """Return the log of a run from the line after a number."""
        with self._database.read() as connection:
            return events.events_after(connection, run, after)

    def audiences(self) -> Mapping[str, Audience]:
        """Return all audiences by their labels."""
        with self._database.read() as connection:
            return audiences.all_audiences(connection)

    def release_audience(self, label: str) -> None:
        """Let any campaign save an audience; raise NotFound if there is none of that label."""
        with self._database.write() as connection:
            saving.release(connection, label)

    def versions(self, label: str) -> Sequence[AudienceVersion]:
        """Return the versions of an audience, oldest first."""
        with self._database.read() as connection:
            return audiences.versions_of(connection, label)

    def named_tables(self) -> frozenset[str]:
        """Return the names of all tables that the state speaks of, or that an unfinished job means to make."""
        with self._database.read() as connection:
            return runs.named_tables(connection)
