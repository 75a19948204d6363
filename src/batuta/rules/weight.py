"""The weight of an expression: how large it becomes in SQL, where some functions repeat their arguments."""

from __future__ import annotations

from batuta.rules.bound import Call, Expr, Figure, Windowed, parts_of
from batuta.rules.functions import FUNCTIONS

MAX_WEIGHT = 20_000


def weight(expression: Expr) -> int:
    """Return how many calls and names an expression has once written out for the most verbose engine."""
    if not isinstance(expression, (Call, Figure, Windowed)):
        return 1 + sum(map(weight, parts_of(expression)))
    function = FUNCTIONS[expression.function]
    types = tuple(argument.type for argument in expression.arguments)
    weights = [weight(argument) for argument in expression.arguments]
    around = sum(map(weight, parts_of(expression)[len(weights) :]))
    totals = [1]
    for engine in function.templates:
        text = function.template(engine, types) or ""
        all_of_them = text.count("{*}")
        totals.append(1 + around + sum((text.count(f"{{{n}}}") + all_of_them) * each for n, each in enumerate(weights)))
    return max(totals)
