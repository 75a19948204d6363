"""Rows as a file shows them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import row_key
from batuta.engines.sql.lines import ordered
from batuta.rules.bound import Expr
from batuta.schema.types import Kind
from batuta.schema.writing import Written
from batuta.sets.algebra import Sort, Table

_FORMULA = r"^[=+\-@\t\r]"


def written(
    table: Table, columns: Sequence[tuple[str, Expr]], sort: Sequence[Sort], form: Written, build: Builder
) -> exp.Select:
    """Return the rows of a table in an order, the key deciding last, with these columns as a file shows them."""
    source, row = build.population(table)
    chosen = [trees.aliased(_shown(expression, row, form), name) for name, expression in columns]
    order = [*(ordered(item, row) for item in sort), *map(trees.ascending, row_key(table.shape, row.alias))]
    query = row.join(trees.query(chosen, source))
    query.set("order", exp.Order(expressions=order))
    return query


def _shown(expression: Expr, row: Row, form: Written) -> exp.Expr:
    tree = value(expression, row)
    text = row.context.dialect.text
    if expression.type.kind is Kind.INSTANT and form.format != "parquet":
        plain = exp.Cast(this=tree, to=text)
        return exp.DPipe(this=exp.func("replace", plain, trees.text(" "), trees.text("T")), expression=trees.text("Z"))
    if expression.type.is_text and form.format == "csv" and form.guard_formulas:
        risky = exp.RegexpLike(this=tree, expression=trees.text(_FORMULA))
        guarded = exp.DPipe(this=trees.text("'"), expression=trees.tight(tree.copy()))
        return exp.Case(ifs=[exp.If(this=risky, true=guarded)], default=tree.copy())
    return tree
