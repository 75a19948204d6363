"""Save audience: keeps a population under a label, for later campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import binder, population_of
from batuta.activities.contract import Effecting, Input, Scope
from batuta.activities.dimensions import dimension_shape
from batuta.activities.effects import Effect
from batuta.activities.effects import SaveAudience as Saving
from batuta.activities.save_audience.members import bound_key, found_by_key
from batuta.activities.settings import ComputedColumn, ExpressionText
from batuta.kit.problems import Gather, Problem, Problems
from batuta.rules.bound import Expr
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
    dimension: str | None = Field(
        None,
        description="whom to keep, if not those who arrive but rows of another targeting dimension",
        json_schema_extra={"x-widget": "dimension"},
    )
    key: tuple[ExpressionText, ...] = Field(
        (), description="the key of that row: a value for each attribute of the dimension's primary key, in its order"
    )

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population unchanged."""
        _ = scope
        return {"main": population_of(inputs[0])}

    def effects(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Effect, ...]:
        """Return the audience to keep; its members are targets, or rows that a key names, each once."""
        population = population_of(inputs[0])
        gather = Gather()
        bind = binder(scope, population, gather)
        attributes = bind.columns(self.attributes, "attributes")
        shape = gather.attempt(lambda: self._shape(population.shape, scope))
        key: tuple[Expr, ...] = ()
        if shape is not None:
            self._check_former(shape, scope, gather)
            key = bound_key(self.key, shape.dimension, scope.catalogue, bind, gather) if self.key else ()
        gather.check()
        assert shape is not None  # without a shape there was a problem
        kept = shape.having(tuple(column for column, _ in attributes))
        values = tuple((column.name, expression) for column, expression in attributes)
        saving = Saving(self.label, population, kept, values, self.mode == "append", self.allow_empty)
        return (found_by_key(saving, key, scope.catalogue) if key else saving,)

    def _shape(self, arriving: Shape, scope: Scope) -> Shape:
        """Return the shape of the members; raise Problems if it is not known whose keys they have."""
        if self.dimension is None:
            if self.key:
                raise Problems([Problem("save-key-without-dimension", {}, "key")])
            if not arriving.schema:
                raise Problems([Problem("save-lines-without-key", {}, "dimension")])
            return Shape(arriving.dimension, arriving.schema, arriving.key)
        wanted = dimension_shape(scope.catalogue, self.dimension)
        if not self.key and wanted.schema != arriving.schema:
            attributes = ", ".join(scope.catalogue.schema_named(wanted.schema).primary_key)
            values = {"dimension": wanted.dimension, "arriving": arriving.dimension, "attributes": attributes}
            if not arriving.schema:
                raise Problems([Problem("save-key-of-lines-missing", values, "key")])
            raise Problems([Problem("save-key-missing", values, "key")])
        return wanted

    def _check_former(self, kept: Shape, scope: Scope, gather: Gather) -> None:
        """Keep a problem if members of another schema would be added to the audience."""
        former = scope.audiences.get(self.label)
        if self.mode == "append" and former is not None and former.schema != kept.schema:
            values = {"label": self.label, "former": former.dimension, "new": kept.dimension}
            gather.add(Problem("audience-of-another-dimension", values, "label"))
