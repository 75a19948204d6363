"""End: an optional mark where a path ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from batuta.activities.contract import Flow, Input, Output, Scope, Takes
from batuta.sets.algebra import Set


class End(Flow):
    """Marks the end of a path; nothing follows it."""

    kind: ClassVar[str] = "end"
    title: ClassVar[str] = "End"
    takes: ClassVar[Takes] = Takes.EITHER

    def outputs(self) -> tuple[Output, ...]:
        """Return no exit: the path ends here."""
        return ()

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return nothing: what arrives stays on its transition."""
        _ = inputs, scope
        return {}
