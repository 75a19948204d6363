"""The tables along a path of links, and how what is grouped there meets the row that the path leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Row, linked, single
from batuta.schema.model import Link


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


def of_population(link: Link, along: Chain, row: Row) -> list[exp.Expr]:
    """Return the condition that linked rows belong to the population of the row, where that is a table.

    Without it all linked rows of a schema would be grouped, however small the population.
    """
    if row.among is None:
        return []
    source, other = row.among()
    pairs = [(trees.column(along.first, theirs), other.here(mine)) for mine, theirs in link.pairs]
    return [row.context.dialect.found(pairs, other.join(trees.query([], source)))]


def group_meets(link: Link, row: Row, alias: str) -> exp.Expr:
    """Return the condition that a group under an alias is that of the row."""
    there = row.context.schema(link.there)
    conditions = []
    for place, (mine, theirs) in enumerate(link.pairs, 1):
        here = row.here(mine)
        if there.by_name[theirs].type.is_text:
            here = trees.or_null(here)
        conditions.append(trees.equal(trees.column(alias, f"k{place}"), here))
    return trees.every(conditions)
