"""The start of a run: one transaction freezes the graph into rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from batuta.kit.errors import InputError
from batuta.runs.model import Note, OutputState, RunStatus, TaskState, Wanted
from batuta.runs.plan import Plan
from batuta.runs.state import Beginning
from batuta.runs.variables import write_variables
from batuta.store.moves.following import follow_up
from batuta.store.moves.log import append
from batuta.store.moves.saving import make_shells
from batuta.store.runs import SHAPE
from batuta.store.tables import outputs, runs, tasks, transitions


def start(connection: Connection, beginning: Beginning, at: datetime) -> None:
    """Freeze a campaign into a run whose first tasks are ready; a run id happens once."""
    run = beginning.run
    if connection.scalar(select(runs.c.id).where(runs.c.id == run.id)) is not None:
        raise InputError(f"run {run.id}", "this run was started before", todo=f"batuta run resume {run.id}")
    connection.execute(
        insert(runs).values(
            id=run.id,
            campaign=run.campaign,
            name=run.name,
            mode=run.mode,
            status=RunStatus.QUEUED,
            wanted=Wanted.RUN,
            generation=run.generation,
            now=run.moment.now.isoformat(),
            zone=run.moment.zone,
            seed=run.seed,
            variables=write_variables(run.variables, run.moment.variables),
            catalogue_version=run.catalogue_version,
            ask=run.ask,
            pinned=run.pinned,
            skip_waits=run.skip_waits,
            document=beginning.campaign,
            channels=beginning.channels,
            filters=beginning.filters,
            created_at=at.isoformat(),
        )
    )
    append(connection, run.id, at, Note(f"Started in {run.mode} mode", data={"now": run.moment.now.isoformat()}))
    _freeze(connection, run.id, run.generation, beginning.plan)
    if run.live:
        make_shells(connection, run.campaign, beginning.shells, at)
    follow_up(connection, run.id, at, [task.activity for task in beginning.plan.tasks])


def _freeze(connection: Connection, run: str, generation: int, plan: Plan) -> None:
    ids: dict[str, int] = {}
    for task in plan.tasks:
        row = insert(tasks).values(
            run=run,
            activity=task.activity,
            generation=generation,
            kind=task.kind,
            label=task.label,
            first=task.first,
            enabled=task.enabled,
            pause=task.pause,
            process_errors=task.process_errors,
            state=TaskState.PENDING,
        )
        ids[task.activity] = connection.execute(row.returning(tasks.c.id)).scalar_one()
    for output in plan.outputs:
        connection.execute(
            insert(outputs).values(
                task=ids[output.activity],
                name=output.name,
                label=output.label,
                carries=output.carries,
                ends_when_empty=output.ends_when_empty,
                shape=None if output.shape is None else SHAPE.dump_json(output.shape).decode(),
                state=OutputState.OPEN,
            )
        )
    for leg in plan.legs:
        connection.execute(
            insert(transitions).values(
                run=run,
                place=leg.place,
                source=leg.source,
                output=leg.output,
                target=leg.target,
                role=leg.role,
                label=leg.label,
            )
        )
