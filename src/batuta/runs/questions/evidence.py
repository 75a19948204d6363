"""By which values of a row a condition holds or does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batuta.rules.bind import names_in
from batuta.rules.bound import (
    AggregateIs,
    All,
    AllOf,
    Among,
    AnyOf,
    AttributeOf,
    Compare,
    Constant,
    Expr,
    IsTrue,
    LeadsTo,
    Linked,
    Matched,
    Member,
    Predicate,
    Rooted,
    Without,
)
from batuta.rules.called import Names
from batuta.rules.outline import Node
from batuta.rules.tree import AggregateFunction, Condition, Operator
from batuta.schema.types import INTEGER, DataType, Scalar
from batuta.sets.questions import FigureOf, Term

LINKED, FIGURE, RESULT = "evidence.linked", "evidence.figure", "evidence.result"
"""Texts for what is no attribute: rows that satisfy a condition, a figure, what a formula gives."""

Named = tuple[str, Term]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value that a condition looks at, by what it is called."""

    name: str
    value: Scalar
    type: DataType | None = None


def evidence_of(node: Node, names: Names) -> tuple[Named, ...]:
    """Return the terms that a node is to be explained by, each once."""
    if node.children:
        return ()
    found = dict(_EVIDENCE[type(node.predicate)](node.predicate, node, names))
    return tuple(found.items())


def _compared(predicate: Compare, node: Node, names: Names) -> Iterator[Named]:
    written = node.rule.expression if isinstance(node.rule, Condition) else RESULT
    yield from _computed(predicate.left, written, names)
    for value in predicate.right:
        if not isinstance(value, Constant):
            yield from _attributes(value, names)


def _true(predicate: IsTrue, _: Node, names: Names) -> Iterator[Named]:
    yield from _attributes(predicate.expression, names)


def _computed(expression: Expr, written: str, names: Names) -> Iterator[Named]:
    """Yield an expression, and what it is computed from unless it is a mere name."""
    if isinstance(expression, AttributeOf):
        yield _called(expression, names), expression
        return
    yield written, expression
    yield from _attributes(expression, names)


def _attributes(expression: Expr, names: Names) -> Iterator[Named]:
    for found in sorted(names_in(expression), key=repr):
        yield _called(found, names), found


def _called(expression: Expr, names: Names) -> str:
    if isinstance(expression, Rooted):
        return f"{expression.root}.{_called(expression.expression, names)}"
    if not isinstance(expression, AttributeOf):
        return str(getattr(expression, "name", RESULT))
    path = ".".join((*(link.name for link in expression.path), expression.name))
    found = names.attribute(f"[{path}]")
    return path if found is None else found[0]


def _linked(predicate: Linked, _: Node, __: Names) -> Iterator[Named]:
    counted = AggregateIs(
        predicate.path,
        AggregateFunction.COUNT,
        None,
        predicate.where,
        INTEGER,
        Operator.IS_NOT_EMPTY,
        root=predicate.root,
    )
    yield LINKED, FigureOf(counted)


def _figure(predicate: AggregateIs, _: Node, names: Names) -> Iterator[Named]:
    yield FIGURE, FigureOf(predicate)
    for value in predicate.right:
        if not isinstance(value, Constant):
            yield from _attributes(value, names)


def _leads(predicate: LeadsTo, _: Node, names: Names) -> Iterator[Named]:
    for attribute in names.catalogue.schema_named(predicate.path[-1].there).key:
        found: Expr = AttributeOf(predicate.path, attribute.name, attribute.type)
        if predicate.root:
            found = Rooted(predicate.root, found, attribute.type)
        yield _called(found, names), found


def _nothing(_: Predicate, __: Node, ___: Names) -> Iterator[Named]:
    """Yield nothing: whether it holds says it all."""
    yield from ()


_EVIDENCE: Mapping[type[Any], Callable[[Any, Node, Names], Iterator[Named]]] = {
    All: _nothing,
    AllOf: _nothing,
    AnyOf: _nothing,
    Without: _nothing,
    Compare: _compared,
    Linked: _linked,
    AggregateIs: _figure,
    Member: _nothing,
    Among: _nothing,
    LeadsTo: _leads,
    Matched: _nothing,
    IsTrue: _true,
}
