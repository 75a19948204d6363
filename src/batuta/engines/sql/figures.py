"""Figures over linked rows: grouped by the link in one subquery, which is joined to the row."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.comparisons import LONG_LIST
from batuta.engines.sql.context import Row
from batuta.engines.sql.links import Chain, Condition, chain, group_meets, of_population, present
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

_Wanted = tuple[AggregateFunction, Expr | None, Predicate | None]


def figure(wanted: AggregateIs | Total, row: Row, condition: Condition) -> exp.Expr:
    """Return an aggregate over the rows at the end of a path; over none, counts and sums are 0, others NULL.

    Figures over the same path are computed in one pass, each over the rows that satisfy its own predicate.
    """
    group = _group(wanted, row, condition)
    found = trees.column(group.alias, group.column((wanted.function, wanted.of, wanted.where)))
    return exp.Coalesce(this=found, expressions=[trees.number(0)]) if wanted.function in NEVER_EMPTY else found


def _group(wanted: AggregateIs | Total, row: Row, condition: Condition) -> _Group:
    alone = None if _is_simple(wanted.where) else wanted.where
    known = (wanted.path, alone)
    if known not in row.figures:
        group = _Group(row.context.names.take("t"), wanted.path, row, chain(wanted.path, row), condition)
        row.figures[known] = group
        row.reach(group.query, group_meets(wanted.path[0], row, group.alias))
    found: _Group = row.figures[known]
    return found


def _is_simple(where: Predicate | None) -> bool:
    """Tell whether a predicate looks at the linked row only, so that figures may filter by it side by side."""
    if isinstance(where, (AllOf, AnyOf)):
        return all(map(_is_simple, where.children))
    if isinstance(where, Without):
        return all(map(_is_simple, (where.first, *where.others)))
    if isinstance(where, Compare):
        return len(where.right) <= LONG_LIST
    return where is None or isinstance(where, (All, IsTrue))


@dataclass
class _Group:
    """The figures over one path that are computed together."""

    alias: str
    path: tuple[Link, ...]
    row: Row
    along: Chain
    condition: Condition
    wanted: dict[_Wanted, str] = field(default_factory=dict)

    def column(self, wanted: _Wanted) -> str:
        """Return the column of a figure, which from now on is computed."""
        return self.wanted.setdefault(wanted, f"figure_{len(self.wanted) + 1}")

    def query(self) -> exp.Expr:
        """Return the rows along the path grouped by the values of the first link."""
        keys = [trees.column(self.along.first, theirs) for _, theirs in self.path[0].pairs]
        columns = [trees.aliased(key, f"k{place}") for place, key in enumerate(keys, 1)]
        wheres = list(dict.fromkeys(where for _, _, where in self.wanted))
        for (function, of, where), name in self.wanted.items():
            columns.append(trees.aliased(self._aggregate(function, of, where if len(wheres) > 1 else None), name))
        meets = of_population(self.path[0], self.along, self.row)
        if None not in wheres:
            meets.append(trees.some([self._holds(where) for where in wheres if where is not None]))
        query = self.along.select(columns, trees.every(meets) if meets else None)
        query.set("group", exp.Group(expressions=[key.copy() for key in keys]))
        return trees.subquery(query, self.alias)

    def _holds(self, where: Predicate) -> exp.Expr:
        return self.condition(where, self.along.end)

    def _aggregate(self, function: AggregateFunction, of: Expr | None, where: Predicate | None) -> exp.Expr:
        tree = _over(function, None if of is None else present(of, self.along.end))
        return tree if where is None else exp.Filter(this=tree, expression=exp.Where(this=self._holds(where)))


def _over(function: AggregateFunction, of: exp.Expr | None) -> exp.Expr:
    if of is None:
        return exp.Count(this=exp.Star())
    if function is AggregateFunction.COUNT_DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[of]))
    return _AGGREGATES[function](this=of)
