"""Windows: figures over the rows of a population, given to each of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Row
from batuta.engines.sql.figures import Values, values_of
from batuta.engines.sql.templates import aggregated
from batuta.rules.bound import Windowed

_TO_HERE, _ALL = "CURRENT ROW", "UNBOUNDED"


def windowed(window: Windowed, row: Row, value: Values) -> exp.Expr:
    """Return a window over the source of a row; `value` gives a value, NULL where it is empty."""
    arguments = values_of(window.arguments, row, value)
    partition = [value(expression, row) for expression in window.partition]
    if window.function == "CountDistinct":
        return _different(arguments[0][0], partition)
    order = [
        (trees.descending if descends else trees.ascending)(value(expression, row))
        for expression, descends in window.order
    ]
    each = partial(_over, partition, order, row.ranks)
    return aggregated(window.function, arguments, row.context.dialect, each)


def _over(
    partition: Sequence[exp.Expr], order: Sequence[exp.Ordered], ranks: Sequence[exp.Ordered], node: exp.Expr
) -> exp.Expr:
    """Return an aggregate over a partition: over all of it, or in an order from its first row to the row at hand."""
    apart = [each.copy() for each in partition]
    ordered = [each.copy() for each in (*order, *ranks)]
    if isinstance(node, exp.RowNumber):
        return trees.over(node, apart, ordered)
    if not order and not isinstance(node, (exp.GroupConcat, exp.ArrayAgg)):
        return trees.over(node, apart)
    over = trees.over(node, apart, ordered)
    over.set("spec", _rows(_TO_HERE if order else _ALL))
    return over


def _rows(end: str) -> exp.WindowSpec:
    side = None if end == _TO_HERE else "FOLLOWING"
    return exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=end, end_side=side)


def _different(tree: exp.Expr, partition: Sequence[exp.Expr]) -> exp.Expr:
    """Return how many different values a partition has: the ranks from both ends meet at each of them.

    No engine but DuckDB has COUNT(DISTINCT ...) as a window. NULL takes a rank too, which does not count.
    """

    def apart() -> list[exp.Expr]:
        return [each.copy() for each in partition]

    ranks = [
        trees.over(exp.DenseRank(), apart(), [exp.Ordered(this=tree.copy(), desc=desc, nulls_first=desc)])
        for desc in (False, True)
    ]
    both = exp.Sub(this=exp.Add(this=ranks[0], expression=ranks[1]), expression=trees.number(1))
    rows = trees.over(exp.Count(this=exp.Star()), apart())
    present = trees.over(exp.Count(this=tree.copy()), apart())
    empty = trees.case([(exp.GT(this=rows, expression=present), trees.number(1))], trees.number(0))
    found = exp.Sub(this=both, expression=empty)
    return exp.Cast(this=found, to=exp.DataType.build("BIGINT"))
