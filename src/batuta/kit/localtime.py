"""Times of the wall clock in a zone, where the clocks are changed twice a year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from batuta.kit.zones import zone_named


def local_of(instant: datetime, zone: str) -> datetime:
    """Return the time that the clocks of a zone show at an instant, without zone."""
    return instant.astimezone(zone_named(zone)).replace(tzinfo=None)


def instant_at(local: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, at which the clocks of a zone show a time, or first show a later one.

    So a time that the clocks pass over becomes the instant they are changed; of one that comes twice it is the first.
    """
    there = zone_named(zone)
    instant = local.replace(tzinfo=there, fold=0).astimezone(UTC)
    if local_of(instant, zone) == local:
        return instant
    before = local.replace(tzinfo=there, fold=1).astimezone(UTC).replace(microsecond=0)
    low, high = 0, int((instant - before).total_seconds()) + 1  # clocks are changed on a whole second
    while low < high:
        middle = (low + high) // 2
        if local_of(before + timedelta(seconds=middle), zone) >= local:
            high = middle
        else:
            low = middle + 1
    return before + timedelta(seconds=high)
