"""Figures of a run in formulas: how many rows and people each output before an activity has.

`[buyers]` and `[buyers.main]` are rows, `[buyers.targets]` and `[buyers.main.targets]` people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from batuta.activities.contract import Scope
from batuta.campaign.graph import unknown
from batuta.kit.problems import Gather
from batuta.rules.bind import bind_node, names_in
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Computed, Expr, Moment
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.rules.functions.model import Family
from batuta.rules.parser import parse
from batuta.rules.syntax import Apply, Bracketed, Node
from batuta.schema.model import Catalogue
from batuta.schema.types import INTEGER, Scalar

Counts = tuple[int | None, int | None]
"""Rows and targets of an output; None where they are not known."""

_TARGETS = "targets"
_NOWHERE = World({}, Catalogue())


def figures(upstream: Mapping[str, tuple[str, ...]], counts: Mapping[tuple[str, str], Counts]) -> dict[str, Scalar]:
    """Return the figures of the outputs upstream by the names they have in formulas."""
    named: dict[str, Scalar] = {}
    for activity, outputs in upstream.items():
        for output in (outputs[0], *outputs) if outputs else ():
            rows, targets = counts.get((activity, output), (None, None))
            name = f"{activity}.{output}" if activity in named else activity
            named |= {name: rows, f"{name}.{_TARGETS}": targets}
    return named


def bind_condition(text: str, scope: Scope) -> Expr:
    """Return a condition bound to figures and variables; raise Problems if something it names is not there."""
    known = figures(scope.upstream, {})
    gather = Gather()
    node = _joined(parse(text))
    for name in dict.fromkeys(_named(node)):
        if name not in known:
            gather.add(unknown("unknown-count", name, known))
    gather.check()
    around = Surroundings(Catalogue(), "", dict.fromkeys(known, INTEGER), variables=scope.variables, windows=False)
    return bind_node(node, around, expect=Family.BOOLEAN)


def is_met(condition: Expr, known: Mapping[str, Scalar], moment: Moment) -> bool:
    """Tell whether a condition holds; one that is empty does not."""
    return compute(condition, Standpoint({}, "", _NOWHERE, moment, known)) is True


def named_in(condition: Expr) -> list[str]:
    """Return the figures that a condition names, in the order of the alphabet."""
    return sorted(part.name for part in names_in(condition) if isinstance(part, Computed))


def _joined(node: Node) -> Node:
    """Return a formula in which each name in brackets is one word: ids of activities are no links."""
    if isinstance(node, Bracketed):
        return replace(node, parts=(".".join(node.parts),))
    if isinstance(node, Apply):
        return replace(node, arguments=tuple(_joined(argument) for argument in node.arguments))
    return node


def _named(node: Node) -> Iterator[str]:
    if isinstance(node, Bracketed):
        yield from node.parts
    elif isinstance(node, Apply):
        for argument in node.arguments:
            yield from _named(argument)


def checked(texts: Mapping[str, str], scope: Scope) -> Mapping[str, Expr]:
    """Return several conditions by their fields, bound; raise Problems with all that is wrong with any."""
    gather = Gather()
    bound = {field: gather.attempt(partial(bind_condition, text, scope), field) for field, text in texts.items()}
    gather.check()
    return {field: condition for field, condition in bound.items() if condition is not None}
