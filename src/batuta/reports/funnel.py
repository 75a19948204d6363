"""The funnel of a run: what each transition carried, and what share of the former step that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batuta.kit.document import Document


@dataclass(frozen=True, slots=True)
class Passage:
    """A transition in a run and what it carried; `rows` and `targets` are None for a mere activation.

    `barrier` says that the population only narrows another one, which takes people out or keeps those in both, or that
    it is only waited for.
    """

    source: str
    output: str
    target: str
    label: str = ""
    state: str = ""
    rows: int | None = None
    targets: int | None = None
    barrier: bool = False


class Step(Document):
    """One line of a funnel; `share` is a fraction, None where the former step is nobody or no population."""

    source: str
    output: str
    target: str
    label: str
    state: str
    rows: int | None
    targets: int | None
    share: float | None


def funnel(passages: Sequence[Passage]) -> tuple[Step, ...]:
    """Return a step for each transition, in their order.

    The former step of a transition is the population that arrived at the activity it leaves: the primary one
    of an exclusion, intersection or join, all of a union together.
    """
    arrived: dict[str, int] = {}
    for passage in passages:
        if passage.targets is not None and not passage.barrier:
            arrived[passage.target] = passage.targets + arrived.get(passage.target, 0)
    return tuple(_step(passage, arrived) for passage in passages)


def _step(passage: Passage, arrived: Mapping[str, int]) -> Step:
    former = arrived.get(passage.source)
    share = passage.targets / former if former and passage.targets is not None else None
    return Step(
        source=passage.source,
        output=passage.output,
        target=passage.target,
        label=passage.label,
        state=passage.state,
        rows=passage.rows,
        targets=passage.targets,
        share=share,
    )
