"""Changing rows of the data: in the engine, once per run, generation and activity."""

from __future__ import annotations

from batuta.activities.effects import UpdateData
from batuta.kit.text import counted
from batuta.runs.desk import Desk
from batuta.runs.effects.done import Done
from batuta.runs.model import Claim, Level, Note
from batuta.runs.naming import change_key
from batuta.runs.ports import Changing
from batuta.runs.state import Landed
from batuta.schema.changing import ChangeCounts
from batuta.sets.algebra import Table

_WORDS = {
    "inserted": "inserted",
    "updated": "updated",
    "deleted": "deleted",
    "unchanged": "as they should be already",
    "existing": "there already and left as they are",
    "missing": "not there",
    "ignored": "older than what is there",
    "repeated": "named before in the same population",
}


def change(desk: Desk, claim: Claim, wanted: UpdateData, source: Landed) -> Done:
    """Change rows of the data in live runs; test runs count what would change."""
    state, live = desk.ports.state, desk.run.live
    order = Changing(
        schema=desk.frozen.knowledge.catalogue.schema_named(wanted.schema),
        change=wanted.change,
        population=Table(source.table, source.shape),
        values=wanted.values,
        moment=desk.moment(claim.activity),
        effect=change_key(claim) if live else "",
        before_commit=lambda: state.touch(wanted.schema),
    )
    counts = desk.ports.engine.change_rows(order)
    if live:
        # Who read the version between this and the one before the commit cannot know which rows they saw.
        state.touch(wanted.schema)
    return Done(_told(wanted.schema, counts, live, claim.activity))


def _told(schema: str, counts: ChangeCounts, live: bool, activity: str) -> tuple[Note, ...]:
    figures = counts.model_dump()
    parts = [f"{figures[name]:,} {word}" for name, word in _WORDS.items() if figures[name]]
    begins = "Changes" if live else "Would change"
    said = f"{begins} {schema}: of {counted(counts.read, 'row')} {', '.join(parts) or 'none'}"
    notes = [Note(said, activity=activity, data={"schema": schema, **figures})]
    if counts.rejected:
        rejected = f"{counted(counts.rejected, 'row')} rejected"
        why = "a key or a required value is missing, or a value does not fit its attribute"
        notes.append(Note(f"{rejected}: {why}", Level.WARNING, activity, {"rejected": counts.rejected}))
    return tuple(notes)
