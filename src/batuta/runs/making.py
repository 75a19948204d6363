"""The jobs that make populations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from batuta.runs.desk import Desk, inputs_of
from batuta.runs.model import Claim, RunView, TaskOutput
from batuta.runs.naming import intended_names
from batuta.runs.ports import Counts, Making
from batuta.runs.recalling import query
from batuta.runs.remarking import remarks_of
from batuta.runs.state import Finished, Landed
from batuta.sets.algebra import Set, Table

_NOTHING: Mapping[str, Landed] = MappingProxyType({})


def make(desk: Desk, claim: Claim) -> None:
    """Make the populations of a task's outputs and commit them."""
    memory = desk.memory(claim.activity)
    if memory is not None and desk.run.live:
        query(desk, claim, memory, made)
    else:
        desk.ports.state.finish(claim, made(desk, claim))


def made(desk: Desk, claim: Claim) -> Finished:
    """Make the populations of a task's outputs, and return all that is to be committed."""
    view = desk.view()
    populations = populations_of(desk, view, claim.activity)
    landed = land(desk, view, claim, populations)
    kind = desk.frozen.kinds[claim.activity]
    on_audiences = desk.on_audiences(claim.activity, tuple(populations.values()))
    told = remarks_of(desk, claim.activity, kind.remarks(inputs_of(view, claim.activity), desk.scope(claim.activity)))
    return Finished(landed, notes=(*on_audiences, *told))


def land(
    desk: Desk, view: RunView, claim: Claim, populations: Mapping[str, Set], fetched: Mapping[str, Landed] = _NOTHING
) -> dict[str, Landed]:
    """Make the table of each population, adopting those of a former attempt.

    A population that is an inbound table as it came shares that table; so does one that was fetched.
    """
    here = {output.table: _counts(output) for _, output in view.inbound(claim.activity) if output.table is not None}
    here |= {of.table: of.counts for of in fetched.values()}
    passed = {name: of for name, of in populations.items() if isinstance(of, Table) and of.name in here}
    landed = {name: Landed(of.name, here[of.name], of.shape) for name, of in passed.items()}
    wanted = {name: of for name, of in populations.items() if name not in passed}
    if not wanted:
        return landed
    sets, audiences = desk.with_audiences(tuple(wanted.values()))
    names = intend(desk, claim, wanted, {name: of.table for name, of in fetched.items()})
    making = Making(dict(zip(wanted, sets, strict=True)), names, view.moment(claim.activity), audiences)
    counts = desk.ports.engine.make(making)
    return landed | {name: Landed(names[name], counts[name], of.shape) for name, of in wanted.items()}


def intend(
    desk: Desk,
    claim: Claim,
    outputs: Iterable[str],
    made: Mapping[str, str] = MappingProxyType({}),
    *,
    lasting: bool = False,
) -> dict[str, str]:
    """Return the names of the tables about to be made, remembered so that they can be adopted after a crash.

    `made` are those that this attempt has made already; what lasts is not taken back by a power cut either.
    """
    names = intended_names(claim, outputs, desk.ports.engine.tables() if claim.names else ())
    desk.ports.state.intend(claim, {**made, **names}, lasting=lasting)
    return names


def populations_of(desk: Desk, view: RunView, activity: str) -> Mapping[str, Set]:
    """Return the sets of an activity's outputs, over what arrived."""
    return desk.frozen.kinds[activity].populations(inputs_of(view, activity), desk.scope(activity))


def _counts(output: TaskOutput) -> Counts:
    return Counts(output.rows or 0, output.targets or 0)
