"""The runs of the demo, and what they leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from batuta.activities.validate import validate
from batuta.campaign.file import load_campaign
from batuta.campaign.model import Campaign
from batuta.cli.context import Services
from batuta.cli.knowledge import knowledge
from batuta.cli.reports import report_of
from batuta.cli.run_progress import Progress
from batuta.cli.running import Stage
from batuta.kit.errors import InputError, SystemFault
from batuta.reports.run_report import RunReport
from batuta.runs.conduct import Request, begin, carry_on, take_up
from batuta.runs.desk import Desk
from batuta.runs.model import Mode, RunStatus, RunView


@dataclass(frozen=True)
class Told:
    """A run that is over: what its campaign is for, its state and its report."""

    description: str
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
    """Run a campaign file to its end without asking or waiting; raise if it ends in any other way."""
    stage, campaign = Stage(found), load_campaign(file).campaign
    desk = _begun(stage, campaign, mode, file.name)
    with Progress(found, stage.state, desk.run.id, quiet or not found.console.is_terminal) as progress:
        status = carry_on(desk, progress.watch)
    view = desk.view()
    if status is not RunStatus.COMPLETED:
        errors = [f"{task.label}: {task.error}" for task in view.tasks.values() if task.error]
        raise SystemFault(f"run {view.run.id}", f"{view.run.name} is {status}: {'; '.join(errors) or view.run.error}")
    return Told(campaign.description, view, report_of(view, stage.tallies(view)))


def mail_of(outbox: Path, run: str) -> Sample | None:
    """Return a mail that a run has put into the outbox, or None."""
    for path in sorted(outbox.joinpath(run).rglob("*.eml"))[:1]:
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        return Sample(path, message["to"], message["subject"], body.get_content() if body else "")
    return None


def _begun(stage: Stage, campaign: Campaign, mode: Mode, place: str) -> Desk:
    known = knowledge(stage.services)
    diagnosis = validate(campaign, known)
    if diagnosis.blocked:
        raise InputError(place, "\n".join(stage.services.texts.say(problem) for problem in diagnosis.problems))
    request = Request(mode, stage.services.clock.now(), ask=False, skip_waits=True)
    return take_up(stage.ports, known, begin(stage.ports, campaign, known, request))
