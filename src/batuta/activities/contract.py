"""What an activity is, written for who implements one.

A kind is a folder with a pydantic class derived from one of the families below and one line in
palette.py. All methods are pure: they describe sets, effects or messages; `runs` alone acts. The same
calls serve validation (inputs whose tables do not exist yet) and runs, so a campaign that validates compiles.
A method that finds its parameters wrong raises `kit.problems.Problems` with all it found.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from batuta.activities.effects import Effect
from batuta.activities.fetches import Fetch
from batuta.kit.document import Document
from batuta.kit.identifiers import seed_of
from batuta.kit.problems import Problem
from batuta.messages.configuration import ChannelConfiguration, Environment
from batuta.messages.delivery import Delivery
from batuta.rules.binding import Passage, Sends, Surroundings
from batuta.rules.bound import Moment
from batuta.rules.filters import Filter
from batuta.rules.lists import ValueList
from batuta.rules.paths import SECONDARY
from batuta.schema.locations import Location
from batuta.schema.model import Catalogue
from batuta.schema.types import DataType, Scalar
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Shape


@dataclass(frozen=True, slots=True)
class Output:
    """A named exit of an activity. One that does not carry a population is a mere activation.

    One that carries may still be a mere activation where `populations` leaves it out: a Fork that begins a path.
    `skip_when_empty` ends its path when it carries nobody, as the setting `when_empty: end` of the output does.
    """

    name: str
    label: str
    carries: bool = True
    skip_when_empty: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """What arrives over one transition: a population, or None for a mere activation."""

    source: str
    output: str
    label: str
    population: Set | None = None


class Takes(StrEnum):
    """What an activity does with what arrives: needs populations, uses the activation only, or takes either."""

    POPULATION = "population"
    ACTIVATION = "activation"
    EITHER = "either"


class Role(StrEnum):
    """What an inbound population is to an activity, which decides what happens where it is missing.

    MAIN: without it the path ends here. OPTIONAL: without it the activity goes on with the others.
    BARRIER: not taken it counts as empty, but failed or disabled it stops the activity for attention.
    AWAITED: only its settling is waited for; nobody of it is used.
    A missing population that counts as empty is handed over as `Nobody` of its shape.
    """

    MAIN = "main"
    OPTIONAL = "optional"
    BARRIER = "barrier"
    AWAITED = "awaited"

    @property
    def needed(self) -> bool:
        """Whether an activity does not run where what arrives in this role is disabled."""
        return self in (Role.MAIN, Role.BARRIER)


class Weight(StrEnum):
    """What a remark weighs: it is told, told as a warning, or it keeps the task from ending."""

    TOLD = "told"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Remark:
    """Rows worth a word in the log of a run: how many a set has, told where there are any.

    `code` is one of the catalogue of problems; its text names `{count}` and the values. A failure names what to
    do too: nothing of the task is kept then.
    """

    code: str
    rows: Set
    values: Mapping[str, object] = field(default_factory=dict)
    weight: Weight = Weight.TOLD


@dataclass(frozen=True, slots=True)
class Memory:
    """What an activity remembers from live run to live run of its campaign: whom it has returned, and until when.

    The rows of `output`, which have that shape, are remembered by their keys for `days` (None: for ever). What
    the next run queries begins `overlap` before the point that former runs have reached.
    """

    shape: Shape
    output: str = "main"
    overlap: timedelta = timedelta()
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """What a run tells an activity of its memory: which stretch of time to query, and whom it has returned already.

    The stretch lies after `after` (None: it has no beginning) and ends at `until`; `zone` is that of the campaign.
    Keys remembered under `name` count, but for those of the windows `without`, and those of `since` or before
    unless a run still holds them, as in the windows `held`.
    """

    name: str
    after: datetime | None
    until: datetime
    zone: str = "UTC"
    without: tuple[int, ...] = ()
    since: datetime | None = None
    held: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What an activity may know about the home and the run it is in.

    `audiences` maps labels to the shape of their members, `versions` to those of each version that was saved;
    `seed` is new in each run, `stable_seed` that of
    the campaign. Both already depend on the activity's id. `recall` is there in runs only, for activities that
    have a memory. `zone` is that of the campaign; `now` is there in validation, to warn of dates that are over.
    `upstream` are the activities before this one, each with those of its outputs that carry people. `sends` tells of
    the messages that the campaign sends, `passages` of the people of each output before this activity, by
    `activity.output`. `filters` are the predefined filters, `lists` the long lists of values, both as rules name them.
    `engine` is the name of the engine of the home.
    """

    catalogue: Catalogue
    campaign: str
    activity: str
    variables: Mapping[str, DataType] = field(default_factory=dict)
    audiences: Mapping[str, Shape] = field(default_factory=dict)
    versions: Mapping[str, Mapping[int, Shape]] = field(default_factory=dict)
    channels: Mapping[str, ChannelConfiguration] = field(default_factory=dict)
    environment: Environment = field(default_factory=Environment)
    locations: Mapping[str, Location] = field(default_factory=dict)
    run_seed: str = ""
    zone: str = "UTC"
    now: datetime | None = None
    upstream: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recall: Recall | None = None
    sends: Callable[[], Sends] | None = None
    passages: Mapping[str, Passage] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    lists: Mapping[str, ValueList] = field(default_factory=dict)
    engine: str = ""

    @property
    def seed(self) -> str:
        """Salt for chance that is new in each run."""
        return seed_of(self.run_seed, self.activity)

    @property
    def stable_seed(self) -> str:
        """Salt for chance that keeps a person in the same group over runs."""
        return seed_of(self.campaign, self.activity)

    def around(self, shape: Shape) -> Surroundings:
        """Return what a rule over a population of that shape may name."""
        audiences = {label: members.schema for label, members in self.audiences.items()}
        columns = {column.name: column.type for column in shape.columns if not column.lines}
        around = Surroundings(
            self.catalogue,
            shape.schema,
            columns,
            self.variables,
            audiences,
            sends=self.sends,
            passages=self.passages,
            filters=self.filters,
            lists=self.lists,
            engine=self.engine,
        )
        if shape.secondary_schema not in self.catalogue.by_name:
            return around
        return replace(around, roots={SECONDARY: around.of_linked(shape.secondary_schema)})


