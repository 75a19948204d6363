"""Splits: each row gets the number of the segment that takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.expressions import present
from batuta.engines.sql.keys import chance, everything, row_key, same_row, threshold
from batuta.engines.sql.predicates import condition
from batuta.engines.sql.sizes import ALL, HASH, Place, places, rounded, taken
from batuta.sets.algebra import LimitKind, Part, Parted, Split
from batuta.sets.shape import Column

SEGMENT = "_segment"


@dataclass(frozen=True, slots=True)
class Divided:
    """The keys of all rows of a split with what each segment makes of them.

    `_segment` is the place of the segment, empty for the rest; where segments overlap, `_in0`, `_in1` ...
    tell for each whether it takes the row.
    """

    split: Split


def part(node: Part, build: Builder, *, bare: bool = False) -> exp.Select:
    """Return the rows of one segment, or the rest; `bare` without their columns."""
    query, rows, marks = _marked(node.split, build, bare)
    if node.split.overlapping:
        inside = [trees.column(marks, f"_in{place}") for place, _ in enumerate(node.split.segments)]
        chosen = inside[node.place] if node.place is not None else trees.negated(trees.some(inside))
    else:
        segment = trees.column(marks, SEGMENT)
        chosen = trees.is_null(segment) if node.place is None else trees.equal(segment, trees.number(node.place))
    query.set("expressions", row_key(node.shape, rows) if bare else everything(node.shape, rows))
    query.set("where", exp.Where(this=chosen))
    return query


def parted(node: Parted, build: Builder) -> exp.Select:
    """Return all rows with the label of their segment; where segments overlap, of the first that takes the row."""
    query, rows, marks = _marked(node.split, build)
    label = trees.case(
        (_takes(node.split, place, marks), trees.text(segment.label))
        for place, segment in enumerate(node.split.segments)
    )
    text = build.context.dialect.column_type(_label_column(node))
    columns = [
        trees.aliased(exp.Cast(this=label, to=text), node.column) if column.name == node.column else column
        for column in everything(node.shape, rows)
    ]
    query.set("expressions", columns)
    return query


def _marked(split: Split, build: Builder, bare: bool = False) -> tuple[exp.Select, str, str]:
    """Return a query over the rows of a split and what segments make of them, and the aliases of both.

    Columns are dear to sort: they are joined to the keys afterwards.
    """
    marks = build.context.names.take("d")
    divided = build.source(Divided(split), marks)
    if bare or not split.source.shape.columns:
        return trees.query([], divided), marks, marks
    rows, row = build.population(split.source)
    same = same_row(build.context.dialect, split.source.shape, marks, row.alias)
    return trees.joined(trees.query([], rows), divided, same), row.alias, marks


def _label_column(node: Parted) -> Column:
    column = node.shape.column(node.column)
    assert column is not None  # the shape declares it
    return column


def _takes(split: Split, place: int, alias: str) -> exp.Expr:
    if split.overlapping:
        return trees.column(alias, f"_in{place}")
    return trees.equal(trees.column(alias, SEGMENT), trees.number(place))


def divided(node: Divided, build: Builder) -> exp.Select:
    """Return the rows of a split with the segments that take them."""
    return _overlapping(node.split, build) if node.split.overlapping else _one_after_another(node.split, build)


def _judged(split: Split, build: Builder) -> exp.Select:
    """Return the rows with all that segments look at: rules, sort values, hashes and the number of rows."""
    dialect, shape = build.context.dialect, split.source.shape
    rows, row = build.population(split.source)
    columns = row_key(shape, row.alias)
    found = places(split)
    for place in found:
        if place.segment.where is not None:
            columns.append(trees.aliased(trees.certain(condition(place.segment.where, row)), place.rule))
        if place.by_threshold(split) and not place.of_inbound:
            columns.append(trees.aliased(chance(dialect, f"{split.salt}:{place.number}", shape, row.alias), place.hash))
        columns += [trees.aliased(present(item.expression, row), name) for name, item in place.sort()]
    if any(_needs_hash(place, split) for place in found):
        columns.append(trees.aliased(chance(dialect, split.salt, shape, row.alias), HASH))
    if any(place.of_inbound and place.is_ranked(split) for place in found):
        columns.append(trees.aliased(trees.over(exp.Count(this=exp.Star()), []), ALL))
    return row.join(trees.query(columns, rows))


def _needs_hash(place: Place, split: Split) -> bool:
    return place.by_chance and (place.is_ranked(split) or (place.by_threshold(split) and place.of_inbound))


def _order(place: Place, split: Split, alias: str) -> list[exp.Ordered]:
    """Return the order in which a segment takes rows: by its sort or by chance, the key last."""
    order = [
        (trees.descending if item.descending else trees.ascending)(trees.column(alias, name))
        for name, item in place.sort()
    ]
    if place.by_chance:
        order.append(trees.ascending(trees.column(alias, HASH)))
    return order + [trees.ascending(trees.column(alias, name)) for name in split.source.shape.row_columns]


def _matching(place: Place, alias: str) -> list[exp.Expr]:
    return [trees.column(alias, place.rule)] if place.segment.where is not None else []


def _under_threshold(place: Place, alias: str) -> exp.Expr:
    """Return the condition that a row's hash lies on the stretch of the axis that a stable segment has."""
    if not place.of_inbound:
        return _stretch(trees.column(alias, place.hash), Fraction(0), place.share)
    return _stretch(trees.column(alias, HASH), place.before, place.before + place.share)


