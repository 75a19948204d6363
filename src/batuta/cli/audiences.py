"""`batuta audience`: saved populations, their versions and their members."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid
from rich.text import Text

from batuta.cli.context import services
from batuta.cli.populations import Page, print_preview
from batuta.cli.questions import Sql, is_rule_file, preview_rule
from batuta.cli.running import stage_of
from batuta.kit.errors import NotFound, UsageError
from batuta.rules.bound import Moment
from batuta.runs.model import Audience, AudienceVersion
from batuta.sets.algebra import Table
from batuta.store.audiences import all_audiences, audience_named, versions_of

app = typer.Typer()

Label = Annotated[str, typer.Argument(metavar="LABEL", help="The label of an audience.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command("list")
def list_audiences(context: typer.Context, as_json: AsJson = False) -> None:
    """List all audiences with their latest counts."""
    found = stage_of(context).services
    with found.database.read() as connection:
        audiences = list(all_audiences(connection).values())
    if as_json:
        found.print_json([_values(audience) for audience in audiences])
        return
    grid = _grid("Audiences", ("label", "dimension"), ("version", "people"))
    for audience in audiences:
        filled = f"{audience.targets:,}" if audience.version else "never filled"
        grid.add_row(Text(audience.label), audience.shape.dimension, str(audience.version or ""), filled)
    found.console.print(grid)


@app.command("show")
def show(context: typer.Context, label: Label, as_json: AsJson = False) -> None:
    """Show an audience and its versions."""
    found = stage_of(context).services
    with found.database.read() as connection:
        audience, versions = audience_named(connection, label), versions_of(connection, label)
    if as_json:
        found.print_json({**_values(audience), "versions": [_version(version) for version in versions]})
        return
    columns = ", ".join(column.name for column in audience.shape.columns) or "none"
    found.console.print(Text(f"{audience.label}: {audience.shape.dimension}, attributes kept: {columns}"))
    grid = _grid("Versions", ("saved", "run", "activity", "how"), ("version", "people"))
    for version in versions:
        how = "added to the former" if version.appended else "replaced the former"
        saved = f"{version.saved_at:%Y-%m-%d %H:%M:%S}"
        grid.add_row(saved, version.run, version.activity, how, str(version.number), f"{version.targets:,}")
    found.console.print(grid)


@app.command("preview")
def preview(
    context: typer.Context,
    label: Annotated[str, typer.Argument(metavar="LABEL|RULE-FILE", help="The label of an audience, or a rule file.")],
    columns: Annotated[str, typer.Option(help="Which columns and attributes, separated by commas.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many rows.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many rows to skip.")] = 0,
    sql: Sql = False,
    as_json: AsJson = False,
) -> None:
    """Show the members of an audience in its latest version, or the rows that satisfy the rule of a file."""
    if is_rule_file(label):
        preview_rule(services(context), Path(label), Page.of(columns, limit, offset), sql, as_json)
        return
    if sql:
        raise UsageError("--sql", "a saved audience is read as it was saved", todo="Name a rule file.")
    found = stage_of(context).services
    with found.database.read() as connection:
        audience = audience_named(connection, label)
    if audience.table is None:
        raise NotFound(f"audience {label}", "it was never filled", todo="Run the campaign that saves it.")
    table, moment = Table(audience.table, audience.shape), Moment(found.clock.now())
    print_preview(found, table, Page.of(columns, limit, offset), moment, as_json)


@app.command("release")
def release(context: typer.Context, label: Label) -> None:
    """Let any campaign save an audience that one campaign saved until now."""
    found = stage_of(context).services
    found.state.release_audience(label)
    found.console.print(Text(f"Any campaign may save the audience {label} now."), soft_wrap=True)


def _values(audience: Audience) -> dict[str, object]:
    return {
        "label": audience.label,
        "dimension": audience.shape.dimension,
        "campaign": audience.campaign,
        "attributes": [column.name for column in audience.shape.columns],
        "version": audience.version,
        "rows": audience.rows,
        "targets": audience.targets,
    }


def _version(version: AudienceVersion) -> dict[str, object]:
    return {
        "number": version.number,
        "rows": version.rows,
        "targets": version.targets,
        "run": version.run,
        "activity": version.activity,
        "appended": version.appended,
        "saved": version.saved_at,
    }


def _grid(title: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> Grid:
    grid = Grid(title=title, title_justify="left")
    for name in texts:
        grid.add_column(name)
    for name in numbers:
        grid.add_column(name, justify="right")
    return grid
