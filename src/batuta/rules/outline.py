"""A rule as written and as bound, node by node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batuta.rules.bound import AllOf, AnyOf, Predicate, Without
from batuta.rules.tree import And, Except, Or, Rule


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a rule that says something: its path in the document, what it was bound to, and its parts.

    What conditions over linked rows ask of those rows is no part: it speaks of other rows.
    """

    path: str
    rule: Rule
    predicate: Predicate
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it, parts after what they are part of."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline(rule: Rule, predicate: Predicate, path: str = "") -> Node:
    """Return the nodes of a rule that was bound to a predicate; those that are switched off are not among them."""
    if not isinstance(rule, (And, Or, Except)):
        return Node(path, rule, predicate)
    present = [(place, child) for place, child in enumerate(rule.children) if child.enabled]
    before = f"{path}." if path else ""
    nodes = tuple(
        outline(child, bound, f"{before}children.{place}")
        for (place, child), bound in zip(present, parts(predicate), strict=True)
    )
    return Node(path, rule, predicate, nodes)


def parts(predicate: Predicate) -> tuple[Predicate, ...]:
    """Return the predicates that a group is made of, in their order; none of any other."""
    if isinstance(predicate, (AllOf, AnyOf)):
        return predicate.children
    if isinstance(predicate, Without):
        return (predicate.first, *predicate.others)
    return ()
