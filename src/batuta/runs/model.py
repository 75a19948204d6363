"""What a run is made of: the run, its tasks, their outputs and jobs, and the states each may be in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from batuta.activities.contract import Role
from batuta.kit.identifiers import seed_of
from batuta.rules.bound import Moment
from batuta.schema.types import DataType, Scalar
from batuta.sets.algebra import Table
from batuta.sets.shape import Shape


class Mode(StrEnum):
    """Whether effects outside the run are described or done."""

    TEST = "test"
    LIVE = "live"


class RunStatus(StrEnum):
    """The true state of a run, as lists show it."""

    QUEUED = "queued"
    RUNNING = "running"
    AWAITING = "awaiting confirmation"
    WAITING = "waiting"
    PAUSED = "paused"
    ERROR = "paused on error"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen in the run."""
        return self in (RunStatus.COMPLETED, RunStatus.STOPPED)


class Wanted(StrEnum):
    """What a person wants of a run; workers bring its status there."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


class TaskState(StrEnum):
    """How far one activity is in one generation of a run."""

    PENDING = "pending"
    RUNNING = "running"
    AWAITING = "awaiting confirmation"
    WAITING = "waiting"
    HELD = "paused here"
    ATTENTION = "needs attention"
    ERROR = "error"
    DONE = "done"
    HANDLED = "failed, handled"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def settled(self) -> bool:
        """Whether the task needs nothing more."""
        return self in (TaskState.DONE, TaskState.HANDLED, TaskState.SKIPPED)


class OutputState(StrEnum):
    """What became of an output.

    An ended or not-taken one counts as empty further on; a failed, handled or disabled one never does.
    """

    OPEN = "open"
    TAKEN = "taken"
    ENDED = "empty, path ended"
    NOT_TAKEN = "not taken"
    DISABLED = "disabled"
    FAILED = "failed"
    HANDLED = "failed, handled"


class JobKind(StrEnum):
    """The pieces of work a task consists of."""

    ARRIVE = "arrive"
    CHOOSE = "choose"
    MAKE = "make"
    FETCH = "fetch"
    EFFECT = "effect"
    PREPARE = "prepare"
    SEND = "send"
    FINISH = "finish"
    HANDLE = "handle"


class JobState(StrEnum):
    """How far a piece of work is."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Level(StrEnum):
    """The weight of a line in a run's log."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Note:
    """A line for a run's log; `data` holds figures for programs."""

    message: str
    level: Level = Level.INFO
    activity: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a run's log, numbered from 1 without gaps."""

    number: int
    at: datetime
    note: Note


@dataclass(frozen=True)
class Run:
    """One execution of a campaign, with what was frozen when it began.

    A `pinned` run goes by an instant that a person chose, not by the clock: what waits in it is over moves its
    time on by as much as they last. With `skip_waits` no wait is kept.
    """

    id: str
    campaign: str
    name: str
    mode: Mode
    status: RunStatus
    wanted: Wanted
    generation: int
    moment: Moment
    variables: Mapping[str, DataType]
    seed: str
    catalogue_version: int
    ask: bool
    created_at: datetime
    ended_at: datetime | None = None
    error: str = ""
    pinned: bool = False
    skip_waits: bool = False

    @property
    def live(self) -> bool:
        """Whether effects are done, not only described."""
        return self.mode is Mode.LIVE


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """An output of a task; `table` is the pointer that commits its working table.

    `incomplete` says that a disabled population was left out on the way here.
    """

    activity: str
    name: str
    label: str
    carries: bool
    ends_when_empty: bool
    shape: Shape | None
    state: OutputState = OutputState.OPEN
    table: str | None = None
    rows: int | None = None
    targets: int | None = None
    incomplete: bool = False

    @property
    def population(self) -> Table | None:
        """The working table as a set, where there is one."""
        return Table(self.table, self.shape) if self.table is not None and self.shape is not None else None


@dataclass(frozen=True, slots=True)
class Task:
    """One execution of one activity; `messages` names the table of a delivery's messages once prepared.

    `now` is the instant of the stretch that the task belongs to, known when it begins, and `variables` are those
    that the stretch has besides the run's. `onward` is the instant that a new stretch begins with after the task.
    `due` is when the wait that the task is ends. One with `pause` is held before it begins; one with
    `process_errors` that fails lets its run go on by the output for errors.
    """

    activity: str
    kind: str
    label: str
    first: JobKind
    enabled: bool = True
    state: TaskState = TaskState.PENDING
    error: str = ""
    messages: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    now: datetime | None = None
    variables: Mapping[str, Scalar] = field(default_factory=dict)
    onward: datetime | None = None
    due: datetime | None = None
    pause: bool = False
    process_errors: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """A transition in a run: from an output to an activity, with what it is to that activity."""

    place: int
    source: str
    output: str
    target: str
    role: Role
    label: str = ""


@dataclass(frozen=True)
class RunView:
    """A run with its tasks, outputs and transitions at one instant."""

    run: Run
    tasks: Mapping[str, Task]
    outputs: Mapping[tuple[str, str], TaskOutput]
    legs: tuple[Leg, ...]

    def moment(self, activity: str) -> Moment:
        """Return the instant and variables of the stretch that an activity belongs to; the run's until it begins."""
        task, start = self.tasks[activity], self.run.moment
        seed = seed_of(self.run.seed, activity)
        return Moment(task.now or start.now, start.zone, {**start.variables, **task.variables}, seed)

    def inbound(self, activity: str) -> tuple[tuple[Leg, TaskOutput], ...]:
        """Return the transitions that arrive at an activity with the outputs they come from."""
        return tuple((leg, self.outputs[leg.source, leg.output]) for leg in self.legs if leg.target == activity)

    def outputs_of(self, activity: str) -> tuple[TaskOutput, ...]:
        """Return the outputs of an activity in their order."""
        return tuple(output for (source, _), output in self.outputs.items() if source == activity)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job handed to a worker. Only the holder of the latest fence may write its result.

    `names` are the working tables a former attempt meant to make, by output.
    """

    job: int
    fence: int
    run: str
    activity: str
    generation: int
    kind: JobKind
    shard: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audience:
    """A saved population: its label, form and latest version (0 and no table: never filled).

    `versions` are all that were saved, oldest first. Only one campaign may save it (none: any may).
    """

    label: str
    shape: Shape
    version: int = 0
    table: str | None = None
    rows: int = 0
    targets: int = 0
    versions: tuple[AudienceVersion, ...] = ()
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class AudienceVersion:
    """One saving of an audience."""

    number: int
    table: str
    rows: int
    targets: int
    shape: Shape
    run: str
    activity: str
    appended: bool
    saved_at: datetime


VariableValues = Mapping[str, Scalar]
