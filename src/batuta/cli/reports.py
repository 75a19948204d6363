"""`batuta report`: what became of the people and messages of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from batuta.activities.contract import Role
from batuta.cli.running import stage_of
from batuta.reports.deliveries import DEFINITIONS, DeliveryReport
from batuta.reports.funnel import Passage, Step, funnel
from batuta.reports.run_report import RunReport
from batuta.runs.delivering import say
from batuta.runs.model import RunView
from batuta.runs.sending.contract import Tally
from batuta.runs.summary import counts


def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="The id of a run, or `last`.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Report a run: the funnel along its transitions, and what became of every message."""
    stage = stage_of(context)
    found = stage.services
    view = stage.state.view(stage.run_id(run))
    told = report_of(view, stage.tallies(view))
    if as_json:
        found.print_json(told.as_json())
    else:
        show_report(found.console, told, view)
    if not told.balanced:
        raise typer.Exit(1)


def report_of(view: RunView, tallies: Mapping[str, Tally]) -> RunReport:
    """Return the report of a run from its state and the ledgers of its deliveries."""
    run = view.run
    return RunReport(
        run=run.id,
        campaign=run.name,
        mode=str(run.mode),
        status=str(run.status),
        steps=funnel(tuple(_passages(view))),
        deliveries=tuple(_delivery(view, activity, tally) for activity, tally in tallies.items()),
    )


def _passages(view: RunView) -> Iterable[Passage]:
    """Yield the transitions, then the outputs that no transition leaves (their target is empty)."""
    left = dict(view.outputs)
    for leg in view.legs:
        output = view.outputs[leg.source, leg.output]
        left.pop((leg.source, leg.output), None)
        rows, targets = counts(output)
        barrier = leg.role in (Role.BARRIER, Role.AWAITED)
        label = leg.label or output.label
        yield Passage(leg.source, leg.output, leg.target, label, str(output.state), rows, targets, barrier)
    for (source, name), output in left.items():
        rows, targets = counts(output)
        if output.carries:
            yield Passage(source, name, "", output.label, str(output.state), rows, targets)


def _delivery(view: RunView, activity: str, tally: Tally) -> DeliveryReport:
    return DeliveryReport(
        activity=activity,
        label=view.tasks[activity].label,
        targeted=tally.targeted,
        excluded=dict(tally.excluded),
        sent=tally.sent,
        failed=tally.failed,
        in_doubt=tally.in_doubt,
        pending=tally.pending,
    )


def show_report(console: Console, told: RunReport, view: RunView) -> None:
    """Print a report for people: funnel, deliveries with their identity, and what the figures mean."""
    console.print(Text.assemble((told.campaign, "bold"), f" · run {told.run} · {told.mode} · {told.status}"))
    console.print(funnel_table(told.steps, view))
    for delivery in told.deliveries:
        console.print(delivery_table(delivery, told.mode))
        console.print(identity_line(delivery), soft_wrap=True)
    console.print()
    for term, meaning in DEFINITIONS.items():
        console.print(Text.assemble((f"{term}: ", "bold dim"), (meaning, "dim")), soft_wrap=True)


def funnel_table(steps: Iterable[Step], view: RunView) -> Table:
    """Return the funnel along the transitions."""
    table = Table(title="Funnel", title_justify="left")
    for name in ("from", "output", "to"):
        table.add_column(name)
    for name in ("rows", "targets", "share"):
        table.add_column(name, justify="right")
    for step in steps:
        to = view.tasks[step.target].label if step.target else "-"
        share = "" if step.share is None else f"{step.share:.1%}"
        source = view.tasks[step.source].label
        table.add_row(Text(source), Text(step.label), Text(to), _n(step.rows), _n(step.targets), share)
    return table


def delivery_table(delivery: DeliveryReport, mode: str) -> Table:
    """Return what became of the messages of a delivery, with shares of the targeted."""
    table = Table(title=f"Delivery: {delivery.label}", title_justify="left", show_header=False)
    table.add_column("what")
    table.add_column("messages", justify="right")
    table.add_column("share", justify="right")
    lines = [("targeted", delivery.targeted)]
    lines += [(f"excluded: {say(reason)}", count) for reason, count in delivery.excluded.items()]
    lines += [("sent" if mode == "live" else "would be sent", delivery.sent), ("failed", delivery.failed)]
    lines += [("in doubt", delivery.in_doubt), ("pending", delivery.pending)]
    for what, count in lines:
        share = f"{count / delivery.targeted:.1%}" if delivery.targeted else ""
        table.add_row(Text(what), _n(count), share)
    return table


def identity_line(delivery: DeliveryReport) -> Text:
    """Return the identity of a delivery with its verdict."""
    verdict = ("  ✓ adds up", "green") if delivery.balanced else ("  ✗ does not add up", "bold red")
    return Text.assemble(delivery.identity, verdict)


def _n(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
