"""Naming inbound populations, by the activity they come from or by activity and output, and which one leads."""

from __future__ import annotations

from collections.abc import Sequence

from batuta.activities.contract import Input
from batuta.campaign.graph import unknown
from batuta.kit.problems import Gather, Problem, Problems


def is_named(name: str, source: str, output: str) -> bool:
    """Tell whether a name means the transition from that output."""
    return name in (source, f"{source}.{output}")


def inbound_named(name: str, inputs: Sequence[Input], field: str) -> Input:
    """Return the input of that name; raise Problems if none or several have it."""
    found = [item for item in inputs if is_named(name, item.source, item.output)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = [f"{item.source}.{item.output}" for item in found]
        raise Problems([Problem("inbound-ambiguous", {"name": name, "choices": choices}, field)])
    raise Problems([unknown("unknown-inbound", name, {item.source for item in inputs}, field)])


def leads(primary: str, place: int, source: str, output: str) -> bool:
    """Tell whether an inbound transition brings the primary population: the one named, or the first."""
    return is_named(primary, source, output) if primary else place == 0


def primary_first(primary: str, inputs: tuple[Input, ...], gather: Gather) -> tuple[Input, ...]:
    """Return the inputs with the primary one first, the others in the order of the inbound list."""
    if not primary:
        return inputs
    first = gather.attempt(lambda: inbound_named(primary, inputs, "primary"))
    return inputs if first is None else (first, *(item for item in inputs if item is not first))
