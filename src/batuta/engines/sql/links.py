"""Linked rows as SQL: whether rows exist at the end of a path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.chains import chain
from batuta.engines.sql.context import Row, link_pairs, not_blank
from batuta.rules.bound import Predicate
from batuta.schema.model import Link

Condition = Callable[[Predicate, Row], exp.Expr]


def some_linked(path: Sequence[Link], where: Predicate | None, row: Row, condition: Condition) -> exp.Expr:
    """Return the condition that some row at the end of a path satisfies a predicate."""
    along = chain(path, row)
    wanted = [] if where is None else [condition(where, along.end)]
    pairs = link_pairs(row.context, path[0], row.here, along.first)
    wanted += [not_blank(there.copy()) for (_, there), text in pairs if text]
    query = along.select([], trees.every(wanted) if wanted else None)
    return row.context.dialect.found([pair for pair, _ in pairs], query)
