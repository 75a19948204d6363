"""The bins of a histogram: as wide as each other, at most so many, with bounds that people read easily."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal, localcontext
from itertools import islice

from batuta.rules.functions.calendar import add_months, monday_of

LEAST, MOST = 2, 200
"""Between how many bins people may choose: one would not always reach over zero."""

_DIGITS = 80
_STEPS = (Decimal(1), Decimal(2), Decimal(5))


def number_edges(least: Decimal, greatest: Decimal, most: int, finest: int | None) -> tuple[Decimal, ...]:
    """Return the edges of bins of 1, 2 or 5 times a power of ten; `finest` is the number of digits after the point."""
    with localcontext(prec=_DIGITS):
        for step in _steps(greatest - least, most, finest):
            first = (least / step).to_integral_value(ROUND_FLOOR)
            count = int((greatest / step).to_integral_value(ROUND_FLOOR) - first) + 1
            if count <= most:
                return tuple((first + place) * step for place in range(count + 1))
    raise RuntimeError("some step is wide enough")


def _steps(span: Decimal, most: int, finest: int | None) -> Iterator[Decimal]:
    """Yield widths from the first that may do."""
    power = (span / most).adjusted() if span else 0
    if finest is not None:
        power = max(power, -finest)
    while True:
        for step in _STEPS:
            yield step.scaleb(power)
        power += 1


@dataclass(frozen=True)
class Unit:
    """A unit of the calendar: where the one around a day begins, and where the next one does."""

    name: str
    start: Callable[[date], date]
    after: Callable[[date], date | None]


def _years(count: int) -> Unit:
    name = "year" if count == 1 else f"{count} years"
    return Unit(name, lambda day: date(max(day.year // count * count, 1), 1, 1), lambda day: _whole_years(day, count))


def _whole_years(day: date, count: int) -> date | None:
    year = (day.year // count + 1) * count
    return date(year, 1, 1) if year <= date.max.year else None


def _ahead(day: date, days: int) -> date | None:
    return day + timedelta(days) if (date.max - day).days >= days else None


UNITS: Sequence[Unit] = (
    Unit("day", lambda day: day, lambda day: _ahead(day, 1)),
    Unit("week", monday_of, lambda day: _ahead(day, 7)),
    Unit("month", lambda day: day.replace(day=1), lambda day: add_months(day, 1)),
    Unit("quarter", lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), lambda day: add_months(day, 3)),
    _years(1),
    _years(10),
    _years(100),
    _years(1000),
    _years(10_000),
)


def day_edges(least: date, greatest: date, most: int) -> tuple[str, tuple[date, ...]]:
    """Return the finest unit that needs no more bins than wanted, and their edges."""
    for unit in UNITS:
        edges = list(islice(_edges(unit, least, greatest), most + 2))
        if len(edges) <= most + 1:
            return unit.name, tuple(edges)
    raise RuntimeError("all days lie in ten thousand years")


def _edges(unit: Unit, least: date, greatest: date) -> Iterator[date]:
    edge: date | None = unit.start(least)
    while edge is not None and edge <= greatest:
        yield edge
        edge = unit.after(edge)
    yield date.max if edge is None else edge
