"""The meaning of windows: what rows of a population see of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from batuta.rules.bound import Expr, Moment, Windowed
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Role
from batuta.rules.functions.operators import is_empty, ranked
from batuta.rules.functions.results import fitted
from batuta.schema.types import DataType, Scalar

Column = Callable[[Expr], Sequence[Scalar]]
"""Gives the values of an expression over all rows of a population, in the order of their keys."""


def figure(
    function: str, values: Iterable[Scalar], others: Sequence[Scalar], wanted: DataType, moment: Moment
) -> Scalar:
    """Return what an aggregate function makes of values; empty ones are left out."""
    present = [value for value in values if not is_empty(value)]
    return fitted(FUNCTIONS[function].evaluate(moment, present, *others), wanted)


def windowed(window: Windowed, count: int, column: Column, moment: Moment) -> list[Scalar]:
    """Return the value of a window for each of so many rows, which are given in the order of their keys."""
    found: list[Scalar] = [None] * count
    first = column(window.arguments[0]) if window.arguments else [True] * count
    others = [column(argument)[0] for argument in window.arguments[1:]]
    numbers = FUNCTIONS[window.function].role is Role.NUMBERING
    for places in _partitions(window, count, column):
        values = [first[place] for place in _in_order(window, places, column)]
        for number, place in enumerate(_in_order(window, places, column), 1):
            seen = values[:number] if window.order or numbers else values
            found[place] = figure(window.function, seen, others, window.type, moment)
    return found


def _partitions(window: Windowed, count: int, column: Column) -> Iterable[list[int]]:
    columns = [column(expression) for expression in window.partition]
    partitions: dict[tuple[object, ...], list[int]] = {}
    for place in range(count):
        alike = tuple(None if is_empty(values[place]) else ranked(values[place]) for values in columns)
        partitions.setdefault(alike, []).append(place)
    return partitions.values()


def _in_order(window: Windowed, places: Sequence[int], column: Column) -> list[int]:
    """Return the rows of a partition in the order of the window; sorting is stable, so the key comes last."""
    ordered = list(places)
    for expression, descending in reversed(window.order):
        values = column(expression)
        ranks = {place: ranked(values[place]) for place in ordered if not is_empty(values[place])}
        present = sorted(ranks, key=ranks.__getitem__, reverse=descending)
        ordered = present + [place for place in ordered if is_empty(values[place])]
    return ordered
