"""Queries of data engineers: run by the engine, which lets them read only, in test mode as live."""

from __future__ import annotations

from batuta.activities.fetches import FetchQuery
from batuta.runs.desk import Desk
from batuta.runs.fetching.brought import Brought
from batuta.runs.model import Claim, Note
from batuta.runs.ports import Querying
from batuta.runs.state import Landed


def bring_query(desk: Desk, claim: Claim, wanted: FetchQuery, table: str) -> Brought:
    """Run the query, or adopt the table of a former attempt."""
    order = Querying(wanted.sql, wanted.parameters, wanted.shape, table, desk.moment(claim.activity))
    counts = desk.ports.engine.query(order)
    rows = "1 row" if counts.rows == 1 else f"{counts.rows:,} rows"
    note = Note(f"The query returned {rows}", activity=claim.activity, data={"rows": counts.rows})
    return Brought(Landed(table, counts, wanted.shape), (note,))
