"""`batuta inbox`: what campaigns have told the people who look after them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from batuta.cli.run_progress import STYLES
from batuta.cli.running import stage_of
from batuta.runs.model import Mode
from batuta.runs.state import Posted

app = typer.Typer()


@app.command("list")
def list_notices(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help="Only those that were not read.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the notices, the latest first."""
    stage = stage_of(context)
    found = [posted for posted in stage.state.notices() if not (unread and posted.read_at)]
    if as_json:
        stage.services.print_json([_values(posted) for posted in found])
        return
    if not found:
        stage.services.console.print("There are no unread notices." if unread else "There are no notices.")
        return
    table = Table(title="Inbox", title_justify="left")
    for name in ("", "when", "level", "campaign", "notice"):
        table.add_column(name)
    for posted in found:
        told = Text(f"{posted.notice.title}\n{posted.notice.message}".strip())
        campaign = posted.campaign if posted.mode is Mode.LIVE else f"{posted.campaign} (test)"
        level = Text(posted.notice.level, STYLES[posted.notice.level])
        table.add_row("" if posted.read_at else "*", f"{posted.at:%Y-%m-%d %H:%M:%S}", level, Text(campaign), told)
    stage.services.console.print(table)


@app.command("read")
def read_notices(context: typer.Context) -> None:
    """Mark all notices as read."""
    stage = stage_of(context)
    latest = next((posted.number for posted in stage.state.notices()), 0)
    stage.services.console.print(f"{stage.state.read_notices(latest):,} marked as read.")


def _values(posted: Posted) -> dict[str, object]:
    return {
        "number": posted.number,
        "at": posted.at,
        "level": str(posted.notice.level),
        "title": posted.notice.title,
        "message": posted.notice.message,
        "campaign": posted.campaign,
        "run": posted.run,
        "activity": posted.activity,
        "mode": str(posted.mode),
        "read": posted.read_at,
    }
