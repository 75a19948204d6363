"""The SQL of the function table as trees with places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from sqlglot import exp, parse_one

from batuta.engines.sql import trees
from batuta.engines.sql.dialect import Dialect
from batuta.kit.errors import InputError
from batuta.rules.functions import FUNCTIONS
from batuta.schema.types import DataType

ARGUMENT, NOW, TODAY, OFFSET, CHANCE = "__argument", "__now", "__today", "__offset", "__chance"


@lru_cache(maxsize=4096)
def template(engine: str, function: str, types: tuple[DataType, ...]) -> exp.Expr:
    """Return an engine's SQL of a function, its places as columns; to be copied before it is filled."""
    text = FUNCTIONS[function].template(engine, types)
    if text is None:
        raise InputError(
            function, f"the function is not offered on {engine}", todo="Choose another function or another engine."
        )
    places = [f"{ARGUMENT}{place}" for place, _ in enumerate(types)]
    sql = text.format(
        *places, **{"*": ", ".join(places), "now": NOW, "today": TODAY, "offset": OFFSET, "chance": CHANCE}
    )
    return parse_one(sql, dialect=engine)


def filled(tree: exp.Expr, places: Mapping[str, exp.Expr]) -> exp.Expr:
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


def aggregated(
    function: str,
    arguments: Sequence[tuple[exp.Expr, DataType]],
    dialect: Dialect,
    each: Callable[[exp.Expr], exp.Expr],
) -> exp.Expr:
    """Return a function of many rows, with each aggregate that its template is made of turned into what it is to be."""
    types = tuple(given for _, given in arguments)
    tree = template(dialect.name, function, types).transform(lambda node: each(node) if _looks_at_many(node) else node)
    places = {f"{ARGUMENT}{place}": argument for place, (argument, _) in enumerate(arguments)}
    return trees.tight(filled(tree, places)) if arguments else tree


def _looks_at_many(node: exp.Expr) -> bool:
    return isinstance(node, (exp.AggFunc, exp.RowNumber)) or (
        isinstance(node, exp.Anonymous) and node.name.upper() == "TRY_SUM"  # which SQLGlot takes for any function
    )
