"""Windows: what each run queried of a memory and what became of it; from them follows what the next one queries.

A window keeps the keys of one attempt at one query. Whether they count is said by its state alone, which
changes in the transactions that change the run: so nothing has to agree with anything after a death.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from batuta.activities.contract import Memory, Recall
from batuta.kit.zones import zone_named
from batuta.rules.bound import Moment


class WindowState(StrEnum):
    """What became of a window: asked while its query runs, then reserved for the run until the run has an effect."""

    ASKED = "asked"
    RESERVED = "reserved"
    RETURNED = "returned"
    RELEASED = "given back"
    FORGOTTEN = "forgotten"

    @property
    def counts(self) -> bool:
        """Whether its keys are not returned again, and its stretch of time counts as queried."""
        return self not in GONE


GONE = (WindowState.RELEASED, WindowState.FORGOTTEN)
OPEN = (WindowState.ASKED, WindowState.RESERVED)


@dataclass(frozen=True, slots=True)
class Window:
    """One query of an activity with a memory: the stretch after `lower` (None: no beginning) up to `upper`.

    Numbers are never used twice. A `settled` one that does not count has no keys left in the engine; one that is
    `idle` has no job that could still write some. `rows` is how many keys it keeps, once known.
    """

    number: int
    memory: str
    campaign: str
    activity: str
    run: str
    state: WindowState
    lower: datetime | None
    upper: datetime
    rows: int | None = None
    settled: bool = False
    idle: bool = True


@dataclass(frozen=True, slots=True)
class Asking:
    """A query about to be made: the memory and the stretch of time."""

    memory: str
    lower: datetime | None
    upper: datetime


def memory_name(campaign: str, activity: str, memory: Memory) -> str:
    """Return the name of a memory: another one where the keys of the population are of another kind."""
    shape = memory.shape
    parts = (campaign, activity, shape.schema, *shape.key, shape.secondary_schema, *shape.secondary_key)
    return "m_" + hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def reached(windows: Sequence[Window]) -> datetime | None:
    """Return the instant up to which the windows that count cover time without a gap, or None if they never begin.

    A stretch that was given back is a gap: what lies after it is queried again, less the keys that count.
    """
    counting = [window for window in windows if window.state.counts]
    beginning = [window.upper for window in counting if window.lower is None]
    if not beginning:
        return None
    end = max(beginning)
    for lower, upper in sorted((w.lower, w.upper) for w in counting if w.lower is not None):
        if lower > end:
            return end
        end = max(end, upper)
    return end


def recall(memory: Memory, name: str, windows: Sequence[Window], moment: Moment, own: Window | None = None) -> Recall:
    """Return what a query at a moment has to know of the windows; `own` is its own one, if it has one already."""
    others = [window for window in windows if own is None or window.number != own.number]
    void = [window.number for window in others if not (window.state.counts or window.settled)]
    if own is not None:
        after = own.lower
        void.append(own.number)
    else:
        end = reached(others)
        after = None if end is None else end - memory.overlap
    since = None if memory.days is None else _days_before(moment, memory.days)
    held = () if since is None else tuple(window.number for window in others if window.state in OPEN)
    return Recall(name, after, moment.now, moment.zone, tuple(sorted(void)), since, held)


def own_window(windows: Sequence[Window], run: str) -> Window | None:
    """Return the latest window that a run has in a memory and that counts, or None."""
    return next((w for w in reversed(windows) if w.run == run and w.state.counts), None)


def _days_before(moment: Moment, days: int) -> datetime:
    """Return the same time of the clock so many days before, in the zone of the campaign."""
    return (moment.local - timedelta(days=days)).replace(tzinfo=zone_named(moment.zone)).astimezone(UTC)
