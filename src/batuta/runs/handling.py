"""Errors of a delivery that are processed: only who got no message goes on by the output for errors."""

from __future__ import annotations

from batuta.activities.exits import on_error
from batuta.campaign.graph import ERROR
from batuta.runs.delivering import figures, order_of, outcome, settled
from batuta.runs.desk import Desk, inputs_of
from batuta.runs.making import intend
from batuta.runs.model import Claim, Note
from batuta.runs.ports import Making
from batuta.runs.sending.outputs import addressee
from batuta.runs.state import Landed
from batuta.runs.telling import tell
from batuta.sets.algebra import Barrier, Exclusion, Table

_LEFT = "left"


def handle(desk: Desk, claim: Claim) -> None:
    """Close a delivery, make the population of those whose message has not left for sure, and let it go on."""
    view = desk.view()
    order = order_of(desk, view, claim.activity, None, {})
    tally = settled(claim.activity, desk.ports.sending.close(order))
    tell(desk, claim, order, {})
    note = Note(outcome(tally, desk.run.live), activity=claim.activity, data=figures(tally))
    arrived = on_error(desk.frozen.kinds[claim.activity], inputs_of(view, claim.activity))
    if arrived is None:
        desk.ports.state.handled(claim, None, note)
        return
    names = intend(desk, claim, (_LEFT, ERROR))
    shape = addressee(order.delivery.messages)
    desk.ports.engine.write(names[_LEFT], shape, desk.ports.sending.left(order))
    unsent = Exclusion(arrived, (Barrier(Table(names[_LEFT], shape), _LEFT),), arrived.shape)
    making = Making({ERROR: unsent}, {ERROR: names[ERROR]}, order.moment)
    counts = desk.ports.engine.make(making)[ERROR]
    desk.ports.engine.drop([names[_LEFT]])
    desk.ports.state.handled(claim, Landed(names[ERROR], counts, arrived.shape), note)
