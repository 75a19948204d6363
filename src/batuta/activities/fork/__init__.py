"""Fork: one path becomes several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from batuta.activities.contract import Flow, Input, Output, Scope, Takes
from batuta.sets.algebra import Set


class Fork(Flow):
    """Activates all its outbound transitions; a population that arrives goes along each of them."""

    kind: ClassVar[str] = "fork"
    title: ClassVar[str] = "Fork"
    least_inputs: ClassVar[int] = 0
    takes: ClassVar[Takes] = Takes.EITHER

    def outputs(self) -> tuple[Output, ...]:
        """Return the one output that all outbound transitions share."""
        return (Output("main", "Each path"),)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return what arrives unchanged, or nothing where the fork begins the campaign."""
        _ = scope
        arriving = inputs[0].population if inputs else None
        return {} if arriving is None else {"main": arriving}
