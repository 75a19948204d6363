"""Binding of formulas that look at many rows: aggregates over linked rows, and windows over a population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from batuta.rules.binding import Surroundings
from batuta.rules.bound import Call, Constant, Expr, Figure, Windowed
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Function, Role, Unfit
from batuta.rules.paths import follow
from batuta.rules.syntax import Apply, Bracketed, Node
from batuta.schema.model import Link

_OF_MANY = {name.lower(): function for name, function in FUNCTIONS.items() if function.role is not Role.ROW}
_FIGURE = "figure"


class Binder(Protocol):
    """Binds the formulas that figures and windows are made of; keeps problems, and then gives None."""

    around: Surroundings
    within: Role

    def bind(self, node: Node) -> Expr | None:
        """Return a bound expression."""

    def apply(self, function: Function, arguments: Sequence[Expr], node: Apply) -> Expr | None:
        """Return a function applied to arguments, checked and typed."""

    def problem(self, code: str, at: int, **values: object) -> None:
        """Keep a problem."""

    def inside(self, around: Surroundings, within: Role) -> Binder:
        """Return the binder of what stands in an aggregate or a window."""


@dataclass(frozen=True)
class _Way:
    """Where a name leads: the root and the links to many rows, and how many of the name's parts that takes."""

    root: str
    path: tuple[Link, ...]
    schema: str
    around: Surroundings
    parts: int

    @property
    def rows(self) -> tuple[str, tuple[Link, ...]]:
        return self.root, self.path


def bind_many(function: Function, node: Apply, binder: Binder) -> Expr | None:
    """Return a function of many rows, bound."""
    if function.role is Role.AGGREGATE:
        return _figure(function, node, binder)
    if function.role is Role.WINDOW:
        return _window(node, binder)
    binder.problem("expression.outside-over", node.at, function=function.name)
    return None


def _figure(function: Function, node: Apply, binder: Binder) -> Expr | None:
    if binder.within is Role.AGGREGATE:
        binder.problem("expression.figure-in-figure", node.at, function=function.name)
        return None
    way = _shared_way(function, node, binder)
    if way is None:
        return None
    if function.name == "CountAll":
        return _count_of_rows(function, node, way, binder)
    linked = binder.inside(way.around.of_linked(way.schema), Role.AGGREGATE)
    call = _applied(function, node, [_shortened(argument, way.parts) for argument in node.arguments], linked)
    return None if call is None else Figure(way.path, function.name, call.arguments, call.type, way.root)


def _count_of_rows(function: Function, node: Apply, way: _Way, binder: Binder) -> Expr | None:
    if len(node.arguments) != 1 or not isinstance(node.arguments[0], Bracketed):
        binder.problem("expression.rows-needed", node.at)
        return None
    return Figure(way.path, function.name, (), function.result(()), way.root)


def _applied(function: Function, node: Apply, arguments: Sequence[Node], binder: Binder) -> Call | None:
    """Return an aggregate function applied to what is computed in each row, and to constants."""
    found = [binder.bind(argument) for argument in arguments]
    bound = [argument for argument in found if argument is not None]
    if len(bound) < len(found):
        return None
    call = binder.apply(function, bound, node)
    if not isinstance(call, Call):
        return None
    for argument, source in zip(call.arguments[1:], node.arguments[1:], strict=True):
        if not isinstance(argument, Constant) or argument.value is None:
            binder.problem("expression.text-needed", source.at, function=function.name)
            return None
    return call


def _shared_way(function: Function, node: Apply, binder: Binder) -> _Way | None:
    """Return the way that all names of an aggregate have in common, or None after telling why there is none."""
    first: tuple[Bracketed, _Way] | None = None
    for name in _names(node.arguments):
        try:
            way = _way(name, binder.around, whole=function.name == "CountAll")
        except Unfit as unfit:
            binder.problem(unfit.code, name.at, **unfit.values)
            return None
        if way is None:
            binder.problem("expression.figure-of-one-row", name.at, function=function.name, name=_shown(name))
            return None
        if first is not None and way.rows != first[1].rows:
            binder.problem("expression.two-paths", name.at, one=_shown(first[0]), other=_shown(name))
            return None
        first = first or (name, way)
    if first is None:
        binder.problem("expression.rows-needed", node.at)
        return None
    return first[1]


def _names(nodes: Sequence[Node]) -> Iterator[Bracketed]:
    for node in nodes:
        if isinstance(node, Bracketed):
            yield node
        elif isinstance(node, Apply):
            yield from _names(node.arguments)


