"""What every job of a run works with: the ports, the frozen campaign, and what arrives at an activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from batuta.activities.contract import Input, Kind, Scope
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Campaign
from batuta.kit.errors import InputError
from batuta.kit.problems import Texts
from batuta.runs.audiences import named_audiences, with_empty_audiences
from batuta.runs.model import Audience, Leg, Run, RunView, TaskOutput
from batuta.runs.ports import Engine
from batuta.runs.sending.contract import DeliveryKey, Sending
from batuta.runs.state import State
from batuta.sets.algebra import Nobody, Set
from batuta.sets.shape import Shape

T = TypeVar("T")


class NeedsAttention(InputError):
    """A task cannot go on until a person has looked at it."""


@dataclass(frozen=True)
class Ports:
    """The outside world of a run."""

    state: State
    engine: Engine
    sending: Sending
    texts: Texts


@dataclass(frozen=True)
class Frozen:
    """The campaign of a run as it was when the run began, typed, and what is known of the home."""

    run: Run
    campaign: Campaign
    kinds: Mapping[str, Kind]
    knowledge: Knowledge


@dataclass(frozen=True)
class Desk:
    """Where the jobs of one run are done."""

    ports: Ports
    frozen: Frozen

    @property
    def run(self) -> Run:
        """The run, as it was when it was taken up."""
        return self.frozen.run

    def view(self) -> RunView:
        """Return the present state of the run."""
        return self.ports.state.view(self.run.id)

    def key(self, activity: str) -> DeliveryKey:
        """Return the key of an activity's delivery."""
        return DeliveryKey(self.run.id, activity, self.run.generation)

    def scope(self, activity: str) -> Scope:
        """Return what an activity may know."""
        shapes = {label: audience.shape for label, audience in self.ports.state.audiences().items()}
        knowledge = replace(self.frozen.knowledge, audiences=shapes)
        scope = knowledge.scope(self.frozen.campaign, activity, self.run.seed)
        return replace(scope, variables=self.run.variables)

    def with_audiences(self, sets: T) -> tuple[T, dict[str, str]]:
        """Return sets with the table of each saved audience they name, in its latest version.

        A live run stops for attention at an audience that was never filled; a test run reads it as holding
        nobody, since it may be this very campaign that fills it.
        """
        known = self.ports.state.audiences()
        named = sorted(set(named_audiences(sets)))
        unfilled = [label for label in named if known.get(label, _NEVER).table is None]
        if unfilled and self.run.live:
            raise NeedsAttention(
                f"audience {unfilled[0]}",
                "it was never filled, so it is not known whom it holds",
                todo="Run the campaign that saves it, then resume this run.",
            )
        tables = {label: audience.table for label, audience in known.items() if label in named and audience.table}
        return with_empty_audiences(sets, unfilled), tables


_NEVER = Audience("", Shape("", "", ()))


def inputs_of(view: RunView, activity: str) -> tuple[Input, ...]:
    """Return what arrives at an activity; a population that was not made arrives as nobody."""
    return tuple(_input(view, leg, output) for leg, output in view.inbound(activity))


def _input(view: RunView, leg: Leg, output: TaskOutput) -> Input:
    population: Set | None = output.population
    if population is None and output.carries and output.shape is not None:
        population = Nobody(output.shape)
    return Input(leg.source, leg.output, leg.label or view.tasks[leg.source].label, population)
