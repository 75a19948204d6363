"""Rows of another dimension, found by the keys that a population gives."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder, in_type
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present, value
from batuta.engines.sql.first import first_rows
from batuta.sets.algebra import Keyed


def keyed(node: Keyed, build: Builder) -> exp.Select:
    """Return each row of the dimension whose key is given, with the columns of the first row that gives it.

    Key columns are those of the dimension's own rows, so they have its types whatever the expressions have.
    """
    rows, row = build.population(node.source)
    source, alias = build.context.rows(node.shape.schema)
    there = Row.of_rows(build.context, node.shape.schema, alias)
    meets = trees.every(trees.equal(own, present(given, row)) for own, given in zip(there.key, node.key, strict=True))
    order = {f"_o{name}": trees.column(row.alias, name) for name in node.source.shape.row_columns}
    columns = [trees.aliased(own, name) for own, name in zip(there.key, node.shape.target_columns, strict=True)]
    for column, expression in zip(node.shape.columns, node.columns, strict=True):
        columns.append(trees.aliased(in_type(value(expression, row), column, build), column.name))
    columns += [trees.aliased(tree, name) for name, tree in order.items()]
    found = trees.joined(row.join(trees.query(columns, rows)), source, meets)
    kept = [*node.shape.target_columns, *(column.name for column in node.shape.columns)]
    return first_rows(found, kept, node.shape.target_columns, list(order), build.context)
