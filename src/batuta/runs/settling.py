"""What happens next in a run, decided from states alone: pure, so that every case can be tested."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from batuta.activities.contract import Role
from batuta.activities.exits import ERROR_ACTIVITY, ERROR_MESSAGE
from batuta.campaign.graph import ERROR
from batuta.runs.model import Leg, OutputState, RunStatus, RunView, Task, TaskOutput, TaskState, Wanted
from batuta.schema.types import Scalar

GONE = (OutputState.ENDED, OutputState.NOT_TAKEN, OutputState.DISABLED, OutputState.HANDLED)
LOST = (OutputState.FAILED, OutputState.DISABLED, OutputState.HANDLED)
LEFT_OUT = (OutputState.DISABLED, OutputState.HANDLED)


class Decision(Enum):
    """What becomes of an activity, given what arrived."""

    WAIT = auto()
    GO = auto()
    END = auto()
    DISABLE = auto()
    FORGO = auto()
    ATTEND = auto()


LEAVES = {
    Decision.END: OutputState.NOT_TAKEN,
    Decision.DISABLE: OutputState.DISABLED,
    Decision.FORGO: OutputState.HANDLED,
    Decision.ATTEND: OutputState.FAILED,
}
"""What the outputs of an activity become that does not go."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an inbound transition brings: its role, the state of its output, and whether people are missing in it."""

    role: Role
    state: OutputState
    incomplete: bool = False


def decide(arrivals: Sequence[Arrival]) -> Decision:
    """Return what becomes of an activity on which these transitions arrive.

    It waits until all are settled. Where the main population is missing the path ends; a barrier that
    failed, was disabled, or lacks a part that was is never taken for empty.
    """
    states = [arrival.state for arrival in arrivals]
    if OutputState.OPEN in states:
        return Decision.WAIT
    gone = [arrival.state for arrival in arrivals if arrival.role is Role.MAIN and arrival.state in GONE]
    if not gone and all(state in GONE for state in states):
        gone = states
    if gone:
        return _leaving(gone)
    if any(_breached(arrival) for arrival in arrivals):
        return Decision.ATTEND
    return Decision.WAIT if OutputState.FAILED in states else Decision.GO


def follow(view: RunView, settled: Iterable[str]) -> Iterator[tuple[str, Decision]]:
    """Yield what becomes of pending activities, beginning with those given, and of all that hangs on them."""
    states = {place: output.state for place, output in view.outputs.items()}
    lacking = {place: output.incomplete for place, output in view.outputs.items()}
    queue, decided = deque(settled), set[str]()
    while queue:
        activity = queue.popleft()
        if activity in decided or view.tasks[activity].state is not TaskState.PENDING:
            continue
        arrivals = [
            Arrival(leg.role, states[leg.source, leg.output], lacking[leg.source, leg.output])
            for leg, _ in view.inbound(activity)
        ]
        decision = decide(arrivals) if view.tasks[activity].enabled else Decision.DISABLE
        if decision is Decision.WAIT:
            continue
        decided.add(activity)
        yield activity, decision
        if decision is not Decision.GO:
            places = [(activity, output.name) for output in view.outputs_of(activity)]
            states.update(dict.fromkeys(places, LEAVES[decision]))
            lacking.update(dict.fromkeys(places, ended_incomplete(arrivals)))
            queue.extend(targets(view, activity))


def targets(view: RunView, activity: str) -> list[str]:
    """Return the activities that the transitions of an activity lead to, each once."""
    return list(dict.fromkeys(leg.target for leg in view.legs if leg.source == activity))


def arrivals_at(view: RunView, activity: str) -> list[Arrival]:
    """Return what arrives at an activity."""
    return [Arrival(leg.role, output.state, output.incomplete) for leg, output in view.inbound(activity)]


