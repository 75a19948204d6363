"""Save audience: keeps a population under a label, for later campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import binder, population_of
from batuta.activities.contract import Effecting, Input, Scope
from batuta.activities.effects import Effect
from batuta.activities.effects import SaveAudience as Saving
from batuta.activities.settings import ComputedColumn
from batuta.kit.problems import Gather, Problem
from batuta.sets.algebra import Set
from batuta.sets.shape import Shape


class SaveAudience(Effecting):
    """Saves the population as an audience in live runs and passes it on; test runs only tell what would be saved."""

    kind: ClassVar[str] = "save-audience"
    title: ClassVar[str] = "Save audience"

    label: str = Field(min_length=1, description="the name of the audience", json_schema_extra={"x-widget": "audience"})
    mode: Literal["overwrite", "append"] = Field(
        "overwrite", description="replace the former members, or keep them and add those who are new"
    )
    allow_empty: bool = Field(False, description="let an empty population replace the audience")
    attributes: tuple[ComputedColumn, ...] = Field((), description="values to keep with each member")

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population unchanged."""
        _ = scope
        return {"main": population_of(inputs[0])}

    def effects(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Effect, ...]:
        """Return the audience to keep; its members are targets, each once."""
        population = population_of(inputs[0])
        gather = Gather()
        attributes = binder(scope, population, gather).columns(self.attributes, "attributes")
        kept = replace(
            population.shape,
            columns=tuple(column for column, _ in attributes),
            secondary_schema="",
            secondary_key=(),
            numbered=False,
        )
        self._check_former(kept, scope, gather)
        gather.check()
        values = tuple((column.name, expression) for column, expression in attributes)
        return (Saving(self.label, population, kept, values, self.mode == "append", self.allow_empty),)

    def _check_former(self, kept: Shape, scope: Scope, gather: Gather) -> None:
        """Keep a problem if members of another schema would be added to the audience."""
        former = scope.audiences.get(self.label)
        if self.mode == "append" and former is not None and former.schema != kept.schema:
            values = {"label": self.label, "former": former.dimension, "new": kept.dimension}
            gather.add(Problem("audience-of-another-dimension", values, "label"))
