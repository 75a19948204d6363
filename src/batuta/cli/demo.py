"""`batuta demo`: a shop, its campaigns in test mode and live, and what became of everybody."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from batuta.cli.canvas import canvas
from batuta.cli.context import Services, services
from batuta.cli.demo_runs import Sample, Told, mail_of, run_file
from batuta.cli.demo_setup import LoadedFile, claim_home, set_up, shop_file
from batuta.cli.reports import delivery_table, identity_line
from batuta.runs.model import Mode

CAMPAIGNS = (
    "campaigns/loyalty.yaml",
    "campaigns/wish-list.yaml",
    "campaigns/back-in-stock.yaml",
    "campaigns/customer-risk.yaml",
    "campaigns/churn-risk.yaml",
)
"""Run in test mode and live; an audience that one saves is there for the next."""
LEFT_BY_SOME = "campaigns/carts.yaml"
"""Deletes people before it writes, so a test run, which deletes nobody, has other reasons."""
GONE = "no-longer-in-the-data"
SHOWN = "wish-list"
"""The campaign of which a mail is shown."""


def demo(
    context: typer.Context,
    recipients: Annotated[int, typer.Option(help="How many people the shop knows: 1,000 to 10,000,000.")] = 10_000,
    data_only: Annotated[bool, typer.Option("--data-only", help="Make and load the shop; run no campaign.")] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Start no page afterwards; there is none yet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Make a shop in the home, run its campaigns in test mode and live, and show what happened."""
    _ = no_serve
    found = services(context)
    began = time.monotonic()
    again = claim_home(found, recipients)
    if not as_json:
        found.console.print(_welcome(found, recipients, again))
    loaded = _load(found, recipients, as_json)
    tested, sent = ([], []) if data_only else _run(found, as_json)
    sample = _sample(found, sent)
    if as_json:
        found.print_json(_document(found, recipients, loaded, tested, sent, sample))
        return
    if not data_only:
        _show_runs(found.console, tested, sent)
    _show_end(found, sample, time.monotonic() - began)


def _load(found: Services, recipients: int, quiet: bool) -> list[LoadedFile]:
    with found.console.status("") as status:
        if quiet:
            status.stop()
        loaded = list(set_up(found, recipients, status.update))
    if not quiet:
        found.console.print(_loaded_table(loaded))
    return loaded


def _run(found: Services, quiet: bool) -> tuple[list[Told], list[Told]]:
    """Run each campaign in test mode, then live; return the two lists of runs."""
    tested, sent = [], []
    for name in CAMPAIGNS:
        tested.append(run_file(found, shop_file(name), Mode.TEST, quiet))
        sent.append(run_file(found, shop_file(name), Mode.LIVE, quiet))
    sent.append(run_file(found, shop_file(LEFT_BY_SOME), Mode.LIVE, quiet))
    return tested, sent


def _sample(found: Services, sent: Sequence[Told]) -> Sample | None:
    """Return a mail of the campaign of which one is shown, if it was run."""
    runs = [told.view.run.id for told in sent if told.view.run.campaign == SHOWN]
    return mail_of(found.home.outbox, runs[0]) if runs else None


def agree(test: Told, live: Told) -> bool:
    """Tell whether a test and a live run have equal counts on every transition and equal reasons."""
    mine, other = test.report, live.report
    return mine.steps == other.steps and mine.deliveries == other.deliveries


def _welcome(found: Services, recipients: int, again: bool) -> Panel:
    text = f"A shop with {recipients:,} recipients, in the home {found.home.path}.\n"
    text += (
        "The demo was here before: its data is loaded again, which changes nothing, and its campaigns run once more."
        if again
        else "Everything is made up, the same each time. Mail goes to the outbox folder only."
    )
    return Panel(text, title="Batuta demo", title_align="left", expand=False)


def _loaded_table(loaded: Sequence[LoadedFile]) -> Table:
    table = Table(title="Loaded", title_justify="left")
    table.add_column("schema")
    table.add_column("format")
    for name in ("rows", "new", "as before", "rejected"):
        table.add_column(name, justify="right")
    for one in loaded:
        counts = one.counts
        figures = (counts.read, counts.inserted, counts.unchanged, counts.rejected)
        table.add_row(one.schema, one.file.suffix[1:], *(f"{figure:,}" if figure else "" for figure in figures))
    return table


def _show_runs(console: Console, tested: Sequence[Told], sent: Sequence[Told]) -> None:
    for live in sent:
        console.print()
        console.print(canvas(live.view, live.description))
        for delivery in live.report.deliveries:
            console.print(delivery_table(delivery, live.report.mode))
            console.print(identity_line(delivery), soft_wrap=True)
        for test in (test for test in tested if test.view.run.campaign == live.view.run.campaign):
            same = agree(test, live)
            verdict = ("✓ equal", "green") if same else ("✗ not equal", "bold red")
            console.print(Text.assemble("test run before, on every transition and for every reason: ", verdict))
    gone = sum(delivery.excluded.get(GONE, 0) for delivery in sent[-1].report.deliveries)
    told = f"{gone} people were deleted before the mail, which found them gone. A test run deletes nobody."
    console.print(Text(told, "dim"))


def _show_end(found: Services, sample: Sample | None, seconds: float) -> None:
    console = found.console
    batuta = "batuta" if found.home.path == Path(".batuta").absolute() else f"batuta --home {_shown(found.home.path)}"
    if sample is not None:
        body = "\n".join(sample.text.strip().splitlines()[:14])
        console.print()
        console.print(
            Panel(Text(f"To: {sample.to}\nSubject: {sample.subject}\n\n{body}"), title="A mail", expand=False)
        )
        console.print(Text(f"{sample.path}"), soft_wrap=True)
    console.print(f"\nDone in {seconds:.0f} s. To go on:", highlight=False)
    for command, meaning in _next_steps(after_runs=sample is not None):
        line = Text.assemble((f"  {batuta} {command}", "cyan"), (f"   {meaning}", "dim"))
        console.print(line, soft_wrap=True)


def _next_steps(after_runs: bool) -> list[tuple[str, str]]:
    looking = [
        ("report last", "what became of everybody, with the meaning of every figure"),
        ("run list", "all runs"),
        ("run preview last letter.excluded --columns reason,email", "who was left out, and why"),
        ("audience list", "the audiences that the campaigns saved"),
        ("inbox list", "the notice that one of them gave"),
    ]
    trying = [(f"campaign run {_shown(shop_file(CAMPAIGNS[0]))}", "a test run of your own: change the file first")]
    return [*looking, *trying] if after_runs else trying


def _shown(path: Path) -> str:
    resolved, here = path.resolve(), Path.cwd()
    return str(resolved.relative_to(here) if resolved.is_relative_to(here) else resolved)


def _document(
    found: Services,
    recipients: int,
    loaded: Sequence[LoadedFile],
    tested: Sequence[Told],
    sent: Sequence[Told],
    sample: Sample | None,
) -> dict[str, object]:
    runs = [told.report.as_json() for told in (*tested, *sent)]
    for run in runs:
        del run["definitions"]
    return {
        "home": str(found.home.path),
        "recipients": recipients,
        "loaded": [{"schema": one.schema, "file": one.file.name, **one.counts.model_dump()} for one in loaded],
        "runs": runs,
        "outbox": str(found.home.outbox),
        "sample": None if sample is None else {"file": str(sample.path), "to": sample.to, "subject": sample.subject},
    }
