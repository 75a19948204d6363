"""The jobs that bring rows from outside into a working table; one module for each kind of fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from batuta.activities.contract import Fetching
from batuta.activities.fetches import FetchFile, FetchQuery
from batuta.runs.desk import Desk, inputs_of
from batuta.runs.fetching.brought import Brought
from batuta.runs.fetching.files import bring_file
from batuta.runs.fetching.queries import bring_query
from batuta.runs.making import intend, land
from batuta.runs.model import Claim
from batuta.runs.remarking import remarks_of
from batuta.runs.state import Finished
from batuta.sets.algebra import Table

FETCHED = "fetched"
"""What the working table is called among those of the task's outputs."""

Bringer = Callable[[Desk, Claim, Any, str], Brought]

BRINGERS: Mapping[type[Any], Bringer] = {
    FetchFile: bring_file,
    FetchQuery: bring_query,
}
"""Who brings what into a working table of a given name; if that is made already, it is not brought again."""


def fetch(desk: Desk, claim: Claim) -> None:
    """Bring what an activity asks for, make the populations of its outputs of it, and commit them.

    What the outside loses by it, such as a file to be deleted, it loses only once all tables are safe on the disk.
    """
    view = desk.view()
    kind = desk.frozen.kinds[claim.activity]
    if not isinstance(kind, Fetching):
        raise TypeError(f"{claim.activity} fetches nothing")
    inputs, scope = inputs_of(view, claim.activity), desk.scope(claim.activity)
    wanted = kind.fetch(inputs, scope)
    table = intend(desk, claim, [FETCHED], lasting=True)[FETCHED]
    brought = BRINGERS[type(wanted)](desk, claim, wanted, table)
    fetched = Table(table, wanted.shape)
    populations = kind.gained(fetched, inputs, scope)
    landed = land(desk, view, claim, populations, {FETCHED: brought.landed})
    remarks = remarks_of(desk, claim.activity, (*kind.told(fetched, inputs, scope), *kind.remarks(inputs, scope)))
    notes = (*brought.notes, *remarks, *brought.release())
    desk.ports.state.finish(claim, Finished(landed, notes=notes))
