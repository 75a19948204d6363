"""Read audience: the members of a saved audience who are still in the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import Binder
from batuta.activities.contract import Input, Remark, Scope, Takes, Targeting
from batuta.activities.dimensions import dimension_shape, way
from batuta.activities.settings import ComputedColumn, Path
from batuta.campaign.graph import unknown
from batuta.kit.problems import Gather, Problem, Problems
from batuta.sets.algebra import Enriched, Members, Moved, Set, Value
from batuta.sets.shape import Column, Shape

Version = Annotated[int, Field(ge=1)] | Literal["latest"]
LATEST: Literal["latest"] = "latest"


class ReadAudience(Targeting):
    """Brings back the members of a saved audience who are still in the data, with what was saved of them."""

    kind: ClassVar[str] = "read-audience"
    title: ClassVar[str] = "Read audience"
    least_inputs: ClassVar[int] = 0
    takes: ClassVar[Takes] = Takes.ACTIVATION

    audience: str = Field(
        min_length=1, description="the label of a saved audience", json_schema_extra={"x-widget": "audience"}
    )
    version: Version = Field(LATEST, description="latest, or the number of a version that is always to be read")
    dimension: str | None = Field(
        None,
        description="what to go on with, if not what was saved: a dimension of the same rows, or of linked ones",
        json_schema_extra={"x-widget": "dimension"},
    )
    path: Path | None = Field(None, description="relationship that leads to linked rows, or several joined by dots")
    attributes: tuple[str, ...] | None = Field(
        None, description="which saved attributes to bring along; all by default"
    )
    columns: tuple[ComputedColumn, ...] = Field((), description="further values to compute and carry along")

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the members; what arrives counts as an activation only."""
        _ = inputs
        gather = Gather()
        main = self._landed(self._members(scope, gather), scope)
        columns = Binder(scope.around(main.shape), gather).columns(self.columns, "columns", main.shape.columns)
        gather.check()
        if not columns:
            return {"main": main}
        shape = main.shape.having((*main.shape.columns, *(column for column, _ in columns)))
        values = tuple(Value(column.name, expression) for column, expression in columns)
        return {"main": Enriched(main, values, shape)}

    def remarks(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return the members who are no longer in the data."""
        _ = inputs
        members = self._members(scope, Gather())
        return (Remark("members-gone", replace(members, gone=True), {"label": self.audience}),)

    def _members(self, scope: Scope, gather: Gather) -> Members:
        """Return the members with the attributes that are asked for; raise Problems if nobody can say who they are."""
        saved = self._saved(scope)
        shape = dimension_shape(scope.catalogue, (None if self.path else self.dimension) or saved.dimension)
        if shape.schema != saved.schema:
            values = {"label": self.audience, "saved": saved.dimension, "dimension": shape.dimension}
            raise Problems([Problem("audience-landing", values, "path")])
        if shape.key != saved.key:
            values = {"label": self.audience, "schema": saved.schema}
            raise Problems([Problem("audience-key-changed", values, "audience")])
        number = None if self.version == LATEST else int(self.version)
        return Members(self.audience, shape.having(self._brought(saved, gather)), number)

    def _saved(self, scope: Scope) -> Shape:
        """Return the shape of the version that is read."""
        if self.audience not in scope.audiences:
            raise Problems([unknown("audience-unknown", self.audience, scope.audiences, "audience")])
        if self.version == LATEST:
            return scope.audiences[self.audience]
        versions = scope.versions.get(self.audience, {})
        if self.version not in versions:
            values = {"label": self.audience, "version": self.version, "known": ", ".join(map(str, versions)) or "-"}
            raise Problems([Problem("audience-version-unknown", values, "version")])
        return versions[int(self.version)]

    def _landed(self, members: Members, scope: Scope) -> Set:
        """Return what the activity goes on with: the members, or the rows linked to them, each once."""
        if self.path is None:
            return members
        if self.dimension is None:
            raise Problems([Problem("audience-path-without-dimension", {}, "dimension")])
        shape = dimension_shape(scope.catalogue, self.dimension)
        links = way(scope.catalogue, members.shape.schema, self.path, shape.schema, "path")
        return Moved(members, links, shape.having(members.shape.columns))

    def _brought(self, saved: Shape, gather: Gather) -> tuple[Column, ...]:
        """Return the saved attributes that are asked for, in the order in which they are."""
        if self.attributes is None:
            return saved.columns
        brought = []
        for place, name in enumerate(self.attributes):
            column = saved.column(name)
            if column is not None:
                brought.append(column)
                continue
            known = [column.name for column in saved.columns]
            gather.add(unknown("audience-attribute-unknown", name, known, f"attributes.{place}"))
        return tuple(dict.fromkeys(brought))
