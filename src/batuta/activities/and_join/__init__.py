"""And-join: several paths become one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import population_of
from batuta.activities.contract import Flow, Input, Output, Role, Scope, Takes
from batuta.activities.inbound import inbound_named, is_named
from batuta.activities.settings import Inbound
from batuta.sets.algebra import Set


class AndJoin(Flow):
    """Goes on once all paths that lead here are settled, with the population of one of them or none."""

    kind: ClassVar[str] = "and-join"
    title: ClassVar[str] = "And-join"
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int | None] = None
    takes: ClassVar[Takes] = Takes.EITHER

    primary: Inbound = Field(
        "",
        description="id of the activity whose population goes on, or activity.output; empty for none: what follows "
        "is only activated",
    )

    def outputs(self) -> tuple[Output, ...]:
        """Return the one output, taken when all are settled."""
        return (Output("main", "After all", carries=bool(self.primary)),)

    def role(self, place: int, source: str, output: str) -> Role:
        """Return what a path is: without the primary one this path ends; the others are only waited for."""
        _ = place
        return Role.MAIN if self.primary and is_named(self.primary, source, output) else Role.AWAITED

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the primary population unchanged, if one is named."""
        _ = scope
        return {"main": population_of(inbound_named(self.primary, inputs, "primary"))} if self.primary else {}
