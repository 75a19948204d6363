"""`batuta campaign run`: a campaign file carried out, in test mode or live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from batuta.campaign.file import load_campaign
from batuta.cli.campaigns import remarks_on, show_remarks
from batuta.cli.knowledge import keep_lists, knowledge
from batuta.cli.running import stage_of
from batuta.kit.errors import InputError, UsageError
from batuta.kit.identifiers import new_id
from batuta.runs.conduct import Request, begin
from batuta.runs.model import Mode


def run_campaign(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The campaign file.")],
    live: Annotated[bool, typer.Option("--live", help="Send and save; without it, a test run only tells.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking for confirmation.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    at: Annotated[str, typer.Option(metavar="INSTANT", help="Run as of this instant, such as 2026-03-01T09:00Z.")] = "",
    var: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Set a variable of the campaign.")] = None,
    skip_waits: Annotated[bool, typer.Option("--skip-waits", help="Do not keep the waits of a live run.")] = False,
    keep_waits: Annotated[bool, typer.Option("--keep-waits", help="Keep the waits in a test run.")] = False,
    run_id: Annotated[str, typer.Option("--run-id", hidden=True, help="The id the run gets: for replays.")] = "",
) -> None:
    """Run a campaign: everything on real data, effects outside only with --live."""
    if skip_waits and keep_waits:
        raise UsageError("--skip-waits", "--keep-waits says the contrary", expected="one of them")
    stage = stage_of(context)
    given = stage.services
    request = Request(
        mode=Mode.LIVE if live else Mode.TEST,
        now=instant_of(at) if at else given.clock.now(),
        ask=not yes,
        variables=variables_of(var or []),
        run=run_id or new_id(given.clock.now()),
        pinned=bool(at),
        skip_waits=skip_waits if live else not keep_waits,
    )
    name, remarks = remarks_on(file, given, "en")
    if any(remark.blocking for remark in remarks):
        show_remarks(given, file, name, remarks, as_json)
        raise typer.Exit(InputError.exit_code)
    read = load_campaign(file)
    keep_lists(given, read.lists)
    run = begin(stage.ports, read.campaign, knowledge(given), request)
    raise typer.Exit(stage.conduct(stage.take_up(run), yes, as_json))


def instant_of(text: str) -> datetime:
    """Return the instant that an option names; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        expected = "a date and time such as 2026-03-01T09:00:00Z"
        raise UsageError("--at", f"{text!r} is not an instant", expected=expected) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def variables_of(given: Sequence[str]) -> dict[str, str]:
    """Return the variables that options set."""
    pairs = [text.partition("=") for text in given]
    for name, sign, _ in pairs:
        if not (name and sign):
            raise UsageError("--var", f"{name!r} sets nothing", expected="NAME=VALUE")
    return {name: value for name, _, value in pairs}