def _way(name: Bracketed, around: Surroundings, *, whole: bool) -> _Way | None:
    """Return the way of a name up to its last link to many rows (`whole`: of a path), None if it has none."""
    parts, root, start = name.parts, "", around
    if parts[0] in around.roots and len(parts) > 1:
        root, *rest = parts
        start, parts = around.roots[root], tuple(rest)
    links = parts if whole else parts[:-1]
    catalogue = start.catalogue
    if not start.schema or (links and links[0] == "target" and catalogue.link(start.schema, "target") is None):
        return None
    path, _ = follow(catalogue, start.schema, links, start.roots)
    many = [place for place, link in enumerate(path, 1) if link.many]
    if not many:
        return None
    taken = path if whole else path[: many[-1]]
    return _Way(root, taken, taken[-1].there, start, len(taken) + bool(root))


def _shortened(node: Node, parts: int) -> Node:
    """Return a formula with its names as the rows at the end of the way know them."""
    if isinstance(node, Bracketed):
        return replace(node, parts=node.parts[parts:])
    if isinstance(node, Apply):
        return replace(node, arguments=tuple(_shortened(argument, parts) for argument in node.arguments))
    return node


def _shown(name: Bracketed) -> str:
    return f"[{'.'.join(name.parts)}]"


def _window(node: Apply, binder: Binder) -> Expr | None:
    if binder.within is not Role.ROW or not binder.around.windows:
        binder.problem("expression.window-not-here", node.at)
        return None
    inside = binder.inside(binder.around, Role.WINDOW)
    parts = _parts(node, binder)
    if parts is None:
        return None
    figure, partition, order = parts
    function = _OF_MANY[figure.function.lower()]
    if order is not None and function.name == "CountDistinct":
        binder.problem("expression.distinct-in-order", order.at)
        return None
    call = _applied(function, figure, figure.arguments, inside)
    apart = _values(partition, inside)
    ordered = _order(order, inside)
    if call is None or apart is None or ordered is None:
        return None
    return Windowed(function.name, call.arguments, apart, ordered, call.type)


def _parts(node: Apply, binder: Binder) -> tuple[Apply, Apply | None, Apply | None] | None:
    """Return what Over is made of: a figure, and at most one PartitionBy and one OrderBy."""
    found: dict[str, Apply] = {}
    for place, argument in enumerate(node.arguments):
        part = _part(argument) if isinstance(argument, Apply) else None
        if not isinstance(argument, Apply) or part is None or part in found or (part == _FIGURE) != (place == 0):
            binder.problem("expression.over-form", argument.at)
            return None
        found[part] = argument
    if not found or (_OF_MANY[found[_FIGURE].function.lower()].name == "CountAll" and found[_FIGURE].arguments):
        binder.problem("expression.over-form", node.at)
        return None
    return found[_FIGURE], found.get("PartitionBy"), found.get("OrderBy")


def _part(node: Apply) -> str | None:
    function = _OF_MANY.get(node.function.lower())
    if function is None:
        return None
    return _FIGURE if function.role in (Role.AGGREGATE, Role.NUMBERING) else function.name


def _values(node: Apply | None, binder: Binder) -> tuple[Expr, ...] | None:
    """Return the arguments of a part of Over."""
    if node is None:
        return ()
    found = [binder.bind(argument) for argument in node.arguments]
    bound = [argument for argument in found if argument is not None]
    if len(bound) < len(found):
        return None
    call = binder.apply(_OF_MANY[node.function.lower()], bound, node)
    return call.arguments if isinstance(call, Call) else None


def _order(node: Apply | None, binder: Binder) -> tuple[tuple[Expr, bool], ...] | None:
    if node is None:
        return ()
    plain: list[Node] = []
    for argument in node.arguments:
        turned = _is_turned(argument)
        if turned and isinstance(argument, Apply) and len(argument.arguments) != 1:
            binder.problem("expression.desc-of-one", argument.at)
            return None
        plain.append(argument.arguments[0] if turned and isinstance(argument, Apply) else argument)
    values = _values(replace(node, arguments=tuple(plain)), binder)
    if values is None:
        return None
    return tuple((value, _is_turned(argument)) for value, argument in zip(values, node.arguments, strict=True))


def _is_turned(node: Node) -> bool:
    return isinstance(node, Apply) and node.function.lower() == "desc"
