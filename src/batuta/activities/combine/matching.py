"""How rows of several populations meet: by equal values, or by bringing one to the other's dimension."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import Field

from batuta.activities.binder import binder, population_of
from batuta.activities.combine.shapes import lines_and_others, strangers
from batuta.activities.contract import Input, Remark, Scope
from batuta.activities.dimensions import way
from batuta.activities.inbound import inbound_named, is_named
from batuta.activities.settings import ExpressionText, Inbound, Path
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.rules.bind import names_in
from batuta.rules.bound import All, AttributeOf, Compare, Computed, Expr, Rooted
from batuta.rules.tree import Operator
from batuta.rules.values import term
from batuta.schema.types import comparable
from batuta.sets.algebra import Barrier, Filtered, Records, Set
from batuta.sets.lookup import Finding, Likeness, Looking, Lookup
from batuta.sets.shape import shared_key


class Match(Document):
    """A value by which rows of different populations are the same."""

    expression: ExpressionText = Field(description="such as [email]")
    by_source: dict[str, ExpressionText] = Field(
        default_factory=dict, description="another expression for the population of an activity, by its id"
    )


class Pair(Document):
    """Two values that must be equal, and not empty, for rows to meet."""

    primary: ExpressionText = Field(description="of the primary population")
    other: ExpressionText = Field(description="of the other population")


class Brought(Document):
    """How the population of another activity meets the primary one: by relationship, or by pairs of values."""

    source: Inbound = Field(description="id of the activity it comes from, or activity.output")
    path: Path | None = Field(
        None, description="relationship from there to the primary dimension, or several joined by dots"
    )
    pairs: tuple[Pair, ...] = Field((), description="or: values that must all be equal")


@dataclass(frozen=True)
class Meeting:
    """The inputs of a combination, the primary one first, and where its problems go."""

    inputs: tuple[Input, ...]
    scope: Scope
    gather: Gather

    def matches(self, matches: Sequence[Match]) -> tuple[tuple[Expr, ...], ...]:
        """Return, for each input, the values its rows are compared by; nothing without matches."""
        for place, match in enumerate(matches):
            for name in match.by_source:
                self._named(name, f"reconcile.{place}.by_source.{name}")
        if not matches:
            return ()
        found = [[self._value(match, place, item) for place, match in enumerate(matches)] for item in self.inputs]
        for item, values in zip(self.inputs, found, strict=True):
            for place, (first, value) in enumerate(zip(found[0], values, strict=True)):
                self._check_types(first, value, item, f"reconcile.{place}")
        return tuple(tuple(value for value in values if value is not None) for values in found)

    def dropped(self, on: Sequence[tuple[Expr, ...]]) -> Iterator[Remark]:
        """Yield, for each input of another dimension, its rows whose values match no row of the first dimension."""
        first = population_of(self.inputs[0])
        for item, values in list(zip(self.inputs, on, strict=False))[1:]:
            source = population_of(item)
            if source.shape.schema == first.shape.schema:
                continue
            pairs = tuple(Likeness(here, there) for here, there in zip(values, on[0], strict=True))
            nothing = Looking(source, Lookup(_first_dimension(first, on[0]), pairs), Finding.NOTHING)
            yield Remark("combine-dropped", nothing, {"source": item.label, "dimension": first.shape.dimension})

    def without_target(self) -> Iterator[Remark]:
        """Yield the rows that are nobody's, of each input that has some, if the inputs meet by target."""
        shapes = [population_of(item).shape for item in self.inputs]
        if all(shared_key(shapes[0], shape) for shape in shapes):
            return
        for item, shape in zip(self.inputs, shapes, strict=True):
            if shape.keyless:
                first = self.scope.catalogue.schema_named(shape.schema).key[0]
                nobodys = Compare(Operator.IS_EMPTY, AttributeOf((), first.name, first.type))
                yield Remark("combine-without-target", Filtered(population_of(item), nobodys), {"source": item.label})

    def barriers(self, brought: Sequence[Brought]) -> tuple[Barrier, ...]:
        """Return what the inputs after the first take out of it."""
        named: dict[int, tuple[str, Brought]] = {}
        for place, bring in enumerate(brought):
            field = f"bring.{place}"
            item = self._named(bring.source, f"{field}.source")
            if item is self.inputs[0]:
                self.gather.add(Problem("combine-bring-primary", {"name": bring.source}, f"{field}.source"))
            elif item is not None:
                named[self.inputs.index(item)] = (field, bring)
        found = [self._barrier(item, named.get(at)) for at, item in enumerate(self.inputs) if at]
        return tuple(barrier for barrier in found if barrier is not None)

    def _named(self, name: str, field: str) -> Input | None:
        return self.gather.attempt(lambda: inbound_named(name, self.inputs, field))

    def _barrier(self, item: Input, brought: tuple[str, Brought] | None) -> Barrier | None:
        source, primary = population_of(item), population_of(self.inputs[0])
        if brought is None:
            if strangers(primary.shape, source.shape):
                self.gather.add(Problem("combine-exclusion-lines", lines_and_others(self.inputs[0], item)))
                return None
            if source.shape.schema == primary.shape.schema:
                return Barrier(source, item.label)
            values = {"first": primary.shape.dimension, "second": source.shape.dimension, "source": item.label}
            self.gather.add(Problem("combine-exclusion-dimensions", values))
            return None
        field, bring = brought
        if bool(bring.path) == bool(bring.pairs):
            self.gather.add(Problem("combine-bring-one-way", {"name": bring.source}, field))
            return None
        if bring.path is None:
            return Barrier(source, item.label, pairs=self._pairs(bring.pairs, item, f"{field}.pairs"))
        find = partial(way, self.scope.catalogue, source.shape.schema, bring.path, primary.shape.schema)
        links = self.gather.attempt(lambda: find(f"{field}.path"))
        return None if links is None else Barrier(source, item.label, path=links)

    def _pairs(self, pairs: Sequence[Pair], item: Input, field: str) -> tuple[tuple[Expr, Expr], ...]:
        here = binder(self.scope, population_of(self.inputs[0]), self.gather)
        there = binder(self.scope, population_of(item), self.gather)
        found = []
        for place, pair in enumerate(pairs):
            own = here.expression(pair.primary, f"{field}.{place}.primary")
            other = there.expression(pair.other, f"{field}.{place}.other")
            self._check_types(own, other, item, f"{field}.{place}")
            if own is not None and other is not None:
                found.append((own, other))
        return tuple(found)

    def _value(self, match: Match, place: int, item: Input) -> Expr | None:
        field = f"reconcile.{place}"
        bind = binder(self.scope, population_of(item), self.gather)
        for name, text in match.by_source.items():
            if is_named(name, item.source, item.output):
                return bind.expression(text, f"{field}.by_source.{name}")
        return bind.expression(match.expression, f"{field}.expression")

    def _check_types(self, first: Expr | None, second: Expr | None, item: Input, field: str) -> None:
        if first is not None and second is not None and not comparable(first.type, second.type):
            values = {"first": term(first.type.kind), "second": term(second.type.kind), "source": item.label}
            self.gather.add(Problem("combine-match-types", values, field))


def _first_dimension(first: Set, values: Sequence[Expr]) -> Set:
    """Return the rows that others are brought to: all of the first dimension, or those that have the columns."""
    carried = any(isinstance(name, (Computed, Rooted)) for value in values for name in names_in(value))
    return first if carried else Records(first.shape.of_targets().having(()), All())
