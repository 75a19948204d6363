"""The runs of the demo: two campaigns in test mode and live, and one that people leave while it is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from batuta.activities.validate import validate
from batuta.campaign.file import load_campaign
from batuta.cli.context import Services
from batuta.cli.knowledge import knowledge
from batuta.cli.reports import report_of
from batuta.cli.run_progress import Progress
from batuta.cli.running import Stage
from batuta.demo.erasure import erase_recipients
from batuta.kit.errors import InputError, SystemFault
from batuta.reports.run_report import RunReport
from batuta.runs.conduct import Request, begin, carry_on, take_up
from batuta.runs.desk import Desk
from batuta.runs.effects import effect
from batuta.runs.making import make
from batuta.runs.model import JobKind, Mode, Note, RunStatus, RunView, Wanted

ERASED = 3
"""How many people leave while a campaign is under way."""

_JOBS = {JobKind.MAKE: make, JobKind.EFFECT: effect}


@dataclass(frozen=True)
class Told:
    """A run that is over: its state and its report."""

    view: RunView
    report: RunReport


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail of the outbox."""

    path: Path
    to: str
    subject: str
    text: str


def run_file(found: Services, file: Path, mode: Mode, quiet: bool) -> Told:
    """Run a campaign file to its end without asking; raise if it ends in any other way."""
    stage = Stage(found)
    return _finish(stage, _begun(stage, file, mode), quiet)


def run_with_erasure(found: Services, file: Path, quiet: bool) -> Told:
    """Run a campaign file live; when its mail is due, some who are to get it are erased from the data.

    `found` is closed meanwhile: only one may have the data open.
    """
    stage = Stage(found)
    desk = _begun(stage, file, Mode.LIVE)
    _work_until_mail(desk)
    people = _first_addressed(desk)
    found.close()
    again = replace(found)
    try:
        erase_recipients(again.home.data, people)
        stage = Stage(again)
        stage.state.want(desk.run.id, Wanted.RUN, Note(f"Resumed after {len(people)} people were erased from the data"))
        return _finish(stage, take_up(stage.ports, knowledge(again), desk.run.id), quiet)
    finally:
        again.close()


def mail_of(outbox: Path, run: str) -> Sample | None:
    """Return a mail that a run has put into the outbox, or None."""
    for path in sorted(outbox.joinpath(run).rglob("*.eml"))[:1]:
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        return Sample(path, message["to"], message["subject"], body.get_content() if body else "")
    return None


def _begun(stage: Stage, file: Path, mode: Mode) -> Desk:
    campaign = load_campaign(file).campaign
    known = knowledge(stage.services)
    diagnosis = validate(campaign, known)
    if diagnosis.blocked:
        raise InputError(str(file), "\n".join(stage.services.texts.say(problem) for problem in diagnosis.problems))
    run = begin(stage.ports, campaign, known, Request(mode, stage.services.clock.now(), ask=False))
    return take_up(stage.ports, known, run)


def _finish(stage: Stage, desk: Desk, quiet: bool) -> Told:
    with Progress(
        stage.services, stage.state, desk.run.id, quiet or not stage.services.console.is_terminal
    ) as progress:
        status = carry_on(desk, progress.watch)
    view = desk.view()
    if status is not RunStatus.COMPLETED:
        errors = [f"{task.label}: {task.error}" for task in view.tasks.values() if task.error]
        raise SystemFault(f"run {view.run.id}", f"{view.run.name} is {status}: {'; '.join(errors) or view.run.error}")
    return Told(view, report_of(view, stage.tallies(view)))


def _work_until_mail(desk: Desk) -> None:
    """Carry out the jobs of a run one by one until the preparation of a delivery is next."""
    state = desk.ports.state
    while (claim := state.claim(desk.run.id, "demo")) is not None:
        if claim.kind not in _JOBS:
            state.release(claim)
            return
        _JOBS[claim.kind](desk, claim)


def _first_addressed(desk: Desk) -> Sequence[int]:
    """Return the keys of some who are about to be written to."""
    view = desk.view()
    email = next(task.activity for task in view.tasks.values() if task.first is JobKind.PREPARE)
    population = view.inbound(email)[0][1].population
    if population is None:
        return ()
    rows = desk.ports.engine.preview(population, (), view.moment(email), ERASED).rows
    return [int(str(row[0])) for row in rows]
