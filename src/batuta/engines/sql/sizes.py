"""How many rows the segments of a split take, in SQL over counts that are known only when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.sets.algebra import LimitKind, Segment, Sort, Split

HASH, ALL = "_hash", "_all"
"""Columns of the rows that are divided: the hash of chance, and how many rows there are."""


@dataclass(frozen=True)
class Place:
    """A segment with its place, and the share of the inbound population that lies before it on the hash axis."""

    number: int
    segment: Segment
    before: Fraction

    @property
    def share(self) -> Fraction:
        """The percentage as a fraction of one."""
        return Fraction(Decimal(str(self.segment.amount))) / 100

    @property
    def of_inbound(self) -> bool:
        """Whether it takes a share of the inbound population rather than of the rows that match."""
        return self.segment.limit is LimitKind.PERCENT and self.segment.where is None

    @property
    def by_chance(self) -> bool:
        """Whether chance alone decides who is taken."""
        return not self.segment.sort

    @property
    def rule(self) -> str:
        """The column that tells whether a row satisfies the segment's rule."""
        return f"_w{self.number}"

    @property
    def hash(self) -> str:
        """The column of the hash of a stable share of matching rows, an axis of its own."""
        return f"_h{self.number}"

    def sort(self) -> Iterator[tuple[str, Sort]]:
        """Yield the columns of the values that the segment is sorted by, with their order."""
        for place, item in enumerate(self.segment.sort):
            yield f"_o{self.number}_{place}", item

    def by_threshold(self, split: Split) -> bool:
        """Whether the hash of a row is compared with thresholds instead of ranked."""
        return split.stable and self.by_chance and self.segment.limit is LimitKind.PERCENT

    def is_ranked(self, split: Split) -> bool:
        """Whether the rows it takes are known only once they are ranked."""
        return self.segment.limit is not None and not self.by_threshold(split)


def places(split: Split) -> tuple[Place, ...]:
    """Return the segments of a split with their places on the axis."""
    found = []
    before = Fraction(0)
    for number, segment in enumerate(split.segments):
        place = Place(number, segment, before)
        found.append(place)
        if place.of_inbound:
            before += place.share
    return tuple(found)


def rounded(share: Fraction, count: exp.Expr) -> exp.Expr:
    """Return a share of a count as a whole number, halves up."""
    if share.denominator == 1:
        return trees.tight(exp.Mul(this=count, expression=trees.number(share.numerator)))
    product = exp.Mul(this=count, expression=trees.number(2 * share.numerator))
    total = exp.Add(this=product, expression=trees.number(share.denominator))
    whole = exp.IntDiv(this=exp.Paren(this=total), expression=trees.number(2 * share.denominator))
    return trees.tight(whole)


def between(first: Fraction, last: Fraction, count: exp.Expr) -> exp.Expr:
    """Return how many of a count lie between two points of the axis, so that neighbours sum up."""
    end = rounded(last, count)
    return trees.tight(exp.Sub(this=end, expression=rounded(first, count.copy()))) if first else end


def taken(group: Sequence[Place], last: int, matching: exp.Expr, inbound: exp.Expr) -> exp.Expr:
    """Return how many rows the segments of a group up to a place in it take together."""
    counted = sum(int(p.segment.amount) for p in group[: last + 1] if p.segment.limit is LimitKind.COUNT)
    shares = [p for p in group[: last + 1] if p.segment.limit is LimitKind.PERCENT]
    if not shares:
        return trees.number(counted)
    if shares[0].of_inbound:
        total = between(shares[0].before, shares[-1].before + shares[-1].share, inbound)
    else:
        total = rounded(shares[0].share, matching)
    return trees.tight(exp.Add(this=total, expression=trees.number(counted))) if counted else total
