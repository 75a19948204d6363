"""The end of work: tables are committed by naming them, outputs settle, and what hangs on them goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from batuta.campaign.graph import ERROR
from batuta.runs.model import Claim, JobKind, JobState, Level, Note, OutputState, RunView, TaskOutput, TaskState
from batuta.runs.ports import Counts
from batuta.runs.sending.contract import DeliveryKey
from batuta.runs.settling import arrivals_at, carried_on_error, left_incomplete, settled_as
from batuta.runs.state import Finished, Landed, Prepared
from batuta.runs.windows import WindowState
from batuta.store.ledger import withdraw
from batuta.store.moves.claiming import close, rest
from batuta.store.moves.following import after, ready, refresh, settle_outputs
from batuta.store.moves.log import append
from batuta.store.moves.noticing import post
from batuta.store.moves.remembering import give_back, reserve
from batuta.store.moves.saving import save_version
from batuta.store.runs import SHAPE, view
from batuta.store.tables import jobs, outputs, tasks


def finish(connection: Connection, claim: Claim, finished: Finished, at: datetime) -> None:
    """End a task: commit its tables and audiences, settle its outputs and what follows from them."""
    task = close(connection, claim, JobState.DONE)
    if finished.kept is not None:
        reserve(connection, claim, finished.kept)
    for saved in finished.saved:
        save_version(connection, claim, saved, at)
    current = view(connection, claim.run)
    incomplete = left_incomplete(arrivals_at(current, claim.activity))
    missed = finished.not_taken | ({ERROR} if current.tasks[claim.activity].process_errors else frozenset())
    for output in current.outputs_of(claim.activity):
        if output.name in missed:
            _forgo(connection, task, output.name, OutputState.NOT_TAKEN)
        else:
            _settle(connection, task, output, finished.outputs.get(output.name), incomplete)
    post(connection, claim, finished.notices, at)
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
    _end_sending(connection, task, claim)
    rest(connection, [task])
    refresh(connection, claim.run, at)


def fail(connection: Connection, claim: Claim, note: Note, attention: bool, at: datetime) -> None:
    """End a job in an error: its task's outputs are not to be relied on, and what needs them is told."""
    task = close(connection, claim, JobState.FAILED, note.message)
    give_back(connection, claim.run, claim.activity, [WindowState.ASKED])
    here = view(connection, claim.run).tasks[claim.activity]
    if here.process_errors and not attention and claim.kind is not JobKind.HANDLE:
        _process(connection, task, claim, note, at)
        return
    state = TaskState.ATTENTION if attention else TaskState.ERROR
    _move(connection, task, state, error=note.message, ended_at=at.isoformat())
    settle_outputs(connection, task, OutputState.FAILED)
    append(connection, claim.run, at, note)
    after(connection, claim.run, at, claim.activity)


def handled(connection: Connection, claim: Claim, unsent: Landed | None, note: Note, at: datetime) -> None:
    """End a delivery that failed and whose error is processed."""
    task = close(connection, claim, JobState.DONE)
    append(connection, claim.run, at, note)
    _handle(connection, task, claim, unsent, at)


def _end_sending(connection: Connection, task: int, claim: Claim) -> None:
    """After the last shard let the delivery be finished, or its error be handled where a shard failed."""
    states = list(connection.scalars(select(jobs.c.state).where(jobs.c.task == task, jobs.c.kind == JobKind.SEND)))
    if all(state == JobState.DONE for state in states):
        ready(connection, task, JobKind.FINISH)
        return
    under_way = {JobState.READY, JobState.RUNNING} & {JobState(state) for state in states}
    if not under_way and view(connection, claim.run).tasks[claim.activity].process_errors:
        _begin_handling(connection, task)


def _begin_handling(connection: Connection, task: int) -> None:
    """Let the error of a delivery be handled; from here on nothing of it is tried again, or someone might get both."""
    failed = (jobs.c.task == task) & (jobs.c.state == JobState.FAILED)
    connection.execute(update(jobs).where(failed).values(state=JobState.CANCELLED))
    ready(connection, task, JobKind.HANDLE)


def _process(connection: Connection, task: int, claim: Claim, note: Note, at: datetime) -> None:
    """Let an error leave by the output for errors: of a delivery that has begun, once no shard is under way."""
    append(connection, claim.run, at, note)
    connection.execute(update(tasks).where(tasks.c.id == task).values(error=note.message))
    if claim.kind is JobKind.SEND:
        _end_sending(connection, task, claim)
    elif claim.kind is JobKind.FINISH:
        _begin_handling(connection, task)
    else:
        if claim.kind is JobKind.PREPARE:  # it may have been opened, with all its messages pending
            withdraw(connection, DeliveryKey(claim.run, claim.activity, claim.generation))
        arrived = carried_on_error(view(connection, claim.run), claim.activity)
        _handle(connection, task, claim, None if arrived is None else _landed(arrived), at)
        return
    rest(connection, [task])
    refresh(connection, claim.run, at)


def _landed(arrived: TaskOutput) -> Landed | None:
    if arrived.table is None or arrived.shape is None:
        return None
    return Landed(arrived.table, Counts(arrived.rows or 0, arrived.targets or 0), arrived.shape)


def _handle(connection: Connection, task: int, claim: Claim, landed: Landed | None, at: datetime) -> None:
    _move(connection, task, TaskState.HANDLED, ended_at=at.isoformat())
    current = view(connection, claim.run)
    incomplete = left_incomplete(arrivals_at(current, claim.activity))
    for output in current.outputs_of(claim.activity):
        if output.name == ERROR:
            _settle(connection, task, output, landed, incomplete)
        else:
            _forgo(connection, task, output.name, OutputState.HANDLED)
    said = "The error is handled: the run goes on"
    append(connection, claim.run, at, Note(said, Level.WARNING, claim.activity))
    after(connection, claim.run, at, claim.activity)


def _forgo(connection: Connection, task: int, output: str, state: OutputState) -> None:
    connection.execute(update(outputs).where(outputs.c.task == task, outputs.c.name == output).values(state=state))


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
