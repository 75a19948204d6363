"""The first row of each group: the one way in which duplicates are dropped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Context

PLACE = "_place"


def first_rows(
    query: exp.Query, kept: Sequence[str], partition: Sequence[str], order: Sequence[str], context: Context
) -> exp.Select:
    """Return, of each group of rows equal in `partition`, the first by `order`; only the `kept` columns."""
    inner = context.names.take("r")
    rank = trees.over(
        exp.RowNumber(),
        [trees.column(inner, name) for name in partition],
        [trees.ascending(trees.column(inner, name)) for name in order],
    )
    columns = [trees.column(inner, name) for name in dict.fromkeys((*kept, *partition))]
    ranked = trees.query([*columns, trees.aliased(rank, PLACE)], trees.subquery(query, inner))
    outer = context.names.take("r")
    return trees.query(
        [trees.column(outer, name) for name in kept],
        trees.subquery(ranked, outer),
        trees.equal(trees.column(outer, PLACE), trees.number(1)),
    )
