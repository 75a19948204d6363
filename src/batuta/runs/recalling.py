"""Queries of activities with a memory: nobody is returned twice, and nobody is lost.

In a live run the query first asks for a window, then makes its population, remembers the keys under the
window, and ends. The end is the one commit: it reserves the window in the transaction that names the tables. A
query that is cut off before leaves a window that does not count, and the next attempt asks for another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from batuta.activities.contract import Memory, Recall
from batuta.runs.desk import Desk
from batuta.runs.model import Claim
from batuta.runs.ports import Remembering
from batuta.runs.state import Finished
from batuta.runs.windows import OPEN, Asking, memory_name, recall
from batuta.sets.algebra import Table

Make = Callable[[Desk, Claim], Finished]


def query(desk: Desk, claim: Claim, memory: Memory, make: Make) -> None:
    """Make the populations of an activity with a memory, remember whom it returned, and end the task.

    One query of a memory runs at a time: keys are made in one file of the engine and remembered in another,
    and nobody may look between the two.
    """
    state, engine = desk.ports.state, desk.ports.engine
    name = memory_name(desk.run.campaign, claim.activity, memory)
    moment = desk.moment(claim.activity)
    with desk.ports.turns.of(name):
        known = _known(desk, memory, name, claim)
        number = state.ask(claim, Asking(name, known.after, moment.now))
        _tidy(desk, name, known)
        # Tables of a former attempt are not adopted: others may have returned the people in them meanwhile.
        finished = make(desk, replace(claim, names={}))
        landed = finished.outputs[memory.output]
        engine.remember(Remembering(name, number, moment.now, Table(landed.table, landed.shape)))
        state.finish(claim, replace(finished, kept=landed.counts.rows))


def _known(desk: Desk, memory: Memory, name: str, claim: Claim) -> Recall:
    """Return what there is to know, without what former attempts of this very query still hold."""
    windows = desk.ports.state.windows(name)
    mine = (desk.run.id, claim.activity)
    others = [window for window in windows if (window.run, window.activity) != mine or window.state not in OPEN]
    return recall(memory, name, others, desk.moment(claim.activity))


def _tidy(desk: Desk, name: str, known: Recall) -> None:
    """Take keys that no longer count out of the engine."""
    windows = desk.ports.state.windows(name)
    void = [w.number for w in windows if not w.state.counts and not w.settled and w.idle]
    if void or known.since is not None:
        desk.ports.engine.forget(name, void, known.since, known.held)
    if void:
        desk.ports.state.settle(name, void)