class Kind(Document):
    """The parameters of an activity: fields are its settings, their JSON Schema is its form."""

    kind: ClassVar[str]
    family: ClassVar[str]
    title: ClassVar[str]
    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    takes: ClassVar[Takes] = Takes.POPULATION

    def outputs(self) -> tuple[Output, ...]:
        """Return the exits of the activity."""
        return (Output("main", "Population"),)

    def role(self, place: int, source: str, output: str) -> Role:
        """Return what the inbound transition at that place of the inbound list (from 0) is to the activity."""
        _ = place, source, output
        return Role.MAIN

    @abstractmethod
    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population of each output that carries one."""

    def memory(self, scope: Scope) -> Memory | None:
        """Return what the activity remembers over runs, if anything: `scope.recall` then tells it what it knows."""
        _ = scope
        return None

    def warnings(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Problem, ...]:
        """Return what is doubtful but keeps nothing from running; asked only where `populations` succeeds."""
        _ = inputs, scope
        return ()

    def remarks(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return what a run counts and tells besides the populations: rows dropped, ambiguous, left empty."""
        _ = inputs, scope
        return ()


class Targeting(Kind):
    """Makes populations out of populations."""

    family = "targeting"


class Fetching(Kind):
    """Brings rows from outside into a working table, in test mode too; populations are made of that table."""

    family = "targeting"

    @abstractmethod
    def fetch(self, inputs: tuple[Input, ...], scope: Scope) -> Fetch:
        """Return what to bring; its shape is known before anything is brought."""

    def gained(self, fetched: Set, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population of each output, made of what was brought."""
        _ = inputs, scope
        return {"main": fetched}

    def told(self, fetched: Set, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return what a run counts and tells of what was brought besides the populations."""
        _ = fetched, inputs, scope
        return ()

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population of each output as it is before anything is brought."""
        return self.gained(Table("fetched", self.fetch(inputs, scope).shape), inputs, scope)


class Flow(Kind):
    """Decides where and when a path goes on; populations pass through unchanged."""

    family = "flow"


class Waiting(Flow):
    """Lets a path go on at a later instant; a new stretch begins there. No thread and no memory is held meanwhile."""

    @abstractmethod
    def due(self, arrived: datetime, zone: str) -> datetime:
        """Return when the path goes on that arrived at an instant, both in UTC; `zone` is that of the campaign."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The output that a path takes (None: it ends), and the figures that decided it, by their names."""

    output: str | None
    figures: Mapping[str, Scalar] = field(default_factory=dict)


class Deciding(Flow):
    """Takes one of its outputs, by figures of the run; the others count as empty further on."""

    @abstractmethod
    def choose(self, scope: Scope, figures: Mapping[str, Scalar], moment: Moment) -> Choice:
        """Return the output to take; `figures` are those that `activities.figures` names."""


class Effecting(Kind):
    """Has an effect outside the run, described here and carried out by the run in live mode only."""

    family = "data"

    @abstractmethod
    def effects(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Effect, ...]:
        """Return what the activity would do."""


class Channel(Kind):
    """Sends one delivery. Its outputs partition the messages by what became of them."""

    family = "channel"

    @abstractmethod
    def delivery(self, inputs: tuple[Input, ...], scope: Scope) -> Delivery:
        """Return the plan of the messages."""
