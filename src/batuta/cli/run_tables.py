"""Runs as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from rich.table import Table
from rich.text import Text

from batuta.cli.context import Services
from batuta.cli.run_progress import MARKS
from batuta.runs.delivering import say
from batuta.runs.model import Run, RunStatus, RunView, TaskState
from batuta.runs.sending.contract import Tally
from batuta.runs.summary import summary, waiting
from batuta.runs.waiting import shown


def show_run(found: Services, view: RunView, tallies: Mapping[str, Tally]) -> None:
    """Print the outcome of a run: transitions, deliveries with their identity, and what to do next."""
    console, run = found.console, view.run
    console.print(Text.assemble((f"{run.name}", "bold"), f" · run {run.id} · {run.mode} · {run.status}"))
    console.print(transitions_table(view))
    if tallies:
        console.print(deliveries_table(view, tallies))
        for activity, tally in tallies.items():
            console.print(Text(f"{view.tasks[activity].label}: {identity(tally)}"), soft_wrap=True)
    for line in advice(view, found.complete):
        console.print(line, soft_wrap=True)


def transitions_table(view: RunView) -> Table:
    """Return the counts on every transition."""
    table = Table(title="Transitions", title_justify="left")
    for name in ("from", "output", "to"):
        table.add_column(name)
    for name in ("people", "rows"):
        table.add_column(name, justify="right")
    for leg in summary(view, {})["transitions"]:
        to = view.tasks[leg["to"]].label if leg["to"] else "-"
        label = view.outputs[leg["from"], leg["output"]].label
        table.add_row(Text(view.tasks[leg["from"]].label), Text(label), Text(to), _n(leg["targets"]), _n(leg["rows"]))
    return table


def deliveries_table(view: RunView, tallies: Mapping[str, Tally]) -> Table:
    """Return what became of the messages of each delivery."""
    table = Table(title="Deliveries", title_justify="left")
    table.add_column("activity")
    table.add_column("what became of them")
    table.add_column("messages", justify="right")
    for activity, tally in tallies.items():
        table.add_row(Text(view.tasks[activity].label), "targeted", _n(tally.targeted))
        for reason, count in tally.excluded.items():
            table.add_row("", Text(f"excluded: {say(reason)}"), _n(count))
        sent = "sent" if view.run.live else "would be sent"
        for name, count in ((sent, tally.sent), ("failed", tally.failed), ("in doubt", tally.in_doubt)):
            table.add_row("", name, _n(count))
        table.add_row("", "pending", _n(tally.pending), end_section=True)
    return table


def identity(tally: Tally) -> str:
    """Return the identity of a ledger with its figures, and whether it holds."""
    excluded = sum(tally.excluded.values())
    parts = f"{excluded:,} excluded + {tally.sent:,} sent + {tally.failed:,} failed + {tally.in_doubt:,} in doubt"
    holds = "holds" if tally.balanced else "DOES NOT HOLD"
    return f"{tally.targeted:,} targeted = {parts} + {tally.pending:,} pending: {holds}"


def advice(view: RunView, complete: Callable[[str], str]) -> Iterable[Text]:
    """Yield what keeps a run from its end, and what to do about it; `complete` makes commands name their home."""
    run = view.run
    for task in view.tasks.values():
        if task.state in (TaskState.ERROR, TaskState.ATTENTION):
            yield Text.assemble((f"{MARKS[task.state][0]} {task.label}: ", "red"), task.error)
    for task in view.tasks.values():
        if task.state is TaskState.HELD:
            yield Text(f"{MARKS[task.state][0]} {task.label}: paused here until the run is resumed")
    for task in waiting(view):
        yield Text(
            f"{MARKS[task.state][0]} {task.label}: waits until {shown(task.due or run.moment.now, run.moment.zone)}"
        )
    if run.status is RunStatus.FAILED:
        yield Text(run.error, "red")
    if run.status is RunStatus.AWAITING:
        send = f"To send: batuta run confirm {run.id}. To give up: batuta run stop {run.id}"
        yield Text(complete(f"Nothing of what awaits confirmation is sent yet. {send}"))
    elif run.status is RunStatus.WAITING:
        yield Text(complete(f"To go on then: batuta run resume {run.id}. To go on now: add --skip-waits"))
    elif run.status in (RunStatus.ERROR, RunStatus.PAUSED, RunStatus.RUNNING, RunStatus.FAILED):
        yield Text(complete(f"To go on: batuta run resume {run.id}. To give up: batuta run stop {run.id}"))
        yield Text("A run keeps the campaign it began with: if the file has to change, give up and run it anew.")


def runs_table(runs: Iterable[Run], waiting: Mapping[str, datetime]) -> Table:
    """Return a list of runs, and until when they wait."""
    table = Table(title="Runs", title_justify="left")
    table.add_column("run", no_wrap=True)
    for name in ("campaign", "mode", "status", "started", "ended"):
        table.add_column(name, overflow="fold")
    for run in runs:
        ended = f"{run.ended_at:%Y-%m-%d %H:%M:%S}" if run.ended_at else ""
        until = f" until {shown(waiting[run.id], run.moment.zone)}" if run.status is RunStatus.WAITING else ""
        table.add_row(
            run.id, Text(run.name), run.mode, f"{run.status}{until}", f"{run.created_at:%Y-%m-%d %H:%M:%S}", ended
        )
    return table


def _n(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
