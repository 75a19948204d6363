"""Sets as SELECT statements: row key first, then the computed columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import everything, row_types
from batuta.engines.sql.predicates import condition
from batuta.sets.algebra import Filtered, Nobody, Records, Set, Table
from batuta.sets.shape import Column, Shape

Building = Callable[[Any, "Builder"], exp.Select]


class Builder:
    """Compiles the nodes of one statement or task; those that are shared are named once and referred to.

    `shared` maps what is made beforehand to the table or common table expression that holds it.
    """

    def __init__(self, context: Context, buildings: Mapping[type[Any], Building]) -> None:
        self.context = context
        self.shared: dict[Any, exp.Table] = {}
        self._buildings = buildings

    def select(self, node: Any) -> exp.Select:
        """Return the query for a set, or for one of the tables on the way to it."""
        if self._is_shared(node):
            alias = self.context.names.take("p")
            return trees.query([exp.Star()], trees.under(self.shared[node].copy(), alias))
        return self.made(node)

    def made(self, node: Any) -> exp.Select:
        """Return the query that computes a node, shared or not."""
        return self._buildings[type(node)](node, self)

    def _is_shared(self, node: Any) -> bool:
        return bool(self.shared) and node in self.shared  # to look for a node means to walk all of it

    def source(self, node: Any, alias: str) -> exp.Expr:
        """Return a node as a source of rows under an alias."""
        if isinstance(node, Table):
            return trees.under(self.context.tables.working(node.name), alias)
        if self._is_shared(node):
            return trees.under(self.shared[node].copy(), alias)
        return trees.subquery(self.made(node), alias)

    def bare_source(self, node: Set, alias: str) -> exp.Expr:
        """Return a set as a source of its keys under an alias."""
        if isinstance(node, Table):
            return trees.under(self.context.tables.row_keys(node.name), alias)
        return self.source(node, alias)

    def population(self, node: Set, base: str = "p", *, bare: bool = False) -> tuple[exp.Expr, Row]:
        """Return a set as a source of rows under a fresh alias, and its row; `bare` if its columns are not read."""
        alias = self.context.names.take(base)
        row = Row.of_population(self.context, node.shape, alias)
        if isinstance(node, Table) or self._is_shared(node):
            row.among = lambda: self.population(node, bare=True)
            for name, other in row.roots.items():
                other.among = partial(self._root_of, node, name)
        return self.bare_source(node, alias) if bare else self.source(node, alias), row

    def _root_of(self, node: Set, name: str) -> tuple[exp.Expr, Row]:
        source, row = self.population(node, bare=True)
        return source, row.roots[name]

    def empty(self, column: Column) -> exp.Expr:
        """Return the empty value of a computed column."""
        return exp.Cast(this=exp.Null(), to=self.context.dialect.column_type(column))


def table(node: Table, build: Builder) -> exp.Select:
    """Return all rows of a working table."""
    source, row = build.population(node)
    return trees.query(everything(node.shape, row.alias), source)


def nobody(node: Nobody, build: Builder) -> exp.Select:
    """Return no rows, in the columns of a shape."""
    dialect = build.context.dialect
    shape = node.shape
    columns = [
        trees.aliased(exp.Cast(this=exp.Null(), to=dialect.type_of(data_type)), name)
        for name, data_type in zip(shape.row_columns, row_types(shape), strict=True)
    ]
    columns += [trees.aliased(build.empty(column), column.name) for column in shape.columns]
    return exp.Select(expressions=columns, where=exp.Where(this=trees.false()))


def records(node: Records, build: Builder) -> exp.Select:
    """Return the rows of a schema that satisfy a predicate."""
    source, alias = build.context.rows(node.shape.schema)
    row = Row.of_rows(build.context, node.shape.schema, alias)
    columns = [trees.aliased(key, name) for key, name in zip(row.key, node.shape.target_columns, strict=True)]
    for column, expression in zip(node.shape.columns, node.columns, strict=True):
        columns.append(trees.aliased(in_type(value(expression, row), column, build), column.name))
    return row.join(trees.query(columns, source, _where(node.where, row)))


def filtered(node: Filtered, build: Builder) -> exp.Select:
    """Return the rows of a population that satisfy a predicate."""
    source, row = build.population(node.source)
    return row.join(trees.query(everything(node.shape, row.alias), source, _where(node.where, row)))


def _where(predicate: Any, row: Row) -> exp.Expr | None:
    found = condition(predicate, row)
    return None if found == trees.true() else found


def in_type(tree: exp.Expr, column: Column, build: Builder) -> exp.Expr:
    """Return a computed value in the type of its column."""
    return exp.Cast(this=tree, to=build.context.dialect.column_type(column))


def projected(shape: Shape, given: Shape, alias: str, build: Builder) -> list[exp.Expr]:
    """Return the columns of one shape taken from a population of another; what is not there is empty."""
    dialect = build.context.dialect
    columns: list[exp.Expr] = []
    for name, data_type in zip(shape.row_columns, row_types(shape), strict=True):
        if name in given.row_columns:
            columns.append(trees.column(alias, name))
        else:
            columns.append(trees.aliased(exp.Cast(this=exp.Null(), to=dialect.type_of(data_type)), name))
    for column in shape.columns:
        if given.column(column.name) is not None:
            columns.append(trees.column(alias, column.name))
        else:
            columns.append(trees.aliased(build.empty(column), column.name))
    return columns
