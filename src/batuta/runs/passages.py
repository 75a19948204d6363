"""The people of transitions that rules may name in a run: those of every output before an activity."""

from __future__ import annotations

from batuta.campaign.graph import upstream
from batuta.campaign.model import Campaign
from batuta.rules.binding import Passage
from batuta.runs.model import OutputState, RunView, TaskOutput

_KNOWN = frozenset({OutputState.TAKEN, OutputState.ENDED, OutputState.NOT_TAKEN})
"""What became of an output whose people are known; where it was not taken they are nobody."""


def passages_before(view: RunView, campaign: Campaign, activity: str) -> dict[str, Passage]:
    """Return the people of each output before an activity, by `activity.output`.

    As for a set that keeps people out, those of which a part is missing count as unknown, never as nobody.
    """
    before = upstream(campaign, activity)
    return {
        f"{output.activity}.{output.name}": _passage(output, output.shape.schema)
        for output in view.outputs.values()
        if output.activity in before and output.carries and output.shape is not None
    }


def _passage(output: TaskOutput, schema: str) -> Passage:
    return Passage(schema, output.table, unknown=output.state not in _KNOWN or output.incomplete)
