"""Live progress of a run: a table that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.live import Live
from rich.table import Table
from rich.text import Text

from batuta.cli.context import Services
from batuta.runs.model import Event, Level, RunView, Task, TaskState
from batuta.runs.state import State
from batuta.runs.summary import counts

MARKS = {
    TaskState.PENDING: ("·", "dim"),
    TaskState.RUNNING: ("▶", "cyan"),
    TaskState.AWAITING: ("?", "yellow"),
    TaskState.ATTENTION: ("!", "red"),
    TaskState.ERROR: ("✗", "red"),
    TaskState.DONE: ("✓", "green"),
    TaskState.SKIPPED: ("-", "dim"),
    TaskState.CANCELLED: ("-", "dim"),
}
STYLES = {Level.INFO: "", Level.WARNING: "yellow", Level.ERROR: "red"}


class Progress:
    """Shows a run while it is carried out. `watch` brings it up to date."""

    def __init__(self, services: Services, state: State, run: str, quiet: bool) -> None:
        self._services, self._state, self._run = services, state, run
        self._seen = 0
        self._lines = not quiet and not services.console.is_terminal
        self._live = (
            Live(console=services.console, transient=True) if services.console.is_terminal and not quiet else None
        )

    def __enter__(self) -> Progress:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def watch(self) -> None:
        """Show what has happened since the last call."""
        if self._live is not None:
            self._live.update(progress_table(self._state.view(self._run)))
        elif self._lines:
            for event in self._state.events(self._run, self._seen):
                self._services.console.print(log_line(event), soft_wrap=True)
                self._seen = event.number
            sys.stdout.flush()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to a question."""
        if self._live is not None:
            self._live.stop()
        yield
        if self._live is not None:
            self._live.start()


def progress_table(view: RunView) -> Table:
    """Return the activities of a run with their states, and what leaves them."""
    table = Table(title=f"{view.run.name} · {view.run.mode} · {view.run.status}", title_justify="left")
    table.add_column("")
    table.add_column("activity")
    table.add_column("state")
    table.add_column("people", justify="right")
    table.add_column("rows", justify="right")
    for task in view.tasks.values():
        _add_task(table, view, task)
    return table


def _add_task(table: Table, view: RunView, task: Task) -> None:
    mark, style = MARKS[task.state]
    table.add_row(Text(mark, style), Text(task.label), Text(task.state, style), "", "")
    for output in view.outputs_of(task.activity):
        rows, targets = counts(output)
        if rows is not None and output.table is not None:
            table.add_row("", Text(f"  → {output.label}", "dim"), "", f"{targets:,}", f"{rows:,}")


def log_line(event: Event) -> Text:
    """Return a line of a run's log for people."""
    line = Text(f"{event.at:%H:%M:%S} ", "dim")
    if event.note.activity:
        line.append(f"[{event.note.activity}] ", "bold")
    line.append(event.note.message, STYLES[event.note.level])
    return line
