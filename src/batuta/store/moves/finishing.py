"""The end of work: tables are committed by naming them, outputs settle, and what hangs on them goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from batuta.runs.model import Claim, JobKind, JobState, Level, Note, OutputState, RunView, TaskOutput, TaskState
from batuta.runs.settling import arrivals_at, left_incomplete, settled_as
from batuta.runs.state import Finished, Landed, Prepared
from batuta.runs.windows import WindowState
from batuta.store.moves.claiming import close, rest
from batuta.store.moves.following import after, ready, refresh, settle_outputs
from batuta.store.moves.log import append
from batuta.store.moves.remembering import give_back, reserve
from batuta.store.moves.saving import save_version
from batuta.store.runs import SHAPE, jobs, outputs, tasks, view


def finish(connection: Connection, claim: Claim, finished: Finished, at: datetime) -> None:
    """End a task: commit its tables and audiences, settle its outputs and what follows from them."""
    task = close(connection, claim, JobState.DONE)
    if finished.kept is not None:
        reserve(connection, claim, finished.kept)
    for saved in finished.saved:
        save_version(connection, claim, saved, at)
    current = view(connection, claim.run)
    incomplete = left_incomplete(arrivals_at(current, claim.activity))
    for output in current.outputs_of(claim.activity):
        _settle(connection, task, output, finished.outputs.get(output.name), incomplete)
    _move(connection, task, TaskState.DONE, ended_at=at.isoformat(), **_onward(current, claim.activity, at))
    append(connection, claim.run, at, *finished.notes, _counted(current, claim, finished.outputs))
    after(connection, claim.run, at, claim.activity)


def prepared(connection: Connection, claim: Claim, result: Prepared, at: datetime) -> None:
    """End the preparation of a delivery: its shards become jobs, or it awaits confirmation."""
    task = close(connection, claim, JobState.DONE)
    append(connection, claim.run, at, result.note)
    if result.ask:
        _move(connection, task, TaskState.AWAITING, messages=result.messages, shards=result.shards)
    else:
        _move(connection, task, TaskState.PENDING, messages=result.messages, shards=result.shards)
        begin_sending(connection, task, result.shards)
    refresh(connection, claim.run, at)


def begin_sending(connection: Connection, task: int, shards: int) -> None:
    """Make a job of each shard of a delivery, or end it at once if there is none."""
    for shard in range(shards):
        ready(connection, task, JobKind.SEND, shard)
    if shards == 0:
        ready(connection, task, JobKind.FINISH)


def sent(connection: Connection, claim: Claim, at: datetime) -> None:
    """End the sending of a shard; after the last one the delivery can be finished."""
    task = close(connection, claim, JobState.DONE)
    sending = select(func.count()).where(
        jobs.c.task == task, jobs.c.kind == JobKind.SEND, jobs.c.state != JobState.DONE
    )
    if connection.execute(sending).scalar_one() == 0:
        ready(connection, task, JobKind.FINISH)
    rest(connection, [task])
    refresh(connection, claim.run, at)


def fail(connection: Connection, claim: Claim, note: Note, attention: bool, at: datetime) -> None:
    """End a job in an error: its task's outputs are not to be relied on, and what needs them is told."""
    task = close(connection, claim, JobState.FAILED, note.message)
    give_back(connection, claim.run, claim.activity, [WindowState.ASKED])
    state = TaskState.ATTENTION if attention else TaskState.ERROR
    _move(connection, task, state, error=note.message, ended_at=at.isoformat())
    settle_outputs(connection, task, OutputState.FAILED)
    append(connection, claim.run, at, note)
    after(connection, claim.run, at, claim.activity)


def _onward(current: RunView, activity: str, at: datetime) -> dict[str, str]:
    """Return the instant of the stretch that begins after a wait: the clock's, or in a pinned run the wait's end."""
    due = current.tasks[activity].due
    if due is None:
        return {}
    return {"onward": (due if current.run.pinned else at).isoformat()}


def _settle(connection: Connection, task: int, output: TaskOutput, landed: Landed | None, incomplete: bool) -> None:
    rows = None if landed is None else landed.counts.rows
    values: dict[str, object] = {
        "state": settled_as(output.carries, rows, output.ends_when_empty),
        "incomplete": incomplete,
    }
    if landed is not None:
        values |= {
            "table_name": landed.table,
            "rows": landed.counts.rows,
            "targets": landed.counts.targets,
            "shape": SHAPE.dump_json(landed.shape).decode(),
        }
    connection.execute(update(outputs).where(outputs.c.task == task, outputs.c.name == output.name).values(**values))


def _move(connection: Connection, task: int, state: TaskState, **values: object) -> None:
    connection.execute(update(tasks).where(tasks.c.id == task).values(state=state, **values))


def _counted(current: RunView, claim: Claim, landed: Mapping[str, Landed]) -> Note:
    figures = {name: {"rows": of.counts.rows, "targets": of.counts.targets} for name, of in landed.items()}
    labels = {output.name: output.label for output in current.outputs_of(claim.activity)}
    said = ", ".join(f"{labels.get(name, name)} {of.counts.rows:,}" for name, of in landed.items())
    return Note(f"Done: {said}" if said else "Done", Level.INFO, claim.activity, {"outputs": figures})
