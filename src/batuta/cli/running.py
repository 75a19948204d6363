"""What the commands about runs share: the ports of a home, and working on a run until a person is needed."""

from __future__ import annotations

import getpass
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import FrameType, MappingProxyType

import typer

from batuta.cli.context import Services, services
from batuta.cli.knowledge import knowledge
from batuta.cli.run_progress import Progress
from batuta.cli.run_tables import show_run
from batuta.kit.errors import InputError, SystemFault
from batuta.kit.problems import Problems
from batuta.runs.conduct import carry_on, take_up
from batuta.runs.delivering import arithmetic, tallies
from batuta.runs.desk import Desk, Ports
from batuta.runs.model import Level, Note, RunStatus, RunView, Task, TaskState, Wanted
from batuta.runs.sending.contract import DeliveryKey, Tally
from batuta.runs.summary import summary
from batuta.store import runs
from batuta.store.moves import Moves

_NOTHING: Mapping[str, int] = MappingProxyType({})


def stage_of(context: typer.Context, but: str = "") -> Stage:
    """Return the stage of a command that looks at runs or works on them; first, what has waited long enough goes on.

    Not so the run that the command is about, if it decides what becomes of it (`but`). Commands that change data or
    settings do without: what is due then goes by what they bring.
    """
    stage = Stage(services(context))
    name = stage.run_id(but) if but else ""
    if stage.services.pick_up:
        stage.carry_due(name)
    return stage


