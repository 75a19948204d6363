"""Long arguments of templates that repeat them, computed once under a name, so that SQL grows no faster than formulas.

Engines compute a short argument once although it is written several times; a name of its own costs more there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from batuta.engines.sql import trees

LONG = 400
"""How many nodes a tree has that is worth a name."""


def is_long(tree: exp.Expr) -> bool:
    """Tell whether a tree is too long to be repeated."""
    return any(count >= LONG for count, _ in enumerate(tree.walk()))


def repeated(template: exp.Expr, place: str) -> bool:
    """Tell whether a template has a place more than once."""
    return sum(column.name == place for column in template.find_all(exp.Column)) > 1


def named(engine: str, name: str, argument: exp.Expr, body: exp.Expr) -> exp.Expr:
    """Return a value whose tree speaks of an argument by a name."""
    return trees.tight(_NAMED[engine](trees.name(name), argument, body))


def _in_lambda(function: str) -> Callable[[exp.Identifier, exp.Expr, exp.Expr], exp.Expr]:
    def tree(name: exp.Identifier, argument: exp.Expr, body: exp.Expr) -> exp.Expr:
        whole = exp.Anonymous(
            this=function,
            expressions=[exp.Array(expressions=[argument]), exp.Lambda(this=body, expressions=[name])],
        )
        return exp.Anonymous(
            this="ELEMENT_AT" if function == "TRANSFORM" else "LIST_EXTRACT", expressions=[whole, trees.number(1)]
        )

    return tree


def _in_subquery(name: exp.Identifier, argument: exp.Expr, body: exp.Expr) -> exp.Expr:
    """Compute in a query of its own; the offset keeps PostgreSQL from writing the argument back in."""
    source = exp.Select(expressions=[trees.aliased(argument, name.name)])
    source.set("offset", exp.Offset(expression=trees.number(0)))
    return exp.Subquery(this=trees.query([body], trees.subquery(source, "_once")))


_NAMED: Mapping[str, Callable[[exp.Identifier, exp.Expr, exp.Expr], exp.Expr]] = {
    "duckdb": _in_lambda("LIST_TRANSFORM"),
    "postgres": _in_subquery,
    "spark": _in_lambda("TRANSFORM"),
}
