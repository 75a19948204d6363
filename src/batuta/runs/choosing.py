"""The jobs that choose a way: figures of the run decide which output is taken."""

from __future__ import annotations

from collections.abc import Mapping

from batuta.activities.contract import Choice, Deciding
from batuta.activities.figures import Counts, figures
from batuta.runs.desk import Desk
from batuta.runs.making import land, populations_of
from batuta.runs.model import Claim, Note, OutputState, RunView, TaskOutput
from batuta.runs.state import Finished

_NOBODY = (OutputState.ENDED, OutputState.NOT_TAKEN)


def choose(desk: Desk, claim: Claim) -> None:
    """Take one output of an activity, by the figures of all that comes before it."""
    kind = desk.frozen.kinds[claim.activity]
    if not isinstance(kind, Deciding):
        raise TypeError(f"{claim.activity} chooses nothing")
    view, scope = desk.view(), desk.scope(claim.activity)
    choice = kind.choose(scope, figures(scope.upstream, counts_of(view)), view.moment(claim.activity))
    populations = populations_of(desk, view, claim.activity)
    taken = {name: population for name, population in populations.items() if name == choice.output}
    landed = land(desk, view, claim, taken)
    others = frozenset(output.name for output in kind.outputs()) - {choice.output or ""}
    note = _told(choice, view, claim.activity)
    desk.ports.state.finish(claim, Finished(landed, notes=(note,), not_taken=others))


def counts_of(view: RunView) -> Mapping[tuple[str, str], Counts]:
    """Return rows and targets of each output: 0 where a path ended or was not taken, unknown where it failed."""
    return {place: _counts(output) for place, output in view.outputs.items()}


def _counts(output: TaskOutput) -> Counts:
    return (0, 0) if output.state in _NOBODY else (output.rows, output.targets)


def _told(choice: Choice, view: RunView, activity: str) -> Note:
    said = ", ".join(f"{name} {'unknown' if value is None else f'{value:,}'}" for name, value in choice.figures.items())
    label = "" if choice.output is None else view.outputs[activity, choice.output].label
    ended = "No condition holds: the path ends"
    told = f"Takes {label}" if choice.output is not None else ended
    data = {"output": choice.output, "figures": dict(choice.figures)}
    return Note(f"{told} ({said})" if said else told, activity=activity, data=data)
