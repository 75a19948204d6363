"""Figures over linked rows: grouped by the link in one subquery, which is joined to the row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.chains import chain, group_meets, of_population
from batuta.engines.sql.context import LONG_LIST, Row
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.templates import aggregated
from batuta.rules.bound import (
    AggregateIs,
    All,
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Expr,
    IsTrue,
    Predicate,
    Without,
)
from batuta.rules.functions.aggregates import OF_RULES
from batuta.schema.model import Link
from batuta.schema.types import DataType
from batuta.sets.algebra import Total

_COUNTS = frozenset({"Count", "CountAll", "CountDistinct"})
"""Functions that are never empty over a group."""

_TEXT = "text"

Values = Callable[[Expr, Row], exp.Expr]
Conditions = Callable[[Predicate, Row], exp.Expr]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure: a function of the table over the rows that satisfy `where`, and how its parts are compiled there."""

    function: str
    arguments: tuple[Expr, ...]
    where: Predicate | None
    value: Values = field(compare=False)
    condition: Conditions | None = field(default=None, compare=False)

    @staticmethod
    def of(rule: AggregateIs | Total, value: Values, condition: Conditions) -> Wanted:
        """Return what an aggregate condition or a total asks for."""
        return Wanted(OF_RULES[rule.function], () if rule.of is None else (rule.of,), rule.where, value, condition)

    def holds(self, row: Row) -> exp.Expr:
        """Return the condition that a row counts."""
        return trees.true() if self.where is None or self.condition is None else self.condition(self.where, row)

    def values(self, row: Row) -> list[tuple[exp.Expr, DataType]]:
        """Return the arguments of the function over a row."""
        return values_of(self.arguments, row, self.value)


def values_of(arguments: Sequence[Expr], row: Row, value: Values) -> list[tuple[exp.Expr, DataType]]:
    """Return the arguments of a function of many rows: what is looked at, NULL where it is empty, and constants."""
    first = [(value(argument, row), argument.type) for argument in arguments[:1]]
    others = [argument for argument in arguments[1:] if isinstance(argument, Constant)]
    return first + [(row.context.dialect.constant(other.value, other.type), other.type) for other in others]


def figure(path: tuple[Link, ...], wanted: Wanted, row: Row) -> exp.Expr:
    """Return a figure over the rows at the end of a path.

    Figures over the same path are computed in one pass, each over the rows that satisfy its own predicate.
    """
    known = (path, condition_alone(wanted.where))
    if known not in row.figures:
        row.figures[known] = Group(path, row)
    group: Group = row.figures[known]
    return group.figure(wanted)


def condition_alone(where: Predicate | None) -> Predicate | None:
    """Return a predicate that has to be asked of the rows before they are grouped, None for all others."""
    return None if _is_simple(where) else where


def _is_simple(where: Predicate | None) -> bool:
    """Tell whether a predicate looks at the linked row only, so that figures may filter by it side by side."""
    if isinstance(where, (AllOf, AnyOf)):
        return all(map(_is_simple, where.children))
    if isinstance(where, Without):
        return all(map(_is_simple, (where.first, *where.others)))
    if isinstance(where, Compare):
        return len(where.right) <= LONG_LIST
    return where is None or isinstance(where, (All, IsTrue))


class Group:
    """The figures over one path that are computed together, in a group for each value of its first link.

    It is joined to the row when the query of the row is put together, with all figures asked for until then.
    """

    def __init__(self, path: tuple[Link, ...], row: Row) -> None:
        self.path, self.row = path, row
        self.alias = row.context.names.take("t")
        self.along = chain(path, row)
        self.wanted: dict[Wanted, str] = {}
        row.reach(self._source, group_meets(path[0], row, self.alias))

    def figure(self, wanted: Wanted) -> exp.Expr:
        """Return a figure, which from now on is computed; over no rows, counts and sums are 0, others NULL."""
        found = trees.column(self.alias, self.wanted.setdefault(wanted, f"figure_{len(self.wanted) + 1}"))
        if wanted.function in _COUNTS:
            return exp.Coalesce(this=found, expressions=[trees.number(0)])
        if wanted.function == "Sum":  # one that its type cannot hold is NULL although there are rows
            return trees.case([(trees.is_null(trees.column(self.alias, "k1")), trees.number(0))], found)
        return found

    def keys(self) -> list[exp.Expr]:
        """Return the values of the first link that the rows along the path are grouped by."""
        return [trees.column(self.along.first, theirs) for _, theirs in self.path[0].pairs]

    def query(self) -> exp.Select:
        """Return the rows along the path grouped by the values of the first link."""
        keys, end = self.keys(), self.along.end
        columns: list[exp.Expr] = [trees.aliased(key, f"k{place}") for place, key in enumerate(keys, 1)]
        wheres: dict[Predicate | None, Wanted] = {}
        for wanted in self.wanted:
            wheres.setdefault(wanted.where, wanted)
        for wanted, name in self.wanted.items():
            kept = wanted.holds(end) if len(wheres) > 1 and wanted.where is not None else None
            columns.append(trees.aliased(self.aggregate(wanted, wanted.values(end), kept, self._order()), name))
        meets = of_population(self.path[0], self.along, self.row)
        if None not in wheres:
            meets.append(trees.some([each.holds(end) for each in wheres.values()]))
        query = self.along.select(columns, trees.every(meets) if meets else None)
        query.set("group", exp.Group(expressions=[key.copy() for key in keys]))
        return query

    def aggregate(
        self,
        wanted: Wanted,
        values: Sequence[tuple[exp.Expr, DataType]],
        kept: exp.Expr | None,
        order: Sequence[exp.Ordered],
    ) -> exp.Expr:
        """Return a figure of values, over all rows of a group or where a condition holds."""
        dialect = self.row.context.dialect
        return aggregated(wanted.function, values, dialect, partial(_over, kept, order, dialect))

    def _order(self) -> list[exp.Ordered]:
        end = self.along.end
        return [trees.ascending(key) for key in end.key]

    def _source(self) -> exp.Expr:
        return trees.subquery(self.query(), self.alias)


def _over(kept: exp.Expr | None, order: Sequence[exp.Ordered], dialect: Dialect, node: exp.Expr) -> exp.Expr:
    """Return an aggregate over the rows of a group that count, texts joined in an order."""
    if isinstance(node, exp.GroupConcat):
        return dialect.joined(node, order, kept)
    listed = isinstance(node, exp.ArrayAgg)
    if listed:
        node.set("this", _with_keys(node.this, order))
    found = node if kept is None else exp.Filter(this=node, expression=exp.Where(this=kept.copy()))
    return _sorted(found) if listed else found


def _with_keys(text: exp.Expr, order: Sequence[exp.Ordered]) -> exp.Expr:
    """Return a text behind what it is sorted by, NULL where it is: lists leave that out."""
    fields = [(f"k{place}", item.this.copy()) for place, item in enumerate(order)] + [(_TEXT, text.copy())]
    parts: list[exp.Expr] = [part for name, tree in fields for part in (trees.text(name), tree)]
    return trees.case([(trees.is_not_null(text.copy()), exp.Anonymous(this="NAMED_STRUCT", expressions=parts))])


def _sorted(listed: exp.Expr) -> exp.Expr:
    """Return the texts of a list with keys in the order of these."""
    whole = exp.Anonymous(this="SORT_ARRAY", expressions=[listed])
    return exp.Dot(this=trees.tight(whole), expression=exp.to_identifier(_TEXT))
