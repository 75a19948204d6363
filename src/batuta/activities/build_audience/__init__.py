"""Build audience: the records of a dimension that satisfy a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import Binder
from batuta.activities.contract import Input, Scope, Takes, Targeting
from batuta.activities.dimensions import dimension_shape
from batuta.activities.settings import ComputedColumn
from batuta.kit.problems import Gather
from batuta.rules.tree import Rule
from batuta.sets.algebra import Records, Set


class BuildAudience(Targeting):
    """Selects the records of a dimension by a rule, one row for each."""

    kind: ClassVar[str] = "build-audience"
    title: ClassVar[str] = "Build audience"
    least_inputs: ClassVar[int] = 0
    takes: ClassVar[Takes] = Takes.ACTIVATION

    dimension: str = Field(
        description="whom to select: a targeting dimension", json_schema_extra={"x-widget": "dimension"}
    )
    rule: Rule = Field(description="which of them", json_schema_extra={"x-widget": "rule"})
    columns: tuple[ComputedColumn, ...] = Field((), description="values to compute and carry along")

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the records; what arrives counts as an activation only."""
        _ = inputs
        shape = dimension_shape(scope.catalogue, self.dimension)
        gather = Gather()
        binder = Binder(scope.around(shape), gather)
        where = binder.rule(self.rule, "rule")
        columns = binder.columns(self.columns, "columns")
        gather.check()
        assert where is not None  # else its problems were raised
        having = shape.having(tuple(column for column, _ in columns))
        return {"main": Records(having, where, tuple(expression for _, expression in columns))}
