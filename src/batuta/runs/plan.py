"""The plan of a run: which tasks there are, what each waits for and what it would begin with. Nothing has run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batuta.activities.contract import Channel, Deciding, Effecting, Fetching, Kind, Output, Role, Waiting
from batuta.activities.exits import exits
from batuta.campaign.model import Activity, Campaign
from batuta.runs.model import JobKind, Leg, Task, TaskOutput
from batuta.sets.shape import Shape

Shapes = Mapping[str, Mapping[str, Shape]]
"""The shape of each output that carries a population: activity, then output."""


@dataclass(frozen=True)
class Plan:
    """The graph of a run: tasks in the order of the campaign, outputs and transitions."""

    tasks: tuple[Task, ...]
    outputs: tuple[TaskOutput, ...]
    legs: tuple[Leg, ...]


def plan(campaign: Campaign, kinds: Mapping[str, Kind], shapes: Shapes) -> Plan:
    """Return the plan of a campaign without blocking problems.

    `kinds` are the typed parameters by activity; a disabled activity may lack them, if it does not even type.
    """
    tasks = tuple(_task(activity, kinds.get(activity.id)) for activity in campaign.activities)
    outputs = tuple(
        _output(activity, output, shapes.get(activity.id, {}).get(output.name))
        for activity in campaign.activities
        for output in _exits(campaign, activity, kinds.get(activity.id))
    )
    return Plan(tasks, outputs, _legs(campaign, kinds))


def _task(activity: Activity, kind: Kind | None) -> Task:
    return Task(
        activity.id,
        activity.kind,
        activity.title,
        first_job(kind),
        enabled=activity.enabled,
        pause=activity.pause,
        process_errors=activity.process_errors,
    )


def first_job(kind: Kind | None) -> JobKind:
    """Return the job that a task of this family begins with."""
    if isinstance(kind, Channel):
        return JobKind.PREPARE
    if isinstance(kind, Waiting):
        return JobKind.ARRIVE
    if isinstance(kind, Deciding):
        return JobKind.CHOOSE
    if isinstance(kind, Fetching):
        return JobKind.FETCH
    return JobKind.EFFECT if isinstance(kind, Effecting) else JobKind.MAKE


def _exits(campaign: Campaign, activity: Activity, kind: Kind | None) -> tuple[Output, ...]:
    if kind is not None:
        return exits(activity, kind)
    names = dict.fromkeys(transition.output for transition in campaign.outbound(activity.id))
    return tuple(Output(name, name, carries=False) for name in names)


def _output(activity: Activity, output: Output, shape: Shape | None) -> TaskOutput:
    chosen = activity.outputs.get(output.name)
    ends = output.skip_when_empty if chosen is None else chosen.when_empty == "end"
    return TaskOutput(activity.id, output.name, output.label, output.carries, ends, shape)


def _legs(campaign: Campaign, kinds: Mapping[str, Kind]) -> tuple[Leg, ...]:
    legs = []
    arrived: dict[str, int] = {}
    for place, transition in enumerate(campaign.transitions):
        kind = kinds.get(transition.target)
        at = arrived.setdefault(transition.target, 0)
        arrived[transition.target] += 1
        role = kind.role(at, transition.source, transition.output) if kind else Role.MAIN
        legs.append(Leg(place, transition.source, transition.output, transition.target, role, transition.label))
    return tuple(legs)
