"""Validation of a whole campaign: all problems at once, and the shape of every output that can be known.

The very calls that a run will make are made here, with tables that do not exist yet as inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from batuta.activities.contract import Channel, Deciding, Effecting, Input, Kind, Output, Role, Scope, Takes
from batuta.activities.effects import SaveAudience
from batuta.activities.exits import error_clashes, exits, on_error, variables_at
from batuta.activities.palette import typed
from batuta.activities.sends import sends_before
from batuta.campaign import graph
from batuta.campaign.model import Activity, Campaign, Transition
from batuta.kit.errors import BatutaError
from batuta.kit.lazy import LazyMapping
from batuta.kit.problems import Gather, Problem, Problems
from batuta.messages.configuration import ChannelConfiguration, Environment
from batuta.rules.binding import Passage
from batuta.rules.filters import Filter
from batuta.rules.lists import ValueList
from batuta.schema.locations import Location
from batuta.schema.model import Catalogue
from batuta.sets.algebra import Nobody, Table
from batuta.sets.shape import Shape


@dataclass(frozen=True)
class Knowledge:
    """What validation knows of the home.

    `audiences` maps labels to the shape of their members, `versions` to those of each version that was saved,
    `savers` to the campaign that alone may save them. `filters` are the predefined filters by their names, `lists`
    the long lists of values by what they hold. `engine` is the name of the engine, empty if it is not known.
    """

    catalogue: Catalogue = field(default_factory=Catalogue)
    audiences: Mapping[str, Shape] = field(default_factory=dict)
    channels: Mapping[str, ChannelConfiguration] = field(default_factory=dict)
    environment: Environment = field(default_factory=Environment)
    versions: Mapping[str, Mapping[int, Shape]] = field(default_factory=dict)
    locations: Mapping[str, Location] = field(default_factory=dict)
    now: datetime | None = None
    savers: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    lists: Mapping[str, ValueList] = field(default_factory=dict)
    engine: str = ""

    def scope(self, campaign: Campaign, activity: str, run_seed: str = "") -> Scope:
        """Return what an activity of a campaign may know."""
        return Scope(
            self.catalogue,
            campaign.id,
            activity,
            variables=variables_at(campaign, activity),
            audiences=self.audiences,
            versions=self.versions,
            channels=self.channels,
            environment=self.environment,
            locations=self.locations,
            run_seed=run_seed,
            zone=graph.zone(campaign),
            now=self.now,
            sends=sends_before(campaign, activity),
            filters=self.filters,
            lists=self.lists,
            engine=self.engine,
        )


@dataclass(frozen=True)
class Diagnosis:
    """What validation found.

    `kinds` are the typed parameters by activity, without those that do not type; `shapes` those of the outputs
    that carry a population, by activity and output; `off` the activities that will not run because they or
    what they follow is disabled; `saves` the shapes of the audiences that it makes, by activity and label.
    """

    problems: tuple[Problem, ...]
    kinds: Mapping[str, Kind]
    shapes: Mapping[str, Mapping[str, Shape]]
    off: frozenset[str]
    saves: Mapping[str, Mapping[str, Shape]] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        """Whether some problem keeps the campaign from running."""
        return any(problem.blocking for problem in self.problems)


def validate(campaign: Campaign, knowledge: Knowledge) -> Diagnosis:
    """Return everything that is wrong with a campaign, in the order of the file, and what is known of its outputs."""
    structure = graph.problems(campaign)
    kinds, wrong = _typed(campaign)
    off = graph.off(campaign, lambda activity, place, t: _role(kinds.get(activity), place, t).needed)
    walk = _Walk(campaign, knowledge, kinds, off)
    walk.problems += wrong
    walk.go()
    found = [replace(p, blocking=p.blocking and p.activity not in off) for p in walk.problems]
    found += [*structure, *_missing_barriers(campaign, kinds, off)]
    if not any(problem.blocking for problem in found):
        found += _doubts(campaign, kinds, off)
    places = {activity.id: place for place, activity in enumerate(campaign.activities)}
    ordered = sorted(_once(found), key=lambda problem: places.get(problem.activity, -1))
    return Diagnosis(tuple(ordered), kinds, walk.shapes, off, walk.saves)


def with_saves(
    audiences: Mapping[str, Shape], saves: Mapping[str, Mapping[str, Shape]], activity: str
) -> dict[str, Shape]:
    """Return the audiences that an activity may read, those that other activities save as they will save them."""
    made = {label: shape for other, of in saves.items() if other != activity for label, shape in of.items()}
    return {**audiences, **made}


def _typed(campaign: Campaign) -> tuple[dict[str, Kind], list[Problem]]:
    kinds: dict[str, Kind] = {}
    wrong: list[Problem] = []
    for activity in campaign.activities:
        try:
            kinds[activity.id] = typed(activity)
        except Problems as error:
            wrong += [problem.on(activity.id) for problem in error.problems]
    return kinds, wrong


def _role(kind: Kind | None, place: int, transition: Transition) -> Role:
    return Role.MAIN if kind is None else kind.role(place, transition.source, transition.output)


class _Walk:
    """Goes through the activities in the order of the graph; what follows a broken one is passed over silently."""

    def __init__(
        self, campaign: Campaign, knowledge: Knowledge, kinds: Mapping[str, Kind], off: frozenset[str]
    ) -> None:
        self.problems: list[Problem] = []
        self.shapes: dict[str, dict[str, Shape]] = {}
        self.saves: dict[str, dict[str, Shape]] = {}
        self._campaign, self._knowledge, self._kinds, self._off = campaign, knowledge, kinds, off
        self._inbound = graph.inbound_lists(campaign)
        self._writers: dict[str, str] = {}

    def go(self) -> None:
        for activity in graph.order(self._campaign):
            kind = self._kinds.get(activity.id)
            if kind is not None:
                found = Gather()
                self._visit(activity, kind, found)
                self.problems += [problem.on(activity.id) for problem in found.found]

    def _visit(self, activity: Activity, kind: Kind, found: Gather) -> None:
        arriving = self._inbound[activity.id]
        for problem in (*_arity(kind, arriving), *self._joints(activity, kind, arriving)):
            found.add(problem)
        inputs = self._inputs(activity, kind, arriving, found)
        if inputs is None or len(arriving) < kind.least_inputs:
            return
        for problem in _taking(kind, inputs):
            found.add(problem)
        if all(problem.blocking is False for problem in found.found):
            self._ask(activity, kind, inputs, found)

    def _joints(self, activity: Activity, kind: Kind, arriving: Iterable[Transition]) -> Iterator[Problem]:
        """Yield a problem for each inbound transition and output setting that names no output."""
        for transition in arriving:
            source = self._kinds.get(transition.source)
            names = [output.name for output in self._exits(transition.source)] if source else [transition.output]
            if transition.output not in names:
                yield _absent(transition.output, source, names, self._title(transition.source))
        yield from error_clashes(activity, kind)
        names = [output.name for output in exits(activity, kind)]
        for name in activity.outputs:
            if name not in names:
                yield _no_output("unknown-own-output", name, names, activity.title)

    def _inputs(
        self, activity: Activity, kind: Kind, arriving: tuple[Transition, ...], found: Gather
    ) -> tuple[Input, ...] | None:
        """Return what arrives, or None if it cannot be known because something before is broken."""
        inputs = []
        for place, transition in enumerate(arriving):
            made = self.shapes.get(transition.source)
            if made is not None and not self._has_output(transition):
                return None
            if made is None:
                role = _role(kind, place, transition)
                if role is Role.AWAITED and transition.source in self._off:
                    inputs.append(Input(transition.source, transition.output, self._title(transition.source)))
                    continue
                if role is Role.OPTIONAL and transition.source in self._off and activity.id not in self._off:
                    found.add(Problem("disabled-but-needed", {"source": self._title(transition.source)}))
                return None
            shape = made.get(transition.output)
            population = None if shape is None else self._population(transition, shape)
            label = transition.label or self._title(transition.source)
            inputs.append(Input(transition.source, transition.output, label, population))
        return tuple(inputs)

    def _has_output(self, transition: Transition) -> bool:
        return any(output.name == transition.output for output in self._exits(transition.source))

    def _exits(self, activity: str) -> tuple[Output, ...]:
        return exits(self._campaign.by_id[activity], self._kinds[activity])

    def _upstream(self, activity: str, kind: Kind) -> dict[str, tuple[str, ...]]:
        """Return the outputs that carry people before an activity that decides by them."""
        if not isinstance(kind, Deciding):
            return {}
        before = graph.upstream(self._campaign, activity)
        known = [name for name in self._campaign.by_id if name in before and name in self.shapes]
        return {
            name: tuple(output.name for output in self._exits(name) if output.name in self.shapes[name])
            for name in known
        }

    def _passages(self, activity: str) -> dict[str, Passage]:
        """Return the people of each output before an activity, by `activity.output`, tables named so too."""
        before = graph.upstream(self._campaign, activity)
        return {
            f"{name}.{output}": Passage(shape.schema, f"{name}.{output}", unknown=name in self._off)
            for name, shapes in self.shapes.items()
            if name in before
            for output, shape in shapes.items()
        }

    def _population(self, transition: Transition, shape: Shape) -> Table | Nobody:
        off = transition.source in self._off
        return Nobody(shape) if off else Table(f"{transition.source}.{transition.output}", shape)

    def _ask(self, activity: Activity, kind: Kind, inputs: tuple[Input, ...], found: Gather) -> None:
        """Make the calls that a run would make."""
        scope = self._knowledge.scope(self._campaign, activity.id)
        audiences = with_saves(scope.audiences, self.saves, activity.id)
        passages = LazyMapping(lambda: self._passages(activity.id))
        upstream = self._upstream(activity.id, kind)
        scope = replace(scope, audiences=audiences, upstream=upstream, passages=passages)
        try:
            populations = found.attempt(lambda: kind.populations(inputs, scope))
            if isinstance(kind, Channel):
                found.attempt(lambda: kind.delivery(inputs, scope))
            if isinstance(kind, Effecting):
                self._effects(activity, kind, inputs, scope, found)
            if populations is None:
                return
            for problem in kind.warnings(inputs, scope):
                found.add(replace(problem, blocking=False))
        except BatutaError as error:
            found.add(Problem("activity-fails", {"reason": error.message()}))
            return
        failed = on_error(kind, inputs) if activity.process_errors else None
        made = {**populations, **({} if failed is None else {graph.ERROR: failed})}
        self.shapes[activity.id] = {name: population.shape for name, population in made.items()}

    def _effects(
        self, activity: Activity, kind: Effecting, inputs: tuple[Input, ...], scope: Scope, found: Gather
    ) -> None:
        for effect in found.attempt(lambda: kind.effects(inputs, scope)) or ():
            if isinstance(effect, SaveAudience) and activity.id not in self._off:
                self.saves.setdefault(activity.id, {})[effect.label] = effect.shape
                found.found += self._other_writers(activity, effect.label)

    def _other_writers(self, activity: Activity, label: str) -> Iterator[Problem]:
        """Yield a problem if another activity, or another campaign, saves the audience of that label."""
        other = self._writers.setdefault(label, activity.id)
        if other != activity.id:
            yield Problem("audience-written-twice", {"label": label, "other": self._title(other)})
        saver = self._knowledge.savers.get(label, self._campaign.id)
        if saver != self._campaign.id:
            yield Problem("audience-of-another-campaign", {"label": label, "campaign": saver})

    def _title(self, activity: str) -> str:
        return self._campaign.by_id[activity].title


def _arity(kind: Kind, arriving: tuple[Transition, ...]) -> Iterator[Problem]:
    count = len(arriving)
    if count < kind.least_inputs:
        values = {"found": count, "least": kind.least_inputs}
        yield Problem("no-inbound") if kind.least_inputs == 1 else Problem("too-few-inbound", values)
    if kind.most_inputs is not None and count > kind.most_inputs:
        yield Problem("too-many-inbound", {"found": count, "most": kind.most_inputs})


def _taking(kind: Kind, inputs: Iterable[Input]) -> Iterator[Problem]:
    for item in inputs:
        if kind.takes is Takes.POPULATION and item.population is None:
            yield Problem("population-needed", {"source": item.label})
        if kind.takes is Takes.ACTIVATION and item.population is not None:
            yield Problem("population-not-used", {"source": item.label}, blocking=False)


def _absent(name: str, source: Kind | None, names: Iterable[str], title: str) -> Problem:
    """Return the problem of an output that is not there, or is not switched on."""
    setting = type(source).model_fields.get(name) if source else None
    if name == graph.ERROR:
        return Problem("error-output-off", {"source": title})
    if setting is not None and setting.annotation is bool:
        return Problem("output-off", {"name": name, "source": title})
    return _no_output("unknown-output", name, names, title)


def _no_output(code: str, name: str, names: Iterable[str], source: str) -> Problem:
    problem = graph.unknown(code, name, names)
    return replace(problem, values={**problem.values, "source": source})


def _missing_barriers(campaign: Campaign, kinds: Mapping[str, Kind], off: frozenset[str]) -> Iterator[Problem]:
    """Yield a problem where a set that must not be skipped past will not run, but what it guards would."""
    for name, arriving in graph.inbound_lists(campaign).items():
        kind = kinds.get(name)
        roles = [_role(kind, place, t) for place, t in enumerate(arriving)]
        leading = [t for role, t in zip(roles, arriving, strict=True) if role is Role.MAIN]
        if not campaign.by_id[name].enabled or any(t.source in off for t in leading):
            continue
        for role, transition in zip(roles, arriving, strict=True):
            if role is Role.BARRIER and transition.source in off:
                title = campaign.by_id[transition.source].title
                yield Problem("barrier-disabled", {"source": title}, activity=name)


def _doubts(campaign: Campaign, kinds: Mapping[str, Kind], off: frozenset[str]) -> Iterator[Problem]:
    """Yield warnings about results that nothing uses."""
    following = graph.targets(campaign)
    for name, kind in kinds.items():
        if kind.family == "targeting" and not following[name] and name not in off:
            yield Problem("result-not-used", activity=name, blocking=False)
    acting = [name for name, kind in kinds.items() if isinstance(kind, Channel | Effecting) and name not in off]
    if kinds and len(kinds) == len(campaign.activities) and not acting:
        yield Problem("nothing-happens", blocking=False)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    found: list[Problem] = []
    for problem in problems:
        if problem not in found:
            found.append(problem)
    return found
