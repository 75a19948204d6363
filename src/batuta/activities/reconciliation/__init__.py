"""Reconciliation: finds out whose the lines of a file are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import population_of
from batuta.activities.contract import Input, Output, Remark, Scope, Targeting
from batuta.activities.dimensions import dimension_shape
from batuta.activities.lookups import Pair, Seeking, Terms
from batuta.kit.problems import Gather, Problem, Problems
from batuta.rules.bound import All
from batuta.rules.tree import Rule
from batuta.sets.algebra import Records, Set
from batuta.sets.lookup import Finding, Looking, Lookup, Reconciled
from batuta.sets.shape import shape_of


class Reconciliation(Targeting):
    """Finds for each line of a file the row of a dimension that it is about; what the line brought stays with it."""

    kind: ClassVar[str] = "reconciliation"
    title: ClassVar[str] = "Reconciliation"

    dimension: str = Field(
        description="the targeting dimension in which the rows are found", json_schema_extra={"x-widget": "dimension"}
    )
    pairs: tuple[Pair, ...] = Field((), description="values that must all be equal, and not empty, for a row to match")
    rule: Rule | None = Field(
        None,
        description="instead of pairs: a rule over the rows of the dimension, in which [row.mail] is what arrives",
        json_schema_extra={"x-widget": "rule"},
    )
    filter: Rule | None = Field(
        None, description="which rows of the dimension may be found", json_schema_extra={"x-widget": "rule"}
    )
    unreconciled: Literal["drop", "complement", "keep"] = Field(
        "drop",
        description="rows that match nothing are dropped, go out by an output of their own, or stay without a target",
    )

    def outputs(self) -> tuple[Output, ...]:
        """Return the reconciled rows and, if wanted, the others."""
        others = (Output("complement", "Unreconciled"),) if self.unreconciled == "complement" else ()
        return (Output("main", "Reconciled"), *others)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the rows under the keys of what they match, numbered as they came, and those that match nothing."""
        source, lookup = self._bound(inputs, scope)
        keep = self.unreconciled == "keep"
        target = shape_of(scope.catalogue, self.dimension, source.shape.columns)
        shape = replace(target, numbered=True, origin=source.shape.origin, keyless=keep)
        main = Reconciled(source, lookup, shape, keep)
        if self.unreconciled != "complement":
            return {"main": main}
        return {"main": main, "complement": Looking(source, lookup, Finding.NOTHING)}

    def remarks(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return the rows that match several, and those that match nothing and have no output of their own."""
        source, lookup = self._bound(inputs, scope)
        nothing = Looking(source, lookup, Finding.NOTHING)
        told = []
        if not lookup.finds_one_at_most(scope.catalogue):
            told.append(Remark("reconciliation-ambiguous", Looking(source, lookup, Finding.SEVERAL)))
        if self.unreconciled == "drop":
            told.append(Remark("reconciliation-dropped", nothing))
        if self.unreconciled == "keep":
            told.append(Remark("reconciliation-kept", nothing))
        return tuple(told)

    def _bound(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Set, Lookup]:
        """Return the arriving rows and what they look for; raise Problems with all that is wrong."""
        source, gather = population_of(inputs[0]), Gather()
        if source.shape.schema:
            values = {"source": inputs[0].label, "dimension": source.shape.dimension}
            raise Problems([Problem("reconciliation-has-dimension", values)])
        shape = gather.attempt(lambda: dimension_shape(scope.catalogue, self.dimension))
        gather.check()
        assert shape is not None  # without a shape there was a problem
        terms = Terms(self.pairs, self.rule, self.filter)
        lookup = Seeking(source, scope, gather).lookup(terms, Records(shape, All()))
        gather.check()
        assert lookup is not None  # likewise
        return source, lookup
