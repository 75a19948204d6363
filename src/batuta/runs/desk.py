"""What every job of a run works with: the ports, the frozen campaign, and what arrives at an activity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from batuta.activities.contract import Deciding, Input, Kind, Memory, Scope
from batuta.activities.exits import variables_at
from batuta.activities.validate import Knowledge, with_saves
from batuta.campaign.graph import upstream
from batuta.campaign.model import Campaign
from batuta.kit.errors import InputError
from batuta.kit.lazy import LazyMapping
from batuta.kit.problems import Texts
from batuta.rules.binding import Passage, Sends
from batuta.rules.bound import Moment
from batuta.runs.audiences import named_audiences, stored_versions, with_stored
from batuta.runs.filing import Files
from batuta.runs.model import AudienceVersion, Leg, Level, Note, Run, RunView, TaskOutput
from batuta.runs.passages import passages_before
from batuta.runs.ports import Engine
from batuta.runs.sending.contract import DeliveryKey, Sending
from batuta.runs.state import State
from batuta.runs.turns import Turns
from batuta.runs.windows import memory_name, own_window, recall
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
    files: Files
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True)
class Frozen:
    """The campaign of a run as it was when the run began, typed, and what is known of the home.

    `saves` are the shapes of the audiences that it makes, by activity and label.
    """

    run: Run
    campaign: Campaign
    kinds: Mapping[str, Kind]
    knowledge: Knowledge
    saves: Mapping[str, Mapping[str, Shape]] = field(default_factory=dict)


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

    def moment(self, activity: str) -> Moment:
        """Return the instant, zone and variables that everything about an activity is computed with."""
        return self.view().moment(activity)

    def key(self, activity: str) -> DeliveryKey:
        """Return the key of an activity's delivery."""
        return DeliveryKey(self.run.id, activity, self.run.generation)

    def scope(self, activity: str) -> Scope:
        """Return what an activity may know."""
        known = self.ports.state.audiences()
        shapes = {label: audience.shape for label, audience in known.items()}
        versions = {label: {one.number: one.shape for one in audience.versions} for label, audience in known.items()}
        audiences = with_saves(shapes, self.frozen.saves, activity)
        knowledge = replace(self.frozen.knowledge, audiences=audiences, versions=versions)
        scope = knowledge.scope(self.frozen.campaign, activity, self.run.seed)
        variables = {**variables_at(self.frozen.campaign, activity), **self.run.variables}
        upstream_here = self._upstream(activity)
        scope = replace(scope, variables=variables, upstream=upstream_here, sends=self._sends(scope))
        return self._recalling(replace(scope, passages=LazyMapping(lambda: self._passages(activity))))

    def _passages(self, activity: str) -> dict[str, Passage]:
        return passages_before(self.view(), self.frozen.campaign, activity)

    def _sends(self, scope: Scope) -> Callable[[], Sends] | None:
        """Return what a rule may ask of the messages of this very run."""
        found = scope.sends
        return None if found is None else lambda: replace(found(), run=self.run.id, rehearsal=not self.run.live)

    def _upstream(self, activity: str) -> dict[str, tuple[str, ...]]:
        """Return the outputs that carry people before an activity that decides by them."""
        if not isinstance(self.frozen.kinds[activity], Deciding):
            return {}
        view, before = self.view(), upstream(self.frozen.campaign, activity)
        return {
            name: tuple(output.name for output in view.outputs_of(name) if output.carries and output.shape is not None)
            for name in view.tasks
            if name in before
        }

    def memory(self, activity: str) -> Memory | None:
        """Return what an activity remembers over runs, if anything."""
        return self.frozen.kinds[activity].memory(self.scope(activity))

    def _recalling(self, scope: Scope) -> Scope:
        """Return the scope of an activity with what its memory holds, if it has one."""
        memory = self.frozen.kinds[scope.activity].memory(scope)
        if memory is None:
            return scope
        name = memory_name(scope.campaign, scope.activity, memory)
        windows = self.ports.state.windows(name)
        own = own_window(windows, self.run.id)
        return replace(scope, recall=recall(memory, name, windows, self.moment(scope.activity), own))

    def with_audiences(self, sets: T) -> tuple[T, dict[str, str]]:
        """Return sets with the table of each saved audience they name, by its name.

        A live run stops for attention at an audience that was never filled; a test run reads it as holding
        nobody, since it may be this very campaign that fills it.
        """
        stored = self._stored(sets)
        unfilled = [label for label, version in stored.items() if version is None]
        if unfilled and self.run.live:
            raise NeedsAttention(
                f"audience {unfilled[0]}",
                "it was never filled, so it is not known whom it holds",
                todo="Run the campaign that saves it, then resume this run.",
            )
        filled = {name: version for name, version in stored.items() if version is not None}
        tables = {name: version.table for name, version in filled.items()}
        return with_stored(sets, {name: version.shape for name, version in filled.items()}), tables

    def on_audiences(self, activity: str, sets: object) -> Iterator[Note]:
        """Yield what a test run says of the saved audiences that sets name, which a live run would read otherwise."""
        if self.run.live:
            return
        made = with_saves({}, self.frozen.saves, activity)
        for name, version in self._stored(sets).items():
            data: dict[str, object] = {"audience": name}
            if version is None:
                said = f"Audience {name} was never filled: this test run reads it as holding nobody"
                yield Note(said, Level.WARNING, activity, data)
            elif name in made:
                said = f"Audience {name} is read in version {version.number}, the last saved: a test run saves none"
                yield Note(said, Level.INFO, activity, {**data, "version": version.number})

    def _stored(self, sets: object) -> dict[str, AudienceVersion | None]:
        """Return what is stored under each name that sets read; a former version of another schema is no such."""
        known = {
            name: version
            for audience in self.ports.state.audiences().values()
            for name, version in stored_versions(audience).items()
        }
        made = with_saves({}, self.frozen.saves, "")
        named = ((name, known.get(name)) for name in sorted(set(named_audiences(sets))))
        return {
            name: version if version is None or alike(made.get(name, version.shape), version.shape) else None
            for name, version in named
        }


def alike(one: Shape, other: Shape) -> bool:
    """Tell whether two shapes have the keys of one schema."""
    return (one.schema, one.key) == (other.schema, other.key)


def inputs_of(view: RunView, activity: str) -> tuple[Input, ...]:
    """Return what arrives at an activity; a population that was not made arrives as nobody."""
    return tuple(_input(view, leg, output) for leg, output in view.inbound(activity))


def _input(view: RunView, leg: Leg, output: TaskOutput) -> Input:
    population: Set | None = output.population
    if population is None and output.carries and output.shape is not None:
        population = Nobody(output.shape)
    return Input(leg.source, leg.output, leg.label or view.tasks[leg.source].label, population)