def _stretch(hashed: exp.Expr, first: Fraction, last: Fraction) -> exp.Expr:
    """Return the condition that a hash lies between two points of the axis, which begins anew after 1."""
    if last - first >= 1:
        return trees.true()
    turns = first.numerator // first.denominator
    low, high = threshold(float(first - turns)), threshold(float(last - turns))
    above = [] if first == turns else [exp.GTE(this=hashed, expression=trees.text(low or ""))]
    if high is not None:
        return trees.every([*above, exp.LT(this=hashed.copy(), expression=trees.text(high))])
    beyond = last - turns - 1
    if not beyond:
        return trees.every(above)
    again = exp.LT(this=hashed.copy(), expression=trees.text(threshold(float(beyond)) or ""))
    return trees.some([*above, again])


def _one_after_another(split: Split, build: Builder) -> exp.Select:
    query = _judged(split, build)
    state: str | None = None
    for level, group in enumerate(_groups(split)):
        layer = _Layer(split, group, level, state, build)
        query = layer.settled(layer.ranked(query) if group[0].is_ranked(split) else query)
        state = layer.name
    alias = build.context.names.take("s")
    last = trees.column(alias, state) if state is not None else exp.Null()
    columns = [*row_key(split.source.shape, alias), trees.aliased(last, SEGMENT)]
    return trees.query(columns, trees.subquery(query, alias))


def _groups(split: Split) -> list[list[Place]]:
    """Return the segments in runs that can be settled at once: none ranked, or all by one ranking."""

    def kind(place: Place) -> object:
        if not place.is_ranked(split):
            return "unranked"
        alone = place.segment.where is not None and place.segment.limit is LimitKind.PERCENT
        return (place.segment.where, place.segment.sort, place.number if alone else None)

    return [list(group) for _, group in groupby(places(split), kind)]


