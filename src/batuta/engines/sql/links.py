"""Linked rows as SQL: whether some exist, and figures over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Row, link_pairs, linked, not_blank, single
from batuta.engines.sql.expressions import value
from batuta.rules.bound import AggregateIs, Expr, Predicate
from batuta.rules.tree import AggregateFunction
from batuta.schema.model import Link
from batuta.sets.algebra import Total

Condition = Callable[[Predicate, Row], exp.Expr]


@dataclass(frozen=True)
class Chain:
    """The tables along a path: the first source, the joins after it, and the row at the end."""

    source: exp.Expr
    first: str
    joins: tuple[tuple[exp.Expr, exp.Expr], ...]
    aliases: tuple[str, ...]
    end: Row

    def select(self, columns: Sequence[exp.Expr], where: exp.Expr | None) -> exp.Select:
        """Return a query over the chain, with what the row at its end asked for."""
        query = trees.query(columns, self.source, where)
        for source, condition in self.joins:
            trees.joined(query, source, condition)
        return self.end.join(query)


def chain(path: Sequence[Link], row: Row) -> Chain:
    """Return the tables along a path that leaves a row, each joined to the one before."""
    context = row.context
    source, first = context.rows(path[0].there) if path[0].many else single(context, path[0])
    aliases, joins = [first], []
    for link in path[1:]:
        step, alias = context.rows(link.there) if link.many else single(context, link)
        joins.append((step, linked(context, link, _columns(aliases[-1]), alias)))
        aliases.append(alias)
    end = Row.of_rows(context, path[-1].there, aliases[-1])
    return Chain(source, first, tuple(joins), tuple(aliases), end)


def _columns(alias: str) -> Callable[[str], exp.Expr]:
    return lambda name: trees.column(alias, name)


def some_linked(path: Sequence[Link], where: Predicate | None, row: Row, condition: Condition) -> exp.Expr:
    """Return the condition that some row at the end of a path satisfies a predicate."""
    along = chain(path, row)
    wanted = [] if where is None else [condition(where, along.end)]
    pairs = link_pairs(row.context, path[0], row.here, along.first)
    wanted += [not_blank(there.copy()) for (_, there), text in pairs if text]
    query = along.select([], trees.every(wanted) if wanted else None)
    return row.context.dialect.found([pair for pair, _ in pairs], query)


def figure(wanted: AggregateIs | Total, row: Row, condition: Condition) -> exp.Expr:
    """Return an aggregate over the rows at the end of a path; over none, counts and sums are 0, others NULL.

    The rows are grouped by the first link's values in a subquery that is joined to the row.
    """
    path, where = wanted.path, wanted.where
    ends = [theirs for _, theirs in path[0].pairs]

    def grouped(alias: str) -> exp.Expr:
        along = chain(path, row)
        keys = [trees.column(along.first, name) for name in ends]
        aggregate = _aggregate(wanted.function, None if wanted.of is None else present(wanted.of, along.end))
        columns = [trees.aliased(key, f"k{place}") for place, key in enumerate(keys, 1)]
        columns.append(trees.aliased(aggregate, "figure"))
        meets = of_population(path[0], along, row)
        if where is not None:
            meets.append(condition(where, along.end))
        query = along.select(columns, trees.every(meets) if meets else None)
        query.set("group", exp.Group(expressions=[key.copy() for key in keys]))
        return trees.subquery(query, alias)

    same = (path, wanted.function, wanted.of, where)
    alias = row.reach(same, grouped, lambda alias: figure_meets(path[0], row, alias))
    found = trees.column(alias, "figure")
    return exp.Coalesce(this=found, expressions=[trees.number(0)]) if wanted.function in NEVER_EMPTY else found


NEVER_EMPTY = frozenset({AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT, AggregateFunction.SUM})
"""Figures that are 0 over no rows."""


def of_population(link: Link, along: Chain, row: Row) -> list[exp.Expr]:
    """Return the condition that linked rows belong to the population of the row, where that is a table.

    Without it all linked rows of a schema would be grouped, however small the population.
    """
    if row.among is None:
        return []
    source, other = row.among()
    pairs = [(trees.column(along.first, theirs), other.here(mine)) for mine, theirs in link.pairs]
    return [row.context.dialect.found(pairs, other.join(trees.query([], source)))]


def figure_meets(link: Link, row: Row, alias: str) -> exp.Expr:
    """Return the condition that a group under an alias is that of the row."""
    there = row.context.schema(link.there)
    conditions = []
    for place, (mine, theirs) in enumerate(link.pairs, 1):
        here = row.here(mine)
        if there.by_name[theirs].type.is_text:
            here = trees.or_null(here)
        conditions.append(trees.equal(trees.column(alias, f"k{place}"), here))
    return trees.every(conditions)


def present(expression: Expr, row: Row) -> exp.Expr:
    """Return the value of an expression, NULL where it is empty."""
    tree = value(expression, row)
    return trees.or_null(tree) if expression.type.is_text else tree


def _aggregate(function: AggregateFunction, of: exp.Expr | None) -> exp.Expr:
    if of is None:
        return exp.Count(this=exp.Star())
    if function is AggregateFunction.COUNT_DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[of]))
    return _AGGREGATES[function](this=of)


_AGGREGATES: dict[AggregateFunction, type[exp.AggFunc]] = {
    AggregateFunction.COUNT: exp.Count,
    AggregateFunction.SUM: exp.Sum,
    AggregateFunction.AVERAGE: exp.Avg,
    AggregateFunction.MIN: exp.Min,
    AggregateFunction.MAX: exp.Max,
}
