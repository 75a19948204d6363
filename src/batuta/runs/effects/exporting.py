"""Writing a file: prepared beside its place by the engine, noted, then given its name; once, whatever dies.

The note stands before the name is given. An attempt after a crash that finds the note, but no prepared file any
more, knows that the file has got its name, even if somebody has taken it away since.
"""

from __future__ import annotations

from batuta.activities.effects import ExportFile
from batuta.kit.errors import InputError
from batuta.kit.text import counted
from batuta.messages.naming import name_of
from batuta.runs.desk import Desk
from batuta.runs.effects.done import Done
from batuta.runs.model import Claim, Level, Note
from batuta.runs.ports import Exporting
from batuta.runs.state import Landed
from batuta.sets.algebra import Table


def export(desk: Desk, claim: Claim, wanted: ExportFile, source: Landed) -> Done:
    """Write a population to a file in live runs, tell it in test runs."""
    context = {"campaign": desk.run.campaign, "run": desk.run.id, "activity": claim.activity}
    name = name_of(wanted.name, desk.moment(claim.activity), context)
    taken = desk.ports.files.is_taken(wanted.location, name)
    rows = counted(source.counts.rows, "row")
    where = f"{name} in location {wanted.location.name}"
    data = {"file": name, "location": wanted.location.name, "rows": source.counts.rows}
    if desk.run.live:
        _write(desk, claim, wanted, source, name)
        return Done((Note(f"Writes {rows} to {where}", activity=claim.activity, data=data),))
    notes = [Note(f"Would write {rows} to {where}", activity=claim.activity, data=data)]
    if taken and not wanted.replace:
        said = f"There is a file {where} already, so a live run would stop here"
        notes.append(Note(said, Level.WARNING, claim.activity))
    return Done(tuple(notes))


def _write(desk: Desk, claim: Claim, wanted: ExportFile, source: Landed, name: str) -> None:
    files, run, key = desk.ports.files, desk.run.id, f"{claim.activity}-{claim.generation}"
    draft = files.draft(wanted.location, name, f"{run}/{key}")
    if files.noted(run, key) is None:
        if files.is_taken(wanted.location, name) and not wanted.replace:
            raise _taken(wanted, name)
        order = Exporting(
            Table(source.table, source.shape),
            wanted.columns,
            wanted.sort,
            wanted.form,
            draft,
            desk.moment(claim.activity),
        )
        try:
            desk.ports.engine.export(order)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        files.note(run, key, {"file": name, "rows": source.counts.rows})
    elif not draft.exists():
        return
    files.publish(wanted.location, name, draft, replace=wanted.replace)


def _taken(wanted: ExportFile, name: str) -> InputError:
    return InputError(
        f"location {wanted.location.name}",
        f"there is a file {name} already",
        todo="Take it away and resume the run, choose a name with now in it, or let existing files be replaced.",
    )