@dataclass(frozen=True)
class _Layer:
    """One run of segments: what it adds to the rows. `state` is the column of those taken before, if any."""

    split: Split
    group: Sequence[Place]
    level: int
    state: str | None
    build: Builder

    @property
    def name(self) -> str:
        """The column of the segments that have taken rows so far."""
        return f"_g{self.level}"

    def ranked(self, query: exp.Select) -> exp.Select:
        """Return the rows with their rank, and their number, among the free rows that match."""
        alias = self.build.context.names.take("s")
        first = self.group[0]
        free = [trees.is_null(trees.column(alias, self.state))] if self.state is not None else []
        wanted = [*free, *_matching(first, alias)]
        partition = [trees.every(wanted)] if wanted else []
        rank = trees.over(exp.RowNumber(), partition, _order(first, self.split, alias))
        columns: list[exp.Expr] = [exp.Star(), trees.aliased(rank, f"_r{self.level}")]
        if first.segment.limit is LimitKind.PERCENT and not first.of_inbound:
            count = trees.over(exp.Count(this=exp.Star()), [tree.copy() for tree in partition])
            columns.append(trees.aliased(count, f"_c{self.level}"))
        return trees.query(columns, trees.subquery(query, alias))

    def settled(self, query: exp.Select) -> exp.Select:
        """Return the rows with the number of the segment that has taken them so far."""
        alias = self.build.context.names.take("s")
        branches: list[tuple[exp.Expr, exp.Expr]] = []
        if self.state is not None:
            former = trees.column(alias, self.state)
            branches.append((trees.is_not_null(former), former.copy()))
        for at, place in enumerate(self.group):
            branches.append((self._takes(at, place, alias), trees.number(place.number)))
        settled = trees.aliased(trees.case(branches), self.name)
        return trees.query([exp.Star(), settled], trees.subquery(query, alias))

    def _takes(self, at: int, place: Place, alias: str) -> exp.Expr:
        wanted = _matching(place, alias)
        if place.is_ranked(self.split):
            matching, inbound = trees.column(alias, f"_c{self.level}"), trees.column(alias, ALL)
            limit = taken(self.group, at, matching, inbound)
            wanted.append(exp.LTE(this=trees.column(alias, f"_r{self.level}"), expression=limit))
        elif place.by_threshold(self.split):
            wanted.append(_under_threshold(place, alias))
        return trees.every(wanted)


def _overlapping(split: Split, build: Builder) -> exp.Select:
    """Return the rows with one column for each segment; shares of the inbound lie side by side on the axis."""
    judged, ranked = build.context.names.take("s"), build.context.names.take("s")
    columns: list[exp.Expr] = [exp.Star()]
    inside: list[exp.Expr] = []
    for place in places(split):
        wanted = _matching(place, ranked)
        if place.is_ranked(split):
            columns += _own_ranks(place, split, judged)
            wanted.append(_within(place, ranked))
        elif place.by_threshold(split):
            wanted.append(_under_threshold(place, ranked))
        inside.append(trees.aliased(trees.certain(trees.every(wanted)), f"_in{place.number}"))
    query = trees.query(columns, trees.subquery(_judged(split, build), judged))
    return trees.query([*row_key(split.source.shape, ranked), *inside], trees.subquery(query, ranked))


def _own_ranks(place: Place, split: Split, alias: str) -> Iterator[exp.Expr]:
    partition = _matching(place, alias)
    yield trees.aliased(trees.over(exp.RowNumber(), partition, _order(place, split, alias)), f"_r{place.number}")
    if place.segment.limit is LimitKind.PERCENT and not place.of_inbound:
        count = trees.over(exp.Count(this=exp.Star()), [tree.copy() for tree in partition])
        yield trees.aliased(count, f"_c{place.number}")


def _within(place: Place, alias: str) -> exp.Expr:
    rank, inbound = trees.column(alias, f"_r{place.number}"), trees.column(alias, ALL)
    limit = taken([place], 0, trees.column(alias, f"_c{place.number}"), inbound)
    if not (place.of_inbound and place.by_chance and place.before):
        return exp.LTE(this=rank, expression=limit)
    start = exp.Add(this=rounded(place.before, inbound), expression=trees.number(1))
    turned = exp.Mod(
        this=exp.Paren(this=exp.Sub(this=rank, expression=exp.Paren(this=start))), expression=inbound.copy()
    )
    again = exp.Mod(
        this=exp.Paren(this=exp.Add(this=exp.Paren(this=turned), expression=inbound.copy())), expression=inbound.copy()
    )
    return exp.LT(this=again, expression=limit)
