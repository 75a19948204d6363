"""The members of saved audiences, held against the data as it is now."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder, in_type
from batuta.engines.sql.context import Row
from batuta.engines.sql.keys import row_key
from batuta.sets.algebra import Members


def members(node: Members, build: Builder) -> exp.Select:
    """Return the members that are still in the data, or those that are not, with what was saved of them."""
    alias = build.context.names.take("a")
    row = Row.of_population(build.context, node.shape, alias)
    columns = row_key(node.shape, alias)
    for column in node.shape.columns:
        lacking = column.name in node.lacking
        value = build.empty(column) if lacking else in_type(trees.column(alias, column.name), column, build)
        columns.append(trees.aliased(value, column.name))
    there = trees.column(row.table(()), row.schema.primary_key[0])
    where = trees.is_null(there) if node.gone else trees.is_not_null(there)
    return row.join(trees.query(columns, trees.under(build.context.tables.audience(node.audience), alias), where))
