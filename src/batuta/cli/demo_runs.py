"""The runs of the demo: two campaigns in test mode and live, and one that people leave while it is under way."""

from __future__ import annotations

from dataclasses import dataclass
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
from batuta.kit.errors import InputError, SystemFault
from batuta.reports.run_report import RunReport
from batuta.rules.bound import AttributeOf
from batuta.runs.conduct import Request, begin, carry_on, take_up
from batuta.runs.desk import Desk
from batuta.runs.effects import effect
from batuta.runs.making import make
from batuta.runs.model import JobKind, Mode, RunStatus, RunView
from batuta.runs.ports import Changing
from batuta.schema.changing import Change
from batuta.sets.algebra import Table

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
    """Run a campaign file live; when its mail is due, some who are to get it are erased from the data."""
    stage = Stage(found)
    desk = _begun(stage, file, Mode.LIVE)
    _work_until_mail(desk)
    _erase_some(desk)
    return _finish(stage, desk, quiet)


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


def _erase_some(desk: Desk) -> None:
    """Delete some who are about to be written to from the data, as if they had asked for it; what they bought stays."""
    view, engine = desk.view(), desk.ports.engine
    email = next(task.activity for task in view.tasks.values() if task.first is JobKind.PREPARE)
    population, moment = view.inbound(email)[0][1].population, view.moment(email)
    if population is None:
        return
    shape = population.shape.of_targets().having(())
    schema = desk.frozen.knowledge.catalogue.schema_named(shape.schema)
    leaving = Table(f"leaving_{desk.run.id}", shape)
    people = engine.preview(population, (), moment, ERASED).rows
    engine.write(leaving.name, shape, iter([[row[: len(shape.key)] for row in people]]))
    key = tuple((one.name, AttributeOf((), one.name, one.type)) for one in schema.key)
    engine.change_rows(Changing(schema, Change.DELETE, leaving, key, moment, f"demo/{desk.run.id}"))