def stretch(view: RunView, activity: str) -> tuple[datetime, Mapping[str, Scalar]]:
    """Return the instant of the stretch that an activity begins in, and the variables it has besides the run's.

    It is the latest instant of the paths that lead there; the first of several variables of a name is kept.
    """
    begun = [(leg, view.tasks[leg.source]) for leg, _ in view.inbound(activity)]
    instants = [task.onward or task.now for _, task in begun]
    variables: dict[str, Scalar] = {}
    for leg, task in begun:
        variables = {**task.variables, **_told(task, leg, view.outputs[leg.source, leg.output].state), **variables}
    return max((now for now in instants if now is not None), default=view.run.moment.now), variables


def _told(task: Task, leg: Leg, state: OutputState) -> dict[str, Scalar]:
    """Return what a path that handles an error knows of it."""
    taken = leg.output == ERROR and task.process_errors and state is OutputState.TAKEN
    return {ERROR_ACTIVITY: task.label, ERROR_MESSAGE: task.error} if taken else {}


def carried_on_error(view: RunView, activity: str) -> TaskOutput | None:
    """Return the output whose people leave an activity that failed: the main one that arrived, or else the first."""
    arrived = sorted(view.inbound(activity), key=lambda arrival: arrival[0].role is not Role.MAIN)
    return next((output for _, output in arrived if output.population is not None), None)


def barriers_missing(view: RunView, activity: str) -> tuple[list[str], bool]:
    """Return the labels of the activities whose populations an activity needs whole and does not have.

    And whether they may still come: what failed can be tried again, what was disabled or handled cannot.
    """
    breached = [
        (leg.source, output.state)
        for leg, output in view.inbound(activity)
        if _breached(Arrival(leg.role, output.state, output.incomplete))
    ]
    labels = [view.tasks[source].label for source in dict.fromkeys(source for source, _ in breached)]
    return labels, all(state is OutputState.FAILED for _, state in breached)


def left_incomplete(arrivals: Sequence[Arrival]) -> bool:
    """Tell whether a population that is disabled or failed is missing in what an activity makes of these arrivals."""
    used = [arrival for arrival in arrivals if arrival.role is not Role.AWAITED]
    return any(arrival.incomplete or arrival.state in LEFT_OUT for arrival in used)


def ended_incomplete(arrivals: Sequence[Arrival]) -> bool:
    """Tell whether a path that ended on these arrivals might hold people, had no population been left out.

    Where the main population ended, it alone decides.
    """
    ended = [arrival for arrival in arrivals if arrival.role is Role.MAIN and arrival.state in GONE]
    return any(arrival.incomplete for arrival in ended or arrivals if arrival.role is not Role.AWAITED)


def settled_as(carries: bool, rows: int | None, ends_when_empty: bool) -> OutputState:
    """Return the state of an output whose task is done."""
    return OutputState.ENDED if carries and rows == 0 and ends_when_empty else OutputState.TAKEN


_HALTS = {
    TaskState.AWAITING: RunStatus.AWAITING,
    TaskState.ERROR: RunStatus.ERROR,
    TaskState.ATTENTION: RunStatus.ERROR,
    TaskState.HELD: RunStatus.PAUSED,
    TaskState.WAITING: RunStatus.WAITING,
}
"""What keeps a run from going on, once nothing else is to do: what a person has to see to comes first."""


def status_of(wanted: Wanted, tasks: Collection[TaskState], working: bool, workable: bool) -> RunStatus:
    """Return the status of a run from its tasks.

    `working` says that some job is running, `workable` that some job is ready. A run all of whose tasks
    are settled is still running: only the check of its ledger completes it.
    """
    if working or (workable and wanted is Wanted.RUN):
        return RunStatus.RUNNING
    if wanted is not Wanted.RUN:
        return RunStatus.STOPPED if wanted is Wanted.STOP else RunStatus.PAUSED
    return next((status for state, status in _HALTS.items() if state in tasks), RunStatus.RUNNING)


def _leaving(gone: Collection[OutputState]) -> Decision:
    """Return why an activity does not run whose population is missing in these states."""
    if OutputState.DISABLED in gone:
        return Decision.DISABLE
    return Decision.FORGO if OutputState.HANDLED in gone else Decision.END


def _breached(arrival: Arrival) -> bool:
    return arrival.role is Role.BARRIER and (arrival.state in LOST or arrival.incomplete)
