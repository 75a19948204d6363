"""The effects of a task: described in test mode, done in live mode; one module for each kind of effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from batuta.activities.contract import Effecting
from batuta.activities.effects import ExportFile, Notify, SaveAudience, UpdateData
from batuta.runs.desk import Desk, inputs_of
from batuta.runs.effects.changing import change
from batuta.runs.effects.done import Done
from batuta.runs.effects.exporting import export
from batuta.runs.effects.notifying import notify
from batuta.runs.effects.saving import save
from batuta.runs.making import land, populations_of
from batuta.runs.model import Claim
from batuta.runs.remarking import remarks_of
from batuta.runs.state import Finished

Carrier = Callable[[Desk, Claim, Any, Any], Done]

CARRIERS: Mapping[type[Any], Carrier] = {
    SaveAudience: save,
    Notify: notify,
    ExportFile: export,
    UpdateData: change,
}
"""Who carries out which effect, given the table of its population, if it has one.

In test mode a carrier tells, and does nothing outside the run.
"""


def effect(desk: Desk, claim: Claim) -> None:
    """Make the populations of a task's outputs and carry out (in test mode: describe) its effects."""
    view = desk.view()
    kind = desk.frozen.kinds[claim.activity]
    if not isinstance(kind, Effecting):
        raise TypeError(f"{claim.activity} has no effects")
    inputs, scope = inputs_of(view, claim.activity), desk.scope(claim.activity)
    effects = kind.effects(inputs, scope)
    named = {f"effect_{place}": effect for place, effect in enumerate(effects, 1)}
    sources = {name: effect.population for name, effect in named.items() if effect.population is not None}
    outputs = populations_of(desk, view, claim.activity)
    landed = land(desk, view, claim, {**outputs, **sources})
    notes = list(remarks_of(desk, claim.activity, kind.remarks(inputs, scope)))
    done = [CARRIERS[type(effect)](desk, claim, effect, landed.get(name)) for name, effect in named.items()]
    made = {name: landed[name] for name in outputs}
    saved = tuple(item for one in done for item in one.saved)
    told = (*notes, *(note for one in done for note in one.notes))
    notices = tuple(notice for one in done for notice in one.notices)
    desk.ports.state.finish(claim, Finished(made, saved, told, notices=notices))
