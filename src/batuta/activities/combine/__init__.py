"""Combine: union, intersection and exclusion of populations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import population_of
from batuta.activities.combine.matching import Brought, Match, Meeting
from batuta.activities.combine.shapes import intersected_shape, merged_shape, with_excluded_by
from batuta.activities.contract import Input, Output, Remark, Role, Scope, Targeting
from batuta.activities.inbound import leads, primary_first
from batuta.activities.settings import Inbound
from batuta.kit.problems import Gather, Problem
from batuta.sets.algebra import Exclusion, Intersection, Set, Union

Operation = Literal["union", "intersection", "exclusion"]


class Combine(Targeting):
    """Brings several populations together, or takes some out of another."""

    kind: ClassVar[str] = "combine"
    title: ClassVar[str] = "Combine"
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = None

    operation: Operation = Field(
        description="everyone in any of them; only those in all of them; or those in the primary set and in no other"
    )
    primary: Inbound = Field(
        "",
        description="id of the activity whose population comes first, or activity.output; "
        "empty for the first inbound transition",
    )
    reconcile: tuple[Match, ...] = Field(
        (), description="rows are the same if these values are equal, instead of the same key (not for exclusion)"
    )
    bring: tuple[Brought, ...] = Field(
        (), description="for exclusion: how populations of other dimensions meet the primary one"
    )
    complement: bool = Field(False, description="an output with the others: in some but not in all, or those taken out")

    def outputs(self) -> tuple[Output, ...]:
        """Return the result and, if wanted, the complement."""
        rest = (Output("complement", "Complement"),) if self.complement and self.operation != "union" else ()
        return (Output("main", self.operation.capitalize()), *rest)

    def role(self, place: int, source: str, output: str) -> Role:
        """Return what a set is: in a union any may miss; else the primary leads, and no other is skipped past."""
        if self.operation == "union":
            return Role.OPTIONAL
        return Role.MAIN if leads(self.primary, place, source, output) else Role.BARRIER

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the combined population and the complement."""
        gather = Gather()
        for problem in self._mistakes():
            gather.add(problem)
        ordered = primary_first(self.primary, inputs, gather)
        if self.operation == "exclusion":
            return self._exclusion(ordered, scope, gather)
        shape = gather.attempt(lambda: merged_shape(ordered, reconciled=bool(self.reconcile)))
        on = Meeting(ordered, scope, gather).matches(self.reconcile)
        gather.check()
        sources = tuple(population_of(item) for item in ordered)
        shape = shape or sources[0].shape
        if self.operation == "union":
            return {"main": Union(sources, shape, on)}
        main = Intersection(sources, intersected_shape(shape, sources[0].shape), on)
        if not self.complement:
            return {"main": main}
        return {"main": main, "complement": Intersection(sources, shape, on, complement=True)}

    def remarks(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return the rows that are dropped: nobody's, or of another dimension and without a match in the first."""
        gather = Gather()
        ordered = primary_first(self.primary, inputs, gather)
        meeting = Meeting(ordered, scope, gather)
        by_target = self.operation == "union" or (self.operation == "intersection" and self.complement)
        nobodys = meeting.without_target() if by_target else ()
        return (*nobodys, *meeting.dropped(meeting.matches(self.reconcile)))

    def _exclusion(self, ordered: tuple[Input, ...], scope: Scope, gather: Gather) -> Mapping[str, Set]:
        found = Meeting(ordered, scope, gather).barriers(self.bring)
        gather.check()
        primary = population_of(ordered[0])
        main = Exclusion(primary, found, primary.shape)
        if not self.complement:
            return {"main": main}
        taken = replace(main, shape=with_excluded_by(primary.shape), complement=True)
        return {"main": main, "complement": taken}

    def _mistakes(self) -> Iterator[Problem]:
        if self.reconcile and self.operation == "exclusion":
            yield Problem("combine-reconcile-in-exclusion", field="reconcile")
        if self.bring and self.operation != "exclusion":
            yield Problem("combine-bring-outside-exclusion", field="bring")
        if self.complement and self.operation == "union":
            yield Problem("combine-union-complement", field="complement")
