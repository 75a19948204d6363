"""`batuta campaign memory`: what the activities of a campaign remember of its runs, and making them forget it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table as Grid
from rich.text import Text

from batuta.cli.context import Services
from batuta.cli.running import stage_of
from batuta.kit.errors import NotFound
from batuta.kit.text import counted
from batuta.runs.windows import Window
from batuta.store.windows import windows_of_campaign

_FORM = "%Y-%m-%d %H:%M:%S"


def show_memory(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The id of a campaign.")],
    activity: Annotated[str, typer.Option(help="Of this activity only.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Forget it: everybody counts as new again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Forget without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show what each live run queried and whether it was returned, or forget it."""
    found = stage_of(context).services
    windows = _windows(found, campaign, activity)
    if not windows:
        todo = "Check the names; a live run with an incremental query is remembered."
        raise NotFound(f"campaign {campaign}", "nothing is remembered of it", todo=todo)
    if forget:
        if not yes:
            typer.confirm("Whoever was returned may be written to again. Forget it?", abort=True, err=True)
        number = found.state.forget(campaign, activity or None)
        typer.echo(f"forgot {counted(number, 'window')}", err=True)
        windows = _windows(found, campaign, activity)
    if as_json:
        found.print_json([_values(window) for window in windows])
    else:
        found.console.print(_grid(campaign, windows))


def _windows(found: Services, campaign: str, activity: str) -> list[Window]:
    with found.database.read() as connection:
        windows = windows_of_campaign(connection, campaign)
    return [window for window in windows if activity in ("", window.activity)]


def _values(window: Window) -> dict[str, object]:
    return {
        "number": window.number,
        "activity": window.activity,
        "run": window.run,
        "state": str(window.state),
        "after": window.lower,
        "until": window.upper,
        "rows": window.rows,
    }


def _grid(campaign: str, windows: list[Window]) -> Grid:
    grid = Grid(title=f"Memory of {campaign}", title_justify="left")
    for name in ("activity", "run", "after", "until", "state"):
        grid.add_column(name)
    grid.add_column("rows", justify="right")
    for one in windows:
        after = "" if one.lower is None else one.lower.strftime(_FORM)
        rows = "" if one.rows is None else f"{one.rows:,}"
        grid.add_row(one.activity, Text(one.run), after, one.upper.strftime(_FORM), str(one.state), rows)
    return grid
