"""Bound expressions as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlglot import exp, parse_one

from batuta.engines.sql import trees
from batuta.engines.sql.context import Row
from batuta.kit.errors import InputError
from batuta.rules.bound import AttributeOf, Call, Computed, Constant, Expr, Rooted, Variable
from batuta.rules.functions import FUNCTIONS
from batuta.schema.types import DATE, DATETIME, DataType

_ARGUMENT, _NOW, _TODAY = "__argument", "__now", "__today"


def value(expression: Expr, row: Row) -> exp.Expr:
    """Return the value of an expression over a row."""
    if isinstance(expression, Constant):
        return row.context.dialect.constant(expression.value, expression.type)
    if isinstance(expression, AttributeOf):
        return row.attribute(expression.path, expression.name)
    if isinstance(expression, Computed):
        return row.columns[expression.name]()
    if isinstance(expression, Rooted):
        return value(expression.expression, row.roots[expression.root])
    if isinstance(expression, Variable):
        return row.context.dialect.constant(row.context.moment.variables.get(expression.name), expression.type)
    return _call(expression, row)


def typed(expression: Expr, row: Row) -> exp.Expr:
    """Return the value of an expression in the SQL type of its bound type, numbers written as such too."""
    tree = value(expression, row)
    if isinstance(expression, (Constant, Variable)) and expression.type.is_number and not isinstance(tree, exp.Cast):
        return row.context.dialect.cast(tree, expression.type)
    return tree


def _call(call: Call, row: Row) -> exp.Expr:
    dialect, moment = row.context.dialect, row.context.moment
    types = tuple(argument.type for argument in call.arguments)
    template = _template(dialect.name, call.function, types)
    places: dict[str, exp.Expr] = {
        f"{_ARGUMENT}{place}": typed(argument, row) for place, argument in enumerate(call.arguments)
    }
    places[_NOW] = dialect.constant(moment.local, DATETIME)
    places[_TODAY] = dialect.constant(moment.today, DATE)
    return trees.tight(_filled(template.copy(), places))


@lru_cache(maxsize=4096)
def _template(engine: str, function: str, types: tuple[DataType, ...]) -> exp.Expr:
    text = FUNCTIONS[function].template(engine, types)
    if text is None:
        raise InputError(
            function, f"the function is not offered on {engine}", todo="Choose another function or another engine."
        )
    places = [f"{_ARGUMENT}{place}" for place, _ in enumerate(types)]
    sql = text.format(*places, **{"*": ", ".join(places), "now": _NOW, "today": _TODAY})
    return parse_one(sql, dialect=engine)


def _filled(tree: exp.Expr, places: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return the template with its places taken by trees, each in brackets of its own if it needs them."""
    for column in list(tree.find_all(exp.Column)):
        argument = places.get(column.name)
        if argument is None:
            continue
        argument = trees.tight(argument.copy())
        if column is tree:
            return argument
        column.replace(argument)
    return tree
