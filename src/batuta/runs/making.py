"""The jobs that make populations, and save them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from batuta.activities.contract import Effecting
from batuta.activities.effects import SaveAudience
from batuta.kit.errors import InputError
from batuta.runs.desk import Desk, inputs_of
from batuta.runs.model import Audience, Claim, Note, RunView, TaskOutput
from batuta.runs.naming import audience_table, effect_key, intended_names
from batuta.runs.ports import Counts, Keeping, Making
from batuta.runs.state import Finished, Landed, Saved
from batuta.sets.algebra import Set, Table


def make(desk: Desk, claim: Claim) -> None:
    """Make the populations of a task's outputs and commit them."""
    view = desk.view()
    populations = _populations(desk, view, claim.activity)
    desk.ports.state.finish(claim, Finished(land(desk, view, claim, populations)))


def effect(desk: Desk, claim: Claim) -> None:
    """Make the populations of a task's outputs and carry out (in test mode: describe) its effects."""
    view = desk.view()
    kind = desk.frozen.kinds[claim.activity]
    if not isinstance(kind, Effecting):
        raise TypeError(f"{claim.activity} has no effects")
    effects = kind.effects(inputs_of(view, claim.activity), desk.scope(claim.activity))
    sources = {f"effect_{place}": effect.population for place, effect in enumerate(effects, 1)}
    outputs = _populations(desk, view, claim.activity)
    landed = land(desk, view, claim, {**outputs, **sources})
    saved: list[Saved] = []
    notes: list[Note] = []
    for source, saving in zip(sources, effects, strict=True):
        former = desk.ports.state.audiences().get(saving.label, Audience(saving.label, saving.shape))
        notes.append(_told(desk, saving, landed[source].counts, claim.activity))
        if desk.run.live:
            saved.append(_save(desk, claim, saving, landed[source], former))
    made = {name: landed[name] for name in outputs}
    desk.ports.state.finish(claim, Finished(made, tuple(saved), tuple(notes)))


def land(desk: Desk, view: RunView, claim: Claim, populations: Mapping[str, Set]) -> dict[str, Landed]:
    """Make the table of each population, adopting those of a former attempt.

    A population that is an inbound table as it came shares that table.
    """
    here = {output.table: output for _, output in view.inbound(claim.activity) if output.table is not None}
    passed = {name: of for name, of in populations.items() if isinstance(of, Table) and of.name in here}
    landed = {name: Landed(of.name, _counts(here[of.name]), of.shape) for name, of in passed.items()}
    wanted = {name: of for name, of in populations.items() if name not in passed}
    if not wanted:
        return landed
    sets, audiences = desk.with_audiences(tuple(wanted.values()))
    names = intend(desk, claim, wanted)
    making = Making(dict(zip(wanted, sets, strict=True)), names, desk.run.moment, audiences)
    counts = desk.ports.engine.make(making)
    return landed | {name: Landed(names[name], counts[name], of.shape) for name, of in wanted.items()}


def intend(desk: Desk, claim: Claim, outputs: Iterable[str]) -> dict[str, str]:
    """Return the names of the tables about to be made, remembered so that they can be adopted after a crash."""
    names = intended_names(claim, outputs, desk.ports.engine.tables() if claim.names else ())
    desk.ports.state.intend(claim, names)
    return names


def _populations(desk: Desk, view: RunView, activity: str) -> Mapping[str, Set]:
    return desk.frozen.kinds[activity].populations(inputs_of(view, activity), desk.scope(activity))


def _counts(output: TaskOutput) -> Counts:
    return Counts(output.rows or 0, output.targets or 0)


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
    left_out = _count(desk, saving.left_out)
    rest = "has no key in the data and is left out" if left_out == 1 else "have no key in the data and are left out"
    said += f"; of the rows that arrived {left_out:,} {rest}" if left_out else ""
    return Note(said, activity=activity, data={**data, "left_out": left_out})


def _count(desk: Desk, rows: Set) -> int:
    known, audiences = desk.with_audiences(rows)
    return desk.ports.engine.count(known, desk.run.moment, audiences).rows


def _save(desk: Desk, claim: Claim, saving: SaveAudience, source: Landed, former: Audience) -> Saved:
    # The former version is part of key and name: should another run save the audience between a crash and
    # the next attempt, the members that it added are not lost.
    key = effect_key(claim, saving.label, former.version)
    keeping = Keeping(
        population=Table(source.table, source.shape),
        attributes=saving.attributes,
        name=audience_table(key),
        effect=key,
        moment=desk.run.moment,
        former=former.table if saving.append else None,
    )
    counts = desk.ports.engine.save_audience(keeping)
    return Saved(saving.label, Landed(keeping.name, counts, saving.shape), former.version, saving.append)
