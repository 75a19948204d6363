"""Which values an attribute or a formula has among the rows of a rule, and how often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import cast

from batuta.kit.errors import InputError
from batuta.kit.localtime import instant_at, local_of
from batuta.kit.stopping import Stop
from batuta.kit.text import fold
from batuta.rules.bind import bind_expression
from batuta.rules.bound import Call, Compare, Constant, Expr, Predicate
from batuta.rules.tree import Operator
from batuta.runs.questions.asked import Asked, Place, narrowed
from batuta.runs.questions.bins import day_edges, number_edges
from batuta.runs.questions.document import as_formula
from batuta.schema.types import DOUBLE, STRING, Kind, Scalar
from batuta.sets.algebra import Set
from batuta.sets.questions import Bins, Commonest, Spread

_GREATEST = 1.7976931348623157e308
"""The greatest double: what is infinite or no number has no place in a histogram."""


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value, the rows that have it, and their share of all rows."""

    value: Scalar
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose value lies from a bound to before the next."""

    start: Scalar
    end: Scalar
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bins that follow each other, `width` the unit of the calendar that each is long (empty: numbers).

    `outside` are rows with values that lie in no bin: infinite, or no number at all.
    """

    bins: tuple[Bin, ...]
    width: str = ""
    outside: int = 0


@dataclass(frozen=True, slots=True)
class Distribution:
    """The values of a formula: how many rows there are, how many of them have none, and the most frequent values.

    `distinct` counts the different values; empty ones (NULL and '') are no value. With a search, `found` is how many
    values contain the text; without one it is `distinct`.
    """

    rows: int
    empty: int
    distinct: int
    found: int
    values: tuple[ValueCount, ...]
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a distribution is wanted: values that contain a text, how many of them, and at most how many bins."""

    search: str = ""
    limit: int = 20
    bins: int = 20


def bind_formula(text: str, asked: Asked) -> Expr:
    """Return the formula of a distribution, bound where the rule stands; raise Problems."""
    return bind_expression(as_formula(text), asked.around)


def distribution(
    asked: Asked, of: Expr, wish: Wish, *, everyone: bool = False, stop: Stop | None = None
) -> Distribution:
    """Return the values among the rows that satisfy the rule, or among all rows."""
    values = _Values(asked.place, asked.among if everyone else asked.population, of, stop)
    whole = values.spread()
    sought = values.containing(wish.search) if wish.search else values
    found = sought.spread().distinct if wish.search else whole.distinct
    common = tuple(ValueCount(value, count, count / whole.rows) for value, count in sought.commonest(wish.limit))
    histogram = values.histogram(whole, wish.bins)
    return Distribution(whole.rows, whole.empty, whole.distinct, found, common, histogram)


@dataclass(frozen=True, slots=True)
class _Spread:
    rows: int
    empty: int
    distinct: int
    least: Scalar
    greatest: Scalar


@dataclass(frozen=True)
class _Values:
    """The values of a formula over the rows of a population."""

    place: Place
    population: Set
    of: Expr
    stop: Stop | None

    def spread(self) -> _Spread:
        ((rows, empty, distinct, least, greatest),) = cast(
            "list[tuple[int, int, int, Scalar, Scalar]]", self.place.ask(Spread(self.population, self.of), self.stop)
        )
        return _Spread(rows, empty, distinct, least, greatest)

    def commonest(self, limit: int) -> list[tuple[Scalar, int]]:
        rows = self.place.ask(Commonest(self.population, self.of, limit), self.stop)
        return cast("list[tuple[Scalar, int]]", rows)

    def narrowed(self, predicate: Predicate) -> _Values:
        return replace(self, population=narrowed(self.population, predicate))

    def containing(self, search: str) -> _Values:
        """Return those that contain a text, written as text, whatever case and accents."""
        if self.of.type.kind is Kind.INSTANT:
            raise InputError("search", "moments with a zone cannot be searched as text", todo="Leave the search out.")
        text = self.of if self.of.type.is_text else Call("ToString", (self.of,), STRING)
        sought = (Constant(fold(search), STRING),)
        return self.narrowed(Compare(Operator.CONTAINS, text, sought, fold_case=True, fold_accents=True))

    def histogram(self, whole: _Spread, most: int) -> Histogram | None:
        kind = self.of.type
        if not (kind.is_number or kind.is_temporal):
            return None
        values = self
        if kind.kind is Kind.DOUBLE:
            ends = (Constant(-_GREATEST, DOUBLE), Constant(_GREATEST, DOUBLE))
            values = self.narrowed(Compare(Operator.BETWEEN, self.of, ends))
        inside = whole if values is self else values.spread()
        if inside.least is None or inside.greatest is None:
            return Histogram((), outside=whole.rows - whole.empty)
        histogram = values.dated(inside, most) if kind.is_temporal else values.numbered(inside, most)
        counted = sum(each.count for each in histogram.bins)
        return replace(histogram, outside=whole.rows - whole.empty - counted)

    def numbered(self, spread: _Spread, most: int) -> Histogram:
        kind = self.of.type
        finest = {Kind.INTEGER: 0, Kind.DECIMAL: kind.scale or 0}.get(kind.kind)
        low, high = (Decimal(str(end)) for end in (spread.least, spread.greatest))
        edges = tuple(_number(edge, kind.kind) for edge in number_edges(low, high, most, finest))
        return Histogram(self._counted(edges, edges))

    def dated(self, spread: _Spread, most: int) -> Histogram:
        zone = self.place.moment.zone if self.of.type.kind is Kind.INSTANT else None
        width, days = day_edges(_day(spread.least, zone), _day(spread.greatest, zone), most)
        return Histogram(self._counted(tuple(_edge(day, self.of.type.kind, zone) for day in days), days), width)

    def _counted(self, edges: tuple[Scalar, ...], shown: tuple[Scalar, ...]) -> tuple[Bin, ...]:
        found = dict(cast("list[tuple[int, int]]", self.place.ask(Bins(self.population, self.of, edges), self.stop)))
        return tuple(Bin(start, end, found.get(place, 0)) for place, (start, end) in enumerate(pairwise(shown)))


def _number(edge: Decimal, kind: Kind) -> Scalar:
    if kind is Kind.INTEGER:
        return int(edge)
    return float(edge) if kind is Kind.DOUBLE else Decimal(format(edge, "f"))


def _day(value: Scalar, zone: str | None) -> date:
    if not isinstance(value, datetime):
        return cast("date", value)
    if zone is None:
        return value.date()
    return local_of(value if value.tzinfo else value.replace(tzinfo=UTC), zone).date()


def _edge(day: date, kind: Kind, zone: str | None) -> Scalar:
    if kind is Kind.DATE:
        return day
    midnight = datetime.combine(day, time())
    return midnight if zone is None else instant_at(midnight, zone)
