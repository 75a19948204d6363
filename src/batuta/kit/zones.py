"""Time zones from the pinned tzdata package alone, never from the system, and their offsets as tables.

A table lists when the clocks of a zone are changed, so that Python and every engine agree to the second. It
ends with the year 2100: what is later keeps the last offset, as if clocks were changed no more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

FIRST, LAST = datetime.min, datetime.max
"""The least and the greatest moment there are: the years 1 and 9999."""

_EARLIEST, _LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=5)
"""Nowhere are the clocks changed twice within less."""
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the names of all zones."""
    return frozenset((resources.files("tzdata") / "zones").read_text("utf-8").split())


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """Return a zone by its name, which must be one of `zone_names`."""
    if name not in zone_names():
        raise LookupError(f"there is no time zone {name}")
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@dataclass(frozen=True, slots=True)
class Offsets:
    """What to add to a moment without zone, in seconds: `offsets[n]` before `starts[n]`, then the next one.

    Outside `first` and `last` there is none, as the sum would leave the years 1 to 9999.
    """

    starts: tuple[datetime, ...]
    offsets: tuple[int, ...]

    @property
    def first(self) -> datetime:
        """The least moment that has a sum."""
        return FIRST - timedelta(seconds=min(0, self.offsets[0]))

    @property
    def last(self) -> datetime:
        """The greatest moment that has a sum."""
        return LAST - timedelta(seconds=max(0, self.offsets[-1]))

    def added(self, moment: datetime) -> datetime | None:
        """Return the moment with its offset added, or None outside the years 1 to 9999."""
        if not self.first <= moment <= self.last:
            return None
        return moment + timedelta(seconds=self.offsets[bisect_right(self.starts, moment)])


@lru_cache(maxsize=64)
def from_utc(name: str) -> Offsets:
    """Return how far the clocks of a zone are ahead at each moment of UTC."""
    changes = _changes(name)
    return Offsets(tuple(at for at, _ in changes[1:]), tuple(offset for _, offset in changes))


@lru_cache(maxsize=64)
def to_utc(name: str) -> Offsets:
    """Return what to add to each local time of a zone to have UTC.

    A time that does not exist is shifted forward by the gap; of one that exists twice it is the first.
    """
    changes = _changes(name)
    starts = (at + timedelta(seconds=max(before, after)) for (_, before), (at, after) in pairwise(changes))
    return Offsets(tuple(starts), tuple(-offset for _, offset in changes))


def _changes(name: str) -> list[tuple[datetime, int]]:
    """Return each moment of UTC at which the clocks are changed, with their offset from then on."""
    zone = zone_named(name)
    found = [(FIRST, _offset(zone, _EARLIEST))]
    for start, end in _steps():
        if _offset(zone, end) != found[-1][1]:
            at = _change(zone, start, end)
            found.append((at.replace(tzinfo=None), _offset(zone, at)))
    return found


def _steps() -> Iterator[tuple[datetime, datetime]]:
    count = (_LATEST - _EARLIEST) // _STEP
    return pairwise(_EARLIEST + _STEP * number for number in range(count + 1))


def _change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """Return the second at which the offset changes between two moments."""
    before = _offset(zone, start)
    while end - start > _SECOND:
        middle = start + (end - start) // 2 // _SECOND * _SECOND
        start, end = (middle, end) if _offset(zone, middle) == before else (start, middle)
    return end


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
