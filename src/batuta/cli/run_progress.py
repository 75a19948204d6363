"""Live progress of a run: a table that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from rich.live import Live
from rich.table import Table
from rich.text import Text

from batuta.cli.context import Services
from batuta.runs.model import Event, Level, RunView, TaskState
from batuta.runs.sending.contract import DeliveryKey, Tally
from batuta.runs.state import State
from batuta.runs.summary import counts

MARKS = {
    TaskState.PENDING: ("·", "dim"),
    TaskState.RUNNING: ("▶", "cyan"),
    TaskState.AWAITING: ("?", "yellow"),
    TaskState.WAITING: ("◷", "cyan"),
    TaskState.HELD: ("‖", "yellow"),
    TaskState.ATTENTION: ("!", "red"),
    TaskState.ERROR: ("✗", "red"),
    TaskState.DONE: ("✓", "green"),
    TaskState.HANDLED: ("✗", "yellow"),
    TaskState.SKIPPED: ("-", "dim"),
    TaskState.CANCELLED: ("-", "dim"),
}
_PAUSE = 0.5
STYLES = {Level.INFO: "", Level.WARNING: "yellow", Level.ERROR: "red"}


class Progress:
    """Shows a run while it is carried out, from the line after number `seen` of its log."""

    def __init__(self, services: Services, state: State, run: str, quiet: bool, seen: int = 0) -> None:
        self._services, self._state, self._run = services, state, run
        moving = services.console.is_terminal and not quiet
        self._live = Live(console=services.console, transient=True, auto_refresh=False) if moving else None
        self._silent = quiet
        self._seen = seen
        self._shown = 0.0

    def __enter__(self) -> Progress:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def watch(self) -> None:
        """Show what has happened since the last call: a table at most twice a second, lines as they come."""
        if self._live is not None:
            self._move(self._live)
        elif not self._silent:
            for event in self._state.events(self._run, self._seen):
                self._services.console.print(log_line(event), soft_wrap=True)
                self._seen = event.number
            sys.stdout.flush()

    def _move(self, live: Live) -> None:
        if time.monotonic() - self._shown < _PAUSE:
            return
        view = self._state.view(self._run)
        sending = {
            name: self._services.sending.tally(DeliveryKey(view.run.id, name, view.run.generation))
            for name, task in view.tasks.items()
            if task.messages is not None and not task.state.settled
        }
        live.update(progress_table(view, sending), refresh=True)
        self._shown = time.monotonic()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to a question."""
        if self._live is not None:
            self._live.stop()
        yield
        if self._live is not None:
            self._live.start()


def progress_table(view: RunView, sending: Mapping[str, Tally]) -> Table:
    """Return the activities of a run with their states, what leaves them, and how far deliveries are."""
    title = Text(f"{view.run.name} · {view.run.mode} · {view.run.status}")
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("activity")
    table.add_column("state")
    table.add_column("people", justify="right")
    table.add_column("rows", justify="right")
    for task in view.tasks.values():
        mark, style = MARKS[task.state]
        table.add_row(Text(mark, style), Text(task.label), Text(task.state, style), "", "")
        if task.activity in sending:
            tally = sending[task.activity]
            table.add_row("", Text(f"  sent {tally.sent:,}, pending {tally.pending:,}", "dim"), "", "", "")
        for output in view.outputs_of(task.activity):
            rows, targets = counts(output)
            if output.table is not None:
                table.add_row("", Text(f"  → {output.label}", "dim"), "", f"{targets:,}", f"{rows:,}")
    return table


def log_line(event: Event) -> Text:
    """Return a line of a run's log for people."""
    line = Text(f"{event.at:%H:%M:%S} ", "dim")
    if event.note.activity:
        line.append(f"[{event.note.activity}] ", "bold")
    line.append(event.note.message, STYLES[event.note.level])
    return line
