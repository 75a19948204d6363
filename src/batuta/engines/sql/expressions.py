"""Bound expressions as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Row
from batuta.engines.sql.figures import Wanted, figure
from batuta.engines.sql.offsets import NEEDING, offset
from batuta.engines.sql.once import is_long, named, repeated
from batuta.engines.sql.templates import ARGUMENT, CHANCE, NOW, OFFSET, TODAY, filled, template
from batuta.engines.sql.windows import windowed
from batuta.rules.bound import AttributeOf, Call, Computed, Constant, Expr, Figure, Rooted, Variable, Windowed
from batuta.rules.functions import FUNCTIONS
from batuta.schema.types import DATE, DATETIME


def value(expression: Expr, row: Row) -> exp.Expr:
    """Return the value of an expression over a row."""
    return _VALUES[type(expression)](expression, row)


def typed(expression: Expr, row: Row) -> exp.Expr:
    """Return the value of an expression in the SQL type of its bound type, numbers written as such too."""
    tree = value(expression, row)
    if isinstance(expression, (Constant, Variable)) and expression.type.is_number and not isinstance(tree, exp.Cast):
        return row.context.dialect.cast(tree, expression.type)
    return tree


def present(expression: Expr, row: Row) -> exp.Expr:
    """Return the value of an expression, NULL where it is empty."""
    tree = typed(expression, row)
    return trees.or_null(tree) if expression.type.is_text else tree


def _call(call: Call, row: Row) -> exp.Expr:
    dialect, moment = row.context.dialect, row.context.moment
    types = tuple(argument.type for argument in call.arguments)
    found = template(dialect.name, call.function, types)
    places: dict[str, exp.Expr] = {
        f"{ARGUMENT}{place}": typed(argument, row) for place, argument in enumerate(call.arguments)
    }
    places[NOW] = dialect.constant(moment.local, DATETIME)
    places[TODAY] = dialect.constant(moment.today, DATE)
    if FUNCTIONS[call.function].salt:
        places[CHANCE] = _chance(call.arguments[-1], row)
    long = {
        place: (row.context.names.take("_value"), tree)
        for place, tree in places.items()
        if (call.function in NEEDING or repeated(found, place)) and is_long(tree)
    }
    given = places | {place: exp.Column(this=trees.name(name)) for place, (name, _) in long.items()}
    if call.function in NEEDING:
        given[OFFSET] = offset(call, places[f"{ARGUMENT}0"], given[f"{ARGUMENT}0"], row)
    tree = trees.tight(filled(found.copy(), given))
    for name, argument in long.values():
        tree = named(dialect.name, name, argument, tree)
    return tree


def _chance(salt: Expr, row: Row) -> exp.Expr:
    """Return the digest that decides chance for a row."""
    moment = row.context.moment
    text = salt.value if isinstance(salt, Constant) else ""
    return row.context.dialect.hashed(f"{moment.seed}:{text}", row.key_text())


def _attribute(expression: AttributeOf, row: Row) -> exp.Expr:
    return row.attribute(expression.path, expression.name)


def _rooted(expression: Rooted, row: Row) -> exp.Expr:
    return value(expression.expression, row.roots[expression.root])


def _variable(expression: Variable, row: Row) -> exp.Expr:
    return row.context.dialect.constant(row.context.moment.variables.get(expression.name), expression.type)


def _figure(expression: Figure, row: Row) -> exp.Expr:
    wanted = Wanted(expression.function, expression.arguments, None, present)
    return figure(expression.path, wanted, row.root(expression.root))


def _windowed(expression: Windowed, row: Row) -> exp.Expr:
    return row.beneath(expression, lambda beneath: windowed(expression, beneath, present))


_VALUES: Mapping[type[Any], Callable[[Any, Row], exp.Expr]] = {
    Constant: lambda expression, row: row.context.dialect.constant(expression.value, expression.type),
    AttributeOf: _attribute,
    Computed: lambda expression, row: row.columns[expression.name](),
    Rooted: _rooted,
    Variable: _variable,
    Call: _call,
    Figure: _figure,
    Windowed: _windowed,
}
