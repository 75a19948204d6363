"""Figures over linked rows: grouped by the link in one subquery, which is joined to the row."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.comparisons import LONG_LIST
from batuta.engines.sql.context import Row
from batuta.engines.sql.links import Condition, chain, group_meets, of_population, present
from batuta.rules.bound import (
    AggregateIs,
    All,
    AllOf,
    AnyOf,
    Compare,
    Expr,
    IsTrue,
    Predicate,
    Without,
)
from batuta.rules.tree import AggregateFunction
from batuta.schema.model import Link
from batuta.sets.algebra import Total

NEVER_EMPTY = frozenset({AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT, AggregateFunction.SUM})
"""Figures that are 0 over no rows."""

_AGGREGATES: dict[AggregateFunction, type[exp.AggFunc]] = {
    AggregateFunction.COUNT: exp.Count,
    AggregateFunction.SUM: exp.Sum,
    AggregateFunction.AVERAGE: exp.Avg,
    AggregateFunction.MIN: exp.Min,
    AggregateFunction.MAX: exp.Max,
}

Wanted = tuple[AggregateFunction, Expr | None, Predicate | None]


def figure(wanted: AggregateIs | Total, row: Row, condition: Condition) -> exp.Expr:
    """Return an aggregate over the rows at the end of a path.

    Figures over the same path are computed in one pass, each over the rows that satisfy its own predicate.
    """
    known = (wanted.path, condition_alone(wanted.where))
    if known not in row.figures:
        row.figures[known] = Group(wanted.path, row, condition)
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

    def __init__(self, path: tuple[Link, ...], row: Row, condition: Condition) -> None:
        self.path, self.row, self.condition = path, row, condition
        self.alias = row.context.names.take("t")
        self.along = chain(path, row)
        self.wanted: dict[Wanted, str] = {}
        row.reach(self._source, group_meets(path[0], row, self.alias))

    def figure(self, wanted: AggregateIs | Total) -> exp.Expr:
        """Return a figure, which from now on is computed; over no rows, counts and sums are 0, others NULL."""
        known = (wanted.function, wanted.of, wanted.where)
        found = trees.column(self.alias, self.wanted.setdefault(known, f"figure_{len(self.wanted) + 1}"))
        return exp.Coalesce(this=found, expressions=[trees.number(0)]) if wanted.function in NEVER_EMPTY else found

    def keys(self) -> list[exp.Expr]:
        """Return the values of the first link that the rows along the path are grouped by."""
        return [trees.column(self.along.first, theirs) for _, theirs in self.path[0].pairs]

    def query(self) -> exp.Select:
        """Return the rows along the path grouped by the values of the first link."""
        keys = self.keys()
        columns: list[exp.Expr] = [trees.aliased(key, f"k{place}") for place, key in enumerate(keys, 1)]
        wheres = list(dict.fromkeys(where for _, _, where in self.wanted))
        for (function, of, where), name in self.wanted.items():
            columns.append(trees.aliased(self._aggregate(function, of, where if len(wheres) > 1 else None), name))
        meets = of_population(self.path[0], self.along, self.row)
        if None not in wheres:
            meets.append(trees.some([self.holds(where) for where in wheres if where is not None]))
        query = self.along.select(columns, trees.every(meets) if meets else None)
        query.set("group", exp.Group(expressions=[key.copy() for key in keys]))
        return query

    def holds(self, where: Predicate) -> exp.Expr:
        """Return the condition that the row at the end of the path satisfies a predicate."""
        return self.condition(where, self.along.end)

    def _source(self) -> exp.Expr:
        return trees.subquery(self.query(), self.alias)

    def _aggregate(self, function: AggregateFunction, of: Expr | None, where: Predicate | None) -> exp.Expr:
        value = None if of is None else present(of, self.along.end)
        return aggregate(function, value, None if where is None else self.holds(where))


def aggregate(function: AggregateFunction, of: exp.Expr | None, where: exp.Expr | None) -> exp.Expr:
    """Return an aggregate of values (none: of rows), over all of a group or where a condition holds."""
    tree = _over(function, of)
    return tree if where is None else exp.Filter(this=tree, expression=exp.Where(this=where))


def _over(function: AggregateFunction, of: exp.Expr | None) -> exp.Expr:
    if of is None:
        return exp.Count(this=exp.Star())
    if function is AggregateFunction.COUNT_DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[of]))
    return _AGGREGATES[function](this=of)
