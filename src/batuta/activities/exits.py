"""The outputs of an activity in a campaign: those of its kind, and the one for its errors where they are processed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batuta.activities.contract import Input, Kind, Output, Role
from batuta.campaign.graph import ERROR, after_errors
from batuta.campaign.model import Activity, Campaign
from batuta.kit.problems import Problem
from batuta.schema.types import STRING, DataType
from batuta.sets.algebra import Set

ERROR_ACTIVITY, ERROR_MESSAGE = "error_activity", "error_message"


def exits(activity: Activity, kind: Kind) -> tuple[Output, ...]:
    """Return the outputs of an activity."""
    own = kind.outputs()
    return (*own, Output(ERROR, "Error")) if activity.process_errors and not error_clashes(activity, kind) else own


def error_clashes(activity: Activity, kind: Kind) -> tuple[Problem, ...]:
    """Return a problem if errors are processed, but the kind has an output of that name of its own."""
    own = {output.name for output in kind.outputs()}
    return (Problem("error-output-taken", {"name": ERROR}),) if activity.process_errors and ERROR in own else ()


def on_error(kind: Kind, inputs: Sequence[Input]) -> Set | None:
    """Return the population that leaves by the output of errors: the main one that arrived, or else the first."""
    roles = [kind.role(place, item.source, item.output) for place, item in enumerate(inputs)]
    arrived = [(role is not Role.MAIN, place) for place, role in enumerate(roles)]
    populations = [inputs[place].population for _, place in sorted(arrived)]
    return next((population for population in populations if population is not None), None)


def variables_at(campaign: Campaign, activity: str) -> Mapping[str, DataType]:
    """Return the variables that an activity may name: those declared, and after an error what it was."""
    declared = {variable.name: variable.type for variable in campaign.variables}
    told = {ERROR_ACTIVITY: STRING, ERROR_MESSAGE: STRING} if activity in after_errors(campaign) else {}
    return {**told, **declared}
