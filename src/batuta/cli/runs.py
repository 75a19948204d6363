"""`batuta run`: look at runs, and decide what becomes of them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from batuta.cli.headings import print_schema
from batuta.cli.populations import Page, print_preview
from batuta.cli.run_progress import log_line
from batuta.cli.run_tables import runs_table, show_run
from batuta.cli.running import stage_of
from batuta.kit.errors import NotFound
from batuta.runs.conduct import statements
from batuta.runs.model import Note, RunStatus, Wanted
from batuta.runs.summary import output_named, summary, tasks
from batuta.schema.model import missing
from batuta.store import runs

app = typer.Typer()

RunName = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, or last.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Send without asking for confirmation.")]


@app.command("list")
def list_runs(context: typer.Context, as_json: AsJson = False) -> None:
    """List all runs, the latest first."""
    stage = stage_of(context)
    with stage.services.database.read() as connection:
        found, waiting = runs.all_runs(connection), runs.waiting_until(connection)
    if not as_json:
        stage.services.console.print(runs_table(found, waiting))
        return
    stage.services.print_json(
        [
            {
                "run": run.id,
                "campaign": run.campaign,
                "name": run.name,
                "mode": str(run.mode),
                "status": str(run.status),
                "waits_until": waiting.get(run.id),
                "now": run.moment.now,
                "started": run.created_at,
                "ended": run.ended_at,
            }
            for run in found
        ]
    )


@app.command("show")
def show(context: typer.Context, run: RunName, as_json: AsJson = False) -> None:
    """Show the counts on every transition and delivery of a run, and the state of its tasks."""
    stage = stage_of(context)
    view = stage.state.view(run)
    found = stage.tallies(view)
    if as_json:
        more = {"campaign": view.run.campaign, "mode": str(view.run.mode), "now": view.run.moment.now}
        stage.services.print_json({**summary(view, found), **more, "error": view.run.error, "tasks": tasks(view)})
    else:
        show_run(stage.services, view, found)


@app.command("log")
def log(context: typer.Context, run: RunName, as_json: AsJson = False) -> None:
    """Show what happened in a run, line by line."""
    stage = stage_of(context)
    events = stage.state.events(stage.run_id(run))
    if not as_json:
        for event in events:
            stage.services.console.print(log_line(event), soft_wrap=True)
        return
    stage.services.print_json(
        [
            {
                "number": event.number,
                "at": event.at,
                "level": str(event.note.level),
                "activity": event.note.activity,
                "message": event.note.message,
                "data": dict(event.note.data),
            }
            for event in events
        ]
    )


@app.command("preview")
def preview(
    context: typer.Context,
    run: RunName,
    transition: Annotated[
        str, typer.Argument(metavar="TRANSITION", help="activity, activity.output or activity.output>activity.")
    ],
    columns: Annotated[str, typer.Option(help="Which columns and attributes, separated by commas.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many rows.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many rows to skip.")] = 0,
    schema: Annotated[bool, typer.Option("--schema", help="Only which columns there are, and their types.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the people on a transition, with their attributes."""
    stage = stage_of(context)
    view = stage.state.view(run)
    output = output_named(view, transition)
    table = output.population
    if schema and output.shape is not None:
        print_schema(stage.services, output.shape, as_json)
        return
    if table is None:
        raise NotFound(f"run {view.run.id}", f"{transition} holds no population ({output.state})")
    print_preview(stage.services, table, Page.of(columns, limit, offset), view.moment(output.activity), as_json)


@app.command("sql")
def sql(
    context: typer.Context,
    run: RunName,
    activity: Annotated[str, typer.Argument(metavar="ACTIVITY", help="The id of an activity.")],
) -> None:
    """Print the SQL of an activity in a run."""
    stage = stage_of(context)
    view = stage.state.view(run)
    if activity not in view.tasks:
        raise missing("activity", activity, view.tasks, f"run {view.run.id}")
    found = statements(stage.take_up(view.run.id), activity)
    for statement in found:
        typer.echo(f"{statement.rstrip().rstrip(';')};\n")
    if not found:
        typer.echo(f"-- {activity} makes no population of its own.")


@app.command("resume")
def resume(
    context: typer.Context,
    run: RunName,
    yes: Yes = False,
    as_json: AsJson = False,
    skip_waits: Annotated[bool, typer.Option("--skip-waits", help="End the waits that are under way.")] = False,
) -> None:
    """Go on with a run that was paused, failed, was cut off or waits: from the last finished task."""
    stage = stage_of(context, but=run)
    name = stage.run_id(run)
    if stage.state.view(name).run.status is RunStatus.COMPLETED:
        raise typer.Exit(stage.present(name, as_json))
    raise typer.Exit(stage.resume(name, yes, as_json, skip_waits=skip_waits))


@app.command("confirm")
def confirm(context: typer.Context, run: RunName, as_json: AsJson = False) -> None:
    """Let the deliveries that await confirmation send, and go on; if they have grown since, ask again."""
    stage = stage_of(context, but=run)
    name = stage.run_id(run)
    raise typer.Exit(stage.confirm(stage.state.view(name), as_json))


@app.command("pause")
def pause(context: typer.Context, run: RunName) -> None:
    """Let nothing more happen in a run until it is resumed, even if its waits are over."""
    _bring(context, run, Wanted.PAUSE, "Paused by a person")


@app.command("stop")
def stop(context: typer.Context, run: RunName) -> None:
    """End a run for good: what is not done yet will not be."""
    _bring(context, run, Wanted.STOP, "Stopped by a person")


def _bring(context: typer.Context, run: str, wanted: Wanted, said: str) -> None:
    stage = stage_of(context, but=run)
    name = stage.run_id(run)
    stage.state.want(name, wanted, Note(said))
    stage.services.console.print(Text(f"Run {name} is {stage.state.view(name).run.status}."))
