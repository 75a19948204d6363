"""A run in figures: what programs are given, and the names of its transitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from batuta.kit.errors import NotFound
from batuta.kit.text import suggest
from batuta.runs.delivering import figures
from batuta.runs.model import OutputState, RunView, Task, TaskOutput, TaskState
from batuta.runs.sending.contract import Tally


def summary(view: RunView, tallies: Mapping[str, Tally]) -> dict[str, Any]:
    """Return a run as values for JSON: its status, the counts of every transition and of every delivery.

    An output that no transition leaves stands with `to` null, so that every population is visible. Counts
    are null where no population is known (yet).
    """
    return {
        "run": view.run.id,
        "status": str(view.run.status),
        "transitions": list(_transitions(view)),
        "deliveries": [{"activity": activity, **figures(tally)} for activity, tally in tallies.items()],
        "waits": [{"activity": task.activity, "until": task.due} for task in waiting(view)],
    }


def waiting(view: RunView) -> list[Task]:
    """Return the tasks of a run that wait, in the order of the campaign."""
    return [task for task in view.tasks.values() if task.state is TaskState.WAITING]


def tasks(view: RunView) -> list[dict[str, Any]]:
    """Return the tasks of a run as values for JSON."""
    return [
        {
            "activity": task.activity,
            "label": task.label,
            "kind": task.kind,
            "state": str(task.state),
            "started": task.started_at,
            "ended": task.ended_at,
            "now": task.now,
            "due": task.due,
            "error": task.error,
        }
        for task in view.tasks.values()
    ]


def output_named(view: RunView, name: str) -> TaskOutput:
    """Return the output that `activity`, `activity.output` or `activity.output>to` names; raise NotFound."""
    path = name.partition(">")[0].strip()
    activity, _, output = path.partition(".")
    if activity not in view.tasks:
        raise _unknown(view, "activity", activity, list(view.tasks))
    names = [known.name for known in view.outputs_of(activity)]
    chosen = output or (names[0] if names else "")
    if chosen not in names:
        raise _unknown(view, "output", chosen or path, names)
    _check_target(view, name, activity, chosen)
    return view.outputs[activity, chosen]


def _check_target(view: RunView, name: str, activity: str, output: str) -> None:
    _, arrow, target = name.partition(">")
    there = [leg.target for leg in view.legs if (leg.source, leg.output) == (activity, output)]
    if arrow and target.strip() not in there:
        raise _unknown(view, "transition to", target.strip(), there)


def _unknown(view: RunView, what: str, name: str, known: list[str]) -> NotFound:
    near = suggest(name, known)
    todo = f"Did you mean {near}?" if near else f"Known: {', '.join(known) or 'none'}."
    return NotFound(f"run {view.run.id}", f"there is no {what} {name!r}", todo=todo)


def _transitions(view: RunView) -> Iterator[dict[str, Any]]:
    for (activity, name), output in view.outputs.items():
        leaving: list[str | None] = [leg.target for leg in view.legs if (leg.source, leg.output) == (activity, name)]
        rows, targets = counts(output)
        for target in leaving or [None]:
            yield {"from": activity, "output": name, "to": target, "rows": rows, "targets": targets}


def counts(output: TaskOutput) -> tuple[int | None, int | None]:
    """Return rows and targets of an output: 0 where the path was not taken, None where they are not known."""
    nobody = output.state is OutputState.NOT_TAKEN and output.shape is not None
    return (0, 0) if nobody else (output.rows, output.targets)
