"""Joins: columns from any schema, or from another population that arrives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from pydantic import Field

from batuta.activities.binder import Binder, population_of
from batuta.activities.contract import Input, Remark, Scope, Weight
from batuta.activities.enrichment.columns import with_columns
from batuta.activities.inbound import inbound_named
from batuta.activities.lookups import Pair, Seeking, Terms
from batuta.activities.settings import ComputedColumn, Inbound
from batuta.campaign.graph import unknown
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem, Problems
from batuta.rules.bound import All, Expr
from batuta.rules.tree import Rule
from batuta.sets.algebra import Addition, Records, Set
from batuta.sets.lookup import Expanded, Finding, Found, Looking, Lookup
from batuta.sets.shape import Column, Shape


class Cardinality(StrEnum):
    """How many rows belong to each row that arrives."""

    ONE = "one"
    ZERO_OR_ONE = "zero-or-one"
    MANY = "many"


class Missing(StrEnum):
    """What happens where the one row that belongs to a row is not there."""

    WARN = "warn"
    FAIL = "fail"


class Join(Document):
    """Columns from the rows of a schema, or of another population, that belong to each row."""

    alias: str = Field(description="the beginning of the columns' names: store_city")
    schema_name: str | None = Field(
        None, alias="schema", description="the schema to take from", json_schema_extra={"x-widget": "schema"}
    )
    source: Inbound | None = Field(
        None, alias="from", description="or: id of the activity whose population to take from, or activity.output"
    )
    pairs: tuple[Pair, ...] = Field((), description="values that must all be equal, and not empty")
    rule: Rule | None = Field(
        None,
        description="instead of pairs: a rule over the rows to take from, in which [row.city] is what arrives",
        json_schema_extra={"x-widget": "rule"},
    )
    filter: Rule | None = Field(
        None, description="which of the rows may be taken", json_schema_extra={"x-widget": "rule"}
    )
    cardinality: Cardinality = Field(
        Cardinality.ZERO_OR_ONE,
        description="how many rows belong to each: one; zero-or-one; or many, which makes a row of each",
    )
    on_missing: Missing = Field(Missing.WARN, description="where the one is missing: tell it, or fail")
    attributes: tuple[ComputedColumn, ...] = Field(min_length=1, description="what to take")

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield, below the join, the field and the name of each column that it adds."""
        yield from ((f"attributes.{at}.name", f"{self.alias}_{item.name}") for at, item in enumerate(self.attributes))


@dataclass(frozen=True)
class BoundJoin:
    """A join with what it looks for and what it takes."""

    alias: str
    cardinality: Cardinality
    on_missing: Missing
    lookup: Lookup
    attributes: tuple[tuple[str, Expr], ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the join adds."""
        return tuple(Column(name, expression.type) for name, expression in self.attributes)

    def remarks(self, source: Set, scope: Scope) -> Iterator[Remark]:
        """Yield what is counted: rows with several matches, and rows without the one that they must have."""
        if self.cardinality is Cardinality.MANY:
            return
        values = {"alias": self.alias}
        if not self.lookup.finds_one_at_most(scope.catalogue):
            yield Remark("join-ambiguous", Looking(source, self.lookup, Finding.SEVERAL), values)
        if self.cardinality is Cardinality.ONE:
            nothing = Looking(source, self.lookup, Finding.NOTHING)
            if self.on_missing is Missing.FAIL:
                yield Remark("join-missing-fails", nothing, values, Weight.FAILURE)
            else:
                yield Remark("join-missing", nothing, values, Weight.WARNING)


@dataclass(frozen=True)
class Joining:
    """Binds the joins of an enrichment. The first of the inputs is enriched, the others are there to be joined."""

    inputs: tuple[Input, ...]
    scope: Scope
    gather: Gather

    def bound(self, joins: Sequence[Join]) -> tuple[BoundJoin, ...]:
        """Return the joins without those that have problems; each further input must be of use."""
        used: list[Input] = []
        found: list[BoundJoin] = []
        for place, join in enumerate(joins):
            field = f"joins.{place}"
            among = self.gather.attempt(partial(self._among, join, used), field)
            bound = None if among is None else self._join(join, among, field)
            if bound is not None:
                found.append(bound)
        for item in self.inputs[1:]:
            if item not in used:
                self.gather.add(Problem("join-not-used", {"source": item.label}, "joins"))
        return tuple(found)

    def _among(self, join: Join, used: list[Input]) -> Set:
        """Return what a join takes from."""
        if (join.schema_name is None) == (join.source is None):
            raise Problems([Problem("join-one-source")])
        if join.source is None:
            return self._records(join.schema_name or "")
        item = inbound_named(join.source, self.inputs, "from")
        if item is self.inputs[0]:
            raise Problems([Problem("join-from-primary", {"name": join.source}, "from")])
        used.append(item)
        return population_of(item)

    def _records(self, name: str) -> Records:
        known = self.scope.catalogue.by_name
        if name not in known:
            raise Problems([unknown("join-unknown-schema", name, known, "schema")])
        return Records(Shape("", name, tuple(attribute.type for attribute in known[name].key)), All())

    def _join(self, join: Join, among: Set, field: str) -> BoundJoin | None:
        source = population_of(self.inputs[0])
        if join.on_missing is Missing.FAIL and join.cardinality is not Cardinality.ONE:
            self.gather.add(Problem("join-missing-unless-one", {}, f"{field}.on_missing"))
        lookup = Seeking(source, self.scope, self.gather).lookup(
            Terms(join.pairs, join.rule, join.filter), among, field
        )
        there = Binder(self.scope.around(among.shape), self.gather)
        taken = [
            (f"{join.alias}_{item.name}", there.expression(item.expression, f"{field}.attributes.{at}.expression"))
            for at, item in enumerate(join.attributes)
        ]
        attributes = tuple((name, expression) for name, expression in taken if expression is not None)
        if lookup is None or len(attributes) < len(taken):
            return None
        return BoundJoin(join.alias, join.cardinality, join.on_missing, lookup, attributes)


def joined(source: Set, additions: Sequence[Addition], joins: Sequence[BoundJoin], by: str) -> Set:
    """Return a population with what is added and joined to it, in that order; `by` is who numbers its rows."""
    population, pending = source, list(additions)
    for join in joins:
        if join.cardinality is not Cardinality.MANY:
            pending.append(Found(join.lookup, join.attributes))
            continue
        population = with_columns(population, pending)
        shape = population.shape.having((*population.shape.columns, *join.columns))
        wide = replace(shape, numbered=True, origin=by)
        population, pending = Expanded(population, join.lookup, join.attributes, wide), []
    return with_columns(population, pending)
