"""Saving an audience: a table of members in the engine, once per effect key, named by the state."""

from __future__ import annotations

from batuta.activities.effects import SaveAudience
from batuta.kit.errors import InputError
from batuta.runs.desk import Desk
from batuta.runs.effects.done import Done
from batuta.runs.model import Audience, Claim, Note
from batuta.runs.naming import audience_table, effect_key
from batuta.runs.ports import Counts, Keeping
from batuta.runs.state import Landed, Saved
from batuta.sets.algebra import Set, Table


def save(desk: Desk, claim: Claim, saving: SaveAudience, source: Landed) -> Done:
    """Keep a population as the next version of an audience."""
    former = desk.ports.state.audiences().get(saving.label, Audience(saving.label, saving.shape))
    note = _told(desk, saving, source.counts, claim.activity)
    return Done((note,), (_save(desk, claim, saving, source, former),) if desk.run.live else ())


def _told(desk: Desk, saving: SaveAudience, counts: Counts, activity: str) -> Note:
    if counts.rows == 0 and not (saving.allow_empty or saving.append):
        nobody = "nobody arrived" if saving.left_out is None else "nobody arrived whose key is in the data"
        raise InputError(
            f"audience {saving.label}",
            f"{nobody}, and an empty population does not replace an audience; it stays as it was",
            todo="Mend the path that leads here, or allow an empty population to replace the audience.",
        )
    done = ("Adds" if saving.append else "Saves") if desk.run.live else ("Would add" if saving.append else "Would save")
    joined = "to" if saving.append else "as"
    crowd = "1 person" if counts.targets == 1 else f"{counts.targets:,} people"
    said = f"{done} {crowd} {joined} audience {saving.label}"
    data: dict[str, object] = {"audience": saving.label, "targets": counts.targets}
    if saving.left_out is None:
        return Note(said, activity=activity, data=data)
    left_out = _count(desk, activity, saving.left_out)
    rest = "has no key in the data and is left out" if left_out == 1 else "have no key in the data and are left out"
    said += f"; of the rows that arrived {left_out:,} {rest}" if left_out else ""
    return Note(said, activity=activity, data={**data, "left_out": left_out})


def _count(desk: Desk, activity: str, rows: Set) -> int:
    known, audiences = desk.with_audiences(rows)
    return desk.ports.engine.count(known, desk.moment(activity), audiences).rows


def _save(desk: Desk, claim: Claim, saving: SaveAudience, source: Landed, former: Audience) -> Saved:
    # The former version is part of key and name: should another run save the audience between a crash and
    # the next attempt, the members that it added are not lost.
    key = effect_key(claim, saving.label, former.version)
    keeping = Keeping(
        population=Table(source.table, source.shape),
        attributes=saving.attributes,
        name=audience_table(key),
        effect=key,
        moment=desk.moment(claim.activity),
        former=former.table if saving.append else None,
    )
    counts = desk.ports.engine.save_audience(keeping)
    return Saved(saving.label, Landed(keeping.name, counts, saving.shape), former.version, saving.append)
