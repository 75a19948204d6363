"""Update data: writes what a population tells into the rows of a schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import binder, population_of
from batuta.activities.contract import Effecting, Input, Scope
from batuta.activities.effects import Effect
from batuta.activities.effects import UpdateData as Updating
from batuta.activities.settings import ExpressionText
from batuta.activities.update_data.targets import Target, fits
from batuta.campaign.graph import unknown
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem, Problems
from batuta.rules.bound import AttributeOf, Expr
from batuta.rules.values import term
from batuta.schema.changing import Change
from batuta.sets.algebra import Set


class Assignment(Document):
    """An attribute and what it becomes."""

    attribute: str = Field(min_length=1, description="an attribute of the schema")
    expression: ExpressionText = Field(description="its value: an attribute such as [city], or a formula")


class UpdateData(Effecting):
    """Inserts, updates or deletes rows of a schema in live runs and passes the population on; test runs only count."""

    kind: ClassVar[str] = "update-data"
    title: ClassVar[str] = "Update data"

    schema_name: str = Field(alias="schema", min_length=1, description="whose rows change")
    change: Change = Field(description="insert new rows, update those that are there, do both (upsert), or delete")
    key: tuple[Assignment, ...] = Field(
        (), description="which row: each attribute of the primary key; if rows of this very schema arrive, their own"
    )
    values: tuple[Assignment, ...] = Field((), description="what the other attributes become")

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population unchanged."""
        _ = scope
        return {"main": population_of(inputs[0])}

    def effects(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Effect, ...]:
        """Return the rows to change."""
        population = population_of(inputs[0])
        names = [schema.name for schema in scope.catalogue.schemas]
        if self.schema_name not in names:
            raise Problems([unknown("update-unknown-schema", self.schema_name, names, "schema")])
        target, gather = Target(scope.catalogue.schema_named(self.schema_name), self.change), Gather()
        for problem in self._misplaced(target):
            gather.add(problem)
        given = [*self._bound("key", population, scope, target, gather)]
        given += self._bound("values", population, scope, target, gather)
        given = [*self._own_key(population, target, gather), *given]
        gather.check()
        return (Updating(self.schema_name, self.change, population, tuple(given)),)

    def _misplaced(self, target: Target) -> Iterator[Problem]:
        keyed = [one.attribute for one in self.key]
        valued = [one.attribute for one in self.values]
        yield from target.problems_of("key", keyed)
        yield from target.problems_of("values", valued)
        yield from target.lacking(valued)

    def _bound(
        self, field: str, population: Set, scope: Scope, target: Target, gather: Gather
    ) -> Iterator[tuple[str, Expr]]:
        """Yield the attributes of one field with their expressions, after keeping a problem for each that is wrong."""
        bind = binder(scope, population, gather)
        for place, one in enumerate(self.key if field == "key" else self.values):
            where = f"{field}.{place}.expression"
            expression = bind.expression(one.expression, where)
            attribute = target.schema.by_name.get(one.attribute)
            if expression is None or attribute is None:
                continue
            if fits(expression, attribute, attribute.name in target.schema.primary_key):
                yield one.attribute, expression
            else:
                types = {"found": term(expression.type.kind), "wanted": term(attribute.type.kind)}
                gather.add(Problem("update-type", {"attribute": attribute.name, **types}, where))

    def _own_key(self, population: Set, target: Target, gather: Gather) -> tuple[tuple[str, Expr], ...]:
        """Return the key of the rows that arrive, where none is given and they are of this schema."""
        absent = [name for name in target.schema.primary_key if name not in {one.attribute for one in self.key}]
        if not self.key and population.shape.schema == target.schema.name:
            return tuple((one.name, AttributeOf((), one.name, one.type)) for one in target.schema.key)
        if absent:
            values = {"schema": target.schema.name, "attributes": absent}
            gather.add(Problem("update-key-missing", values, "key"))
        return ()
