"""Why a rule selects whom it selects: how many rows each part keeps, and what holds for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from batuta.kit.errors import InputError, NotFound
from batuta.kit.stopping import Stop
from batuta.rules.bound import All, AllOf, AttributeOf, Compare, Constant, Linked, Predicate, Without
from batuta.rules.functions.model import Unfit
from batuta.rules.outline import Node, outline
from batuta.rules.tree import And, Except, Operator, Or
from batuta.rules.values import read_value
from batuta.runs.questions.asked import Asked, narrowed
from batuta.runs.questions.counting import key_names
from batuta.runs.questions.evidence import Evidence, evidence_of
from batuta.schema.types import Kind, Scalar
from batuta.sets.algebra import Filtered, Moved, Set
from batuta.sets.questions import Holds, Page, Probe, Tally, Term
from batuta.sets.shape import Shape

_KEYS = 5
"""How many keys of linked rows are told."""


@dataclass(frozen=True, slots=True)
class NodeCount:
    """How many rows satisfy a part of a rule by itself.

    `remaining` is how many are left after it, where parts narrow one after the other; None elsewhere.
    """

    path: str
    alone: int
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A rule with the counts of its parts, by their paths, over so many rows."""

    rows: int
    nodes: tuple[NodeCount, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a part of a rule is for one row: whether it holds, and the values by which it does or does not.

    One that `decides` makes the whole rule come out as it does: were all of them otherwise, so would the rule be.
    `linked` are the keys of the first linked rows that satisfy a condition over them.
    """

    path: str
    holds: bool
    decides: bool
    evidence: tuple[Evidence, ...] = ()
    linked: tuple[tuple[Scalar, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one row is in or out: a verdict for each part of the rule that is switched on."""

    key: tuple[Scalar, ...]
    member: bool
    verdicts: tuple[Verdict, ...]


def counts(asked: Asked, stop: Stop | None = None) -> Counted:
    """Count, in one pass, how many rows satisfy each part of the rule, and how many are left after it."""
    found = list(_narrowing(outline(asked.rule, asked.predicate), (), None))
    tests: list[Predicate] = []
    for node, remaining in found:
        tests += [node.predicate, *([remaining] if remaining is not None else [])]
    ((rows, *numbers),) = cast("list[tuple[int, ...]]", asked.place.ask(Tally(asked.among, tuple(tests)), stop))
    left = iter(numbers)
    nodes = tuple(
        NodeCount(node.path, next(left), next(left) if remaining is not None else None) for node, remaining in found
    )
    return Counted(rows, nodes)


def _narrowing(
    node: Node, before: tuple[Predicate, ...], left: Predicate | None
) -> Iterator[tuple[Node, Predicate | None]]:
    """Yield each node with what is left after it; `before` has held of the rows that come to it."""
    yield node, left
    for place, child in enumerate(node.children):
        former = tuple(each.predicate for each in node.children[:place])
        if isinstance(node.rule, And):
            yield from _narrowing(child, (*before, *former), AllOf((*before, *former, child.predicate)))
        elif isinstance(node.rule, Except):
            first, *out = (*former, child.predicate)
            come = (Without(former[0], former[1:]),) if former else ()
            yield from _narrowing(child, (*before, *come), AllOf((*before, Without(first, tuple(out)))))
        else:
            yield from _narrowing(child, before, None)


def explain(asked: Asked, key: Sequence[str], stop: Stop | None = None) -> Explained:
    """Tell why the row of a key is in or out; raise NotFound if there is no such row.

    All verdicts and values come from one statement over that row, by the compiler that makes populations.
    """
    values = read_key(asked, key)
    one = narrowed(asked.among, _is_row(asked, values))
    root = outline(asked.rule, asked.predicate)
    nodes = list(root.walk())
    terms: list[Term] = []
    for node in nodes:
        terms += [Holds(node.predicate), *(term for _, term in evidence_of(node, asked.names))]
    rows = asked.place.ask(Probe(one, tuple(terms)), stop)
    if not rows:
        named = ", ".join(f"{name} {value}" for name, value in zip(key_names(asked), key, strict=True))
        raise NotFound(f"member {named}", f"{asked.schema.name} has no such row", todo="Check the key.")
    told = iter(rows[0])
    verdicts = {node.path: _verdict(node, told, asked) for node in nodes}
    deciding = set(_deciding(root, {path: found.holds for path, found in verdicts.items()}))
    return Explained(
        tuple(constant.value for constant in values),
        verdicts[root.path].holds,
        tuple(_whole(verdicts[node.path], node, deciding, _linked(asked, one, node, stop)) for node in nodes),
    )


def _verdict(node: Node, told: Iterator[object], asked: Asked) -> Verdict:
    holds = bool(next(told))
    found = tuple(
        Evidence(name, cast("Scalar", next(told)), term.type if isinstance(term, AttributeOf) else None)
        for name, term in evidence_of(node, asked.names)
    )
    return Verdict(node.path, holds, decides=False, evidence=found)


def _whole(verdict: Verdict, node: Node, deciding: set[str], linked: tuple[tuple[Scalar, ...], ...]) -> Verdict:
    return Verdict(verdict.path, verdict.holds, node.path in deciding, verdict.evidence, linked)


def _deciding(node: Node, holds: dict[str, bool]) -> Iterator[str]:
    """Yield the paths of the parts that decide, from the whole rule down to its conditions."""
    yield node.path
    for child in _decisive(node, holds):
        yield from _deciding(child, holds)


def _decisive(node: Node, holds: dict[str, bool]) -> Sequence[Node]:
    """Return the parts of a group by which it holds or does not."""
    if isinstance(node.rule, Except):
        first, *others = node.children
        if holds[node.path]:
            return node.children
        return [other for other in others if holds[other.path]] if holds[first.path] else [first]
    wanted = holds[node.path]
    if isinstance(node.rule, (And, Or)):
        return [child for child in node.children if holds[child.path] is wanted]
    return ()


def _linked(asked: Asked, one: Set, node: Node, stop: Stop | None) -> tuple[tuple[Scalar, ...], ...]:
    """Return the keys of the first linked rows that satisfy a condition over them."""
    predicate = node.predicate
    if not isinstance(predicate, Linked) or predicate.root:
        return ()
    there = asked.place.catalogue.schema_named(predicate.path[-1].there)
    shape = Shape("", there.name, tuple(attribute.type for attribute in there.key))
    rows: Set = Moved(one, predicate.path, shape)
    if predicate.where not in (None, All()):
        rows = Filtered(rows, predicate.where)
    return tuple(cast("tuple[Scalar, ...]", tuple(row)) for row in asked.place.ask(Page(rows, (), _KEYS), stop))


def read_key(asked: Asked, key: Sequence[str]) -> tuple[Constant, ...]:
    """Return a key as people write it, a text for each part, as values; raise InputError where it is none."""
    attributes = asked.schema.key
    names = ", ".join(attribute.name for attribute in attributes)
    if len(key) != len(attributes):
        expected = f"{len(attributes)}, one for each of {names}" if len(attributes) > 1 else f"one, for {names}"
        found = f"{len(key)} part{'' if len(key) == 1 else 's'} of a key"
        raise InputError("member", found, expected=expected, todo="Write --member once for each part of the key.")
    values = []
    for text, attribute in zip(key, attributes, strict=True):
        try:
            value = read_value(text, attribute.type)
        except Unfit:
            place = f"member {attribute.name}"
            raise InputError(place, f"{text!r} is no key", expected=f"a value of type {attribute.type}") from None
        exact = value.type.kind is attribute.type.kind or attribute.type.kind is not Kind.INTEGER
        if not exact:
            raise InputError(f"member {attribute.name}", f"{text!r} is no key", expected="a whole number")
        values.append(value)
    return tuple(values)


def _is_row(asked: Asked, values: Sequence[Constant]) -> Predicate:
    conditions = tuple(
        Compare(Operator.EQUAL, AttributeOf((), attribute.name, attribute.type), (value,))
        for attribute, value in zip(asked.schema.key, values, strict=True)
    )
    return conditions[0] if len(conditions) == 1 else AllOf(conditions)
