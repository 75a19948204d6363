"""Change dimension: from the rows that arrive to rows linked to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from batuta.activities.contract import Input, Output, Scope, Targeting
from batuta.activities.dimensions import dimension_shape, targets_of, way
from batuta.activities.settings import Path
from batuta.kit.problems import Gather, Problem, Problems
from batuta.schema.model import Catalogue, Link
from batuta.sets.algebra import Moved, Set
from batuta.sets.shape import Shape

MOST_LINKS, MOST_WAYS = 3, 10
"""How long the ways are that are proposed, and how many."""


class ChangeDimension(Targeting):
    """Goes over to the linked rows of another dimension."""

    kind: ClassVar[str] = "change-dimension"
    title: ClassVar[str] = "Change dimension"

    dimension: str = Field(description="the targeting dimension to go to", json_schema_extra={"x-widget": "dimension"})
    path: Path | None = Field(
        None,
        description="relationship that leads there, or several joined by dots; "
        "not needed where exactly one relationship does",
    )
    keep: Literal["all-rows", "one-per-key"] = Field(
        "all-rows",
        description="a row for each pair of new and former key, which stays as the secondary key; "
        "or one row for each new key",
    )
    complement: bool = Field(False, description="an output with the rows that lead nowhere")

    def outputs(self) -> tuple[Output, ...]:
        """Return the rows reached and, if wanted, those that lead nowhere."""
        rest = (Output("complement", "Nothing linked"),) if self.complement else ()
        return (Output("main", "Changed"), *rest)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the linked rows, and the rows without any."""
        source, gather = targets_of(inputs[0]), Gather()
        shape = gather.attempt(lambda: dimension_shape(scope.catalogue, self.dimension))
        path = None if shape is None else gather.attempt(partial(self._path, source.shape, shape, scope.catalogue))
        gather.check()
        assert shape is not None  # else their problems were raised
        assert path is not None
        main = Moved(source, path, self._reached(source.shape, shape))
        if not self.complement:
            return {"main": main}
        return {"main": main, "complement": replace(main, shape=source.shape, complement=True)}

    def _reached(self, former: Shape, new: Shape) -> Shape:
        """Return the shape of the linked rows: columns stay, the former key replaces any secondary key."""
        columns = new.having(former.columns)
        if self.keep == "one-per-key":
            return columns
        return replace(columns, secondary_schema=former.schema, secondary_key=former.key)

    def _path(self, former: Shape, new: Shape, catalogue: Catalogue) -> tuple[Link, ...]:
        if self.path is not None:
            return way(catalogue, former.schema, self.path, new.schema, "path")
        direct = [link for link in catalogue.links(former.schema) if link.there == new.schema]
        if len(direct) == 1:
            return (direct[0],)
        values: dict[str, object] = {"former": former.dimension, "dimension": self.dimension}
        ways = [link.name for link in direct] or _ways(catalogue, former.schema, new.schema)
        if not ways:
            raise Problems([Problem("change-no-way", values, "dimension")])
        raise Problems([Problem("change-which-way", {**values, "ways": ways[:MOST_WAYS]}, "path")])


def _ways(catalogue: Catalogue, start: str, end: str) -> list[str]:
    """Return the dotted ways from one schema to another that meet no schema twice, the shortest first."""
    found = _walks(catalogue, start, end, frozenset({start}))
    return [".".join(names) for names in sorted(found, key=lambda names: (len(names), names))]


def _walks(catalogue: Catalogue, here: str, end: str, been: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for link in catalogue.links(here):
        if link.there == end:
            yield (link.name,)
        elif link.there not in been and len(been) < MOST_LINKS:
            onward = _walks(catalogue, link.there, end, been | {link.there})
            yield from ((link.name, *rest) for rest in onward)
