"""What happens next in a run, decided from states alone: pure, so that every case can be tested."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from batuta.activities.contract import Role
from batuta.runs.model import OutputState, RunStatus, RunView, TaskState, Wanted

GONE = (OutputState.ENDED, OutputState.NOT_TAKEN, OutputState.DISABLED)
LOST = (OutputState.FAILED, OutputState.DISABLED)


class Decision(Enum):
    """What becomes of an activity, given what arrived."""

    WAIT = auto()
    GO = auto()
    END = auto()
    DISABLE = auto()
    ATTEND = auto()


LEAVES = {
    Decision.END: OutputState.NOT_TAKEN,
    Decision.DISABLE: OutputState.DISABLED,
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
    failed, was disabled, or lacks a disabled part is never taken for empty.
    """
    states = [arrival.state for arrival in arrivals]
    if OutputState.OPEN in states:
        return Decision.WAIT
    gone = [arrival.state for arrival in arrivals if arrival.role is Role.MAIN and arrival.state in GONE]
    if not gone and all(state in GONE for state in states):
        gone = states
    if gone:
        return Decision.DISABLE if OutputState.DISABLED in gone else Decision.END
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


def barriers_missing(view: RunView, activity: str) -> list[str]:
    """Return the labels of the activities whose populations an activity needs whole and does not have."""
    breached = [
        leg.source
        for leg, output in view.inbound(activity)
        if _breached(Arrival(leg.role, output.state, output.incomplete))
    ]
    return [view.tasks[source].label for source in dict.fromkeys(breached)]


def left_incomplete(arrivals: Sequence[Arrival]) -> bool:
    """Tell whether a disabled population is missing in what an activity makes of these arrivals."""
    return any(arrival.incomplete or arrival.state is OutputState.DISABLED for arrival in arrivals)


def ended_incomplete(arrivals: Sequence[Arrival]) -> bool:
    """Tell whether a path that ended on these arrivals might hold people, had a disabled population not been left out.

    Where the main population ended, it alone decides.
    """
    ended = [arrival for arrival in arrivals if arrival.role is Role.MAIN and arrival.state in GONE]
    return any(arrival.incomplete for arrival in ended or arrivals)


def settled_as(carries: bool, rows: int | None, ends_when_empty: bool) -> OutputState:
    """Return the state of an output whose task is done."""
    return OutputState.ENDED if carries and rows == 0 and ends_when_empty else OutputState.TAKEN


def status_of(wanted: Wanted, tasks: Collection[TaskState], working: bool, workable: bool) -> RunStatus:
    """Return the status of a run from its tasks.

    `working` says that some job is running, `workable` that some job is ready. A run all of whose tasks
    are settled is still running: only the check of its ledger completes it.
    """
    if working or (workable and wanted is Wanted.RUN):
        return RunStatus.RUNNING
    if wanted is not Wanted.RUN:
        return RunStatus.STOPPED if wanted is Wanted.STOP else RunStatus.PAUSED
    if TaskState.AWAITING in tasks:
        return RunStatus.AWAITING
    stuck = TaskState.ERROR in tasks or TaskState.ATTENTION in tasks
    return RunStatus.ERROR if stuck else RunStatus.RUNNING


def _breached(arrival: Arrival) -> bool:
    return arrival.role is Role.BARRIER and (arrival.state in LOST or arrival.incomplete)