@dataclass
class Stage:
    """The runs of one home, with the adapters of its services."""

    services: Services

    @property
    def state(self) -> Moves:
        """The state of all runs."""
        return self.services.state

    @cached_property
    def ports(self) -> Ports:
        """The ports that runs work with."""
        return Ports(self.state, self.services.engine, self.services.sending, self.services.texts, self.services.files)

    def run_id(self, name: str) -> str:
        """Return the id of a run named by its id or as `last`."""
        with self.services.database.read() as connection:
            return runs.resolve(connection, name)

    def tallies(self, view: RunView) -> dict[str, Tally]:
        """Return the counts of each prepared delivery of a run."""
        prepared = [name for name, task in view.tasks.items() if task.messages is not None]
        keys = {name: DeliveryKey(view.run.id, name, view.run.generation) for name in prepared}
        return {name: self.ports.sending.tally(key) for name, key in keys.items()}

    def take_up(self, run: str) -> Desk:
        """Return the desk of a run; raise InputError if its campaign no longer fits the data."""
        try:
            return take_up(self.ports, knowledge(self.services), run)
        except Problems as error:
            said = "".join(f"\n  {problem.activity}: {self.services.texts.say(problem)}" for problem in error.problems)
            raise InputError(f"run {run}", f"its campaign no longer fits the data:{said}") from None

    def resume(
        self,
        run: str,
        yes: bool,
        as_json: bool,
        confirmed: Mapping[str, int] = _NOTHING,
        *,
        skip_waits: bool = False,
    ) -> int:
        """Go on with a run from where it stands, past the waits under way if so wanted; see `conduct`."""
        desk = self.take_up(run)
        seen = len(self.state.events(run))
        self.state.retry(run, Note("Resumed"))
        if skip_waits:
            self.state.skip_waits(run, Note(f"Wait skipped by {getpass.getuser()}"))
        return self.conduct(desk, yes, as_json, seen, confirmed)

    def confirm(self, view: RunView, as_json: bool) -> int:
        """Let the deliveries send that await it, if they have not grown since; go on, and return the exit code."""
        awaiting = [name for name, task in view.tasks.items() if task.state is TaskState.AWAITING]
        if not awaiting:
            raise InputError(f"run {view.run.id}", f"the run is {view.run.status}: there is nothing to confirm")
        counts = self.tallies(view)
        return self.resume(view.run.id, False, as_json, {name: counts[name].pending for name in awaiting})

    def conduct(
        self, desk: Desk, yes: bool, as_json: bool, seen: int = 0, confirmed: Mapping[str, int] = _NOTHING
    ) -> int:
        """Work on a run until it ends or a person is needed, show it, and return the exit code.

        The lines of its log up to number `seen` are not shown again. `confirmed` says how many messages of which
        delivery a person has agreed to already.
        """
        agreed = dict(confirmed)
        run = desk.run.id
        with _terminable(), Progress(self.services, self.state, run, as_json, seen) as progress:
            while carry_on(desk, progress.watch) is RunStatus.AWAITING:
                with progress.paused():
                    if not self._confirmed(desk, yes, as_json, agreed):
                        break
        return self.present(run, as_json)

    def present(self, run: str, as_json: bool) -> int:
        """Show what became of a run and return the exit code."""
        view = self.state.view(run)
        found = self.tallies(view)
        if as_json:
            self.services.print_json(summary(view, found))
        else:
            show_run(self.services, view, found)
        return 0 if view.run.status in (RunStatus.COMPLETED, RunStatus.WAITING) else 1

    def carry_due(self, but: str = "") -> None:
        """Carry on the runs whose waits are over, but for one; nobody is asked, and what they do is told aside.

        Whoever interrupts that interrupts the command: raises Exit, so that nothing is begun that was not awaited.
        """
        for run in self.state.due():
            if run == but:
                continue
            self._tell(f"Run {run} has waited long enough: it goes on.")
            try:
                self._pick_up(run)
            except InputError as fault:
                self.state.want(run, Wanted.PAUSE, Note(fault.message(), Level.ERROR))
                self._tell(f"Run {run} is paused: {fault.message()}")
            except SystemFault as fault:
                self._tell(f"Run {run} cannot go on now: {fault.message()}")

    def _pick_up(self, run: str) -> None:
        desk = self.take_up(run)
        with _terminable():
            status = carry_on(desk)
        if self.state.view(run).run.wanted is Wanted.PAUSE:
            self._tell(f"Interrupted: run {run} is paused, and nothing else was begun.")
            raise typer.Exit(1)
        self._tell(f"Run {run} is {status}.")

    def _tell(self, text: str) -> None:
        self.services.errors.print(text, markup=False, soft_wrap=True)

    def _confirmed(self, desk: Desk, yes: bool, as_json: bool, confirmed: dict[str, int]) -> bool:
        """Ask for each delivery that awaits confirmation and was not agreed to; tell whether any may go on."""
        view = self.state.view(desk.run.id)
        awaiting = [task for task in view.tasks.values() if task.state is TaskState.AWAITING]
        counts = tallies(desk, view)
        agreed = [
            task
            for task in awaiting
            if yes
            or self._covered(counts[task.activity], task, confirmed)
            or (not as_json and self._asks(counts[task.activity], task.activity, view))
        ]
        for task in agreed:
            tally = counts[task.activity]
            note = Note(
                f"Confirmed by {getpass.getuser()}: {tally.pending:,} messages",
                Level.INFO,
                task.activity,
                {"by": getpass.getuser(), "pending": tally.pending, "targeted": tally.targeted},
            )
            self.state.confirm(view.run.id, task.activity, note)
        return bool(agreed)

    def _covered(self, tally: Tally, task: Task, confirmed: dict[str, int]) -> bool:
        """Tell whether a person agreed to so many messages or more; say so if there are more now."""
        agreed = confirmed.pop(task.activity, None)
        if agreed is not None and tally.pending > agreed:
            grown = f"{task.label}: {tally.pending:,} messages now, where {agreed:,} were confirmed. Confirm again."
            self._tell(grown)
        return agreed is not None and tally.pending <= agreed

    def _asks(self, tally: Tally, activity: str, view: RunView) -> bool:
        if not sys.stdin.isatty():
            return False
        self.services.console.print(question(tally, view.tasks[activity].label), markup=False)
        return typer.confirm(f"Send {tally.pending:,} emails?")


def question(tally: Tally, label: str) -> str:
    """Return what is asked before a send, with the sum that leads to the number of messages."""
    return f"{label}: {arithmetic(tally, live=True)}."


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a polite request to end (SIGTERM) pause the run as Ctrl-C does."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
