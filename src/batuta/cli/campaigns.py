"""Campaign files from the terminal: check them, and print the JSON Schema that editors use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal

import typer

from batuta.activities.form import campaign_schema
from batuta.activities.validate import validate
from batuta.campaign.file import CampaignFile, load_campaign
from batuta.campaign.invalid import InvalidFile
from batuta.cli.context import Services, services
from batuta.cli.knowledge import knowledge
from batuta.kit.errors import InputError
from batuta.kit.problems import Problem

app = typer.Typer()

Language = Literal["en", "fr"]


@dataclass(frozen=True)
class Remark:
    """A problem in words, with its place in the file."""

    activity: str
    label: str
    field: str
    code: str
    text: str
    blocking: bool
    place: str


@dataclass(frozen=True)
class _Words:
    error: str
    warning: str
    at: str
    sound: str


_WORDS = {
    "en": _Words("error", "warning", "at", "nothing is wrong"),
    "fr": _Words("erreur", "avertissement", "à", "tout est en ordre"),
}


@app.command("validate")
def validate_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The campaign file.")],
    language: Annotated[Language, typer.Option(help="Language of the texts.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Tell everything that is wrong with a campaign file; exit 1 if it cannot run."""
    found = services(context)
    name, remarks = remarks_on(file, found, language)
    show_remarks(found, file, name, remarks, as_json, language)
    if _blocked(remarks):
        raise typer.Exit(InputError.exit_code)


@app.command("schema")
def print_schema(context: typer.Context) -> None:
    """Print the JSON Schema of campaign files."""
    services(context).print_json(campaign_schema())


def remarks_on(path: Path, found: Services, language: Language) -> tuple[str, list[Remark]]:
    """Return the id of the campaign in a file and all that is wrong with it."""
    try:
        file = load_campaign(path)
    except InvalidFile as error:
        return "", [_remark(problem, place, "", found, language) for place, problem in error.located]
    diagnosis = validate(file.campaign, knowledge(found, file.lists))
    return file.campaign.id, list(_remarks(file, diagnosis.problems, found, language))


def show_remarks(
    found: Services, file: Path, name: str, remarks: list[Remark], as_json: bool, language: Language = "en"
) -> None:
    """Print what is wrong with the campaign of that id in a file, for people or for programs."""
    if as_json:
        found.print_json({"campaign": name, "blocked": _blocked(remarks), "problems": [vars(r) for r in remarks]})
    else:
        for line in _lines(file, remarks, _WORDS[language]):
            typer.echo(line)


def _remarks(file: CampaignFile, problems: Iterable[Problem], found: Services, language: Language) -> Iterator[Remark]:
    for problem in problems:
        line, column = file.place(problem)
        activity = file.campaign.by_id.get(problem.activity)
        label = activity.title if activity else ""
        yield _remark(problem, f"{file.name}:{line}:{column}", label, found, language)


def _remark(problem: Problem, place: str, label: str, found: Services, language: Language) -> Remark:
    text = found.texts.say(problem, language)
    return Remark(problem.activity, label, problem.field, problem.code, text, problem.blocking, place)


def _lines(file: Path, remarks: list[Remark], words: _Words) -> Iterator[str]:
    """Yield the remarks grouped by activity, then a summary."""
    for (activity, label), group in groupby(remarks, key=lambda remark: (remark.activity, remark.label)):
        yield (label if label == activity else f"{label} ({activity})") if activity else str(file)
        for remark in group:
            field = f"{remark.field}: " if remark.field else ""
            yield f"  {words.error if remark.blocking else words.warning}  {field}{remark.text}"
            yield f"    {words.at} {remark.place}"
    errors = sum(remark.blocking for remark in remarks)
    counts = ((errors, words.error), (len(remarks) - errors, words.warning))
    said = ", ".join(f"{number} {word}{'s' if number > 1 else ''}" for number, word in counts if number)
    yield f"{file}: {said or words.sound}"


def _blocked(remarks: Iterable[Remark]) -> bool:
    return any(remark.blocking for remark in remarks)
