"""A stretch of time as conditions on a date, be it a day, a time of the local clock or an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from batuta.kit.zones import zone_named
from batuta.rules.bound import Compare, Constant, Expr, Predicate
from batuta.rules.tree import Operator
from batuta.schema.types import DATE, DATETIME, INSTANT, Kind


def within(date: Expr, after: datetime | None, until: datetime | None, zone: str) -> Iterator[Predicate]:
    """Yield the conditions that a date lies after an instant and not after another; none is given for no bound.

    A day counts as soon as it begins and as long as it lasts: those who came later on the day of the last run
    are not lost. Without bounds only empty dates are left out.
    """
    if until is None:
        yield Compare(Operator.IS_NOT_EMPTY, date)
        return
    yield Compare(Operator.LESS_OR_EQUAL, date, (_at(until, date, zone),))
    if after is not None:
        operator = Operator.GREATER_OR_EQUAL if date.type.kind is Kind.DATE else Operator.GREATER
        yield Compare(operator, date, (_at(after, date, zone, until),))


def _at(instant: datetime, date: Expr, zone: str, until: datetime | None = None) -> Constant:
    """Return an instant in the terms of a date."""
    if date.type.kind is Kind.INSTANT:
        return Constant(instant.astimezone(UTC), INSTANT)
    local = instant.astimezone(zone_named(zone)).replace(tzinfo=None) - _set_back(instant, until, zone)
    return Constant(local.date(), DATE) if date.type.kind is Kind.DATE else Constant(local, DATETIME)


def _set_back(start: datetime, end: datetime | None, zone: str) -> timedelta:
    """Return by how much local clocks were set back between two instants: those times came twice."""
    if end is None:
        return timedelta()
    offsets = [instant.astimezone(zone_named(zone)).utcoffset() or timedelta() for instant in (start, end)]
    return max(timedelta(), offsets[0] - offsets[1])
