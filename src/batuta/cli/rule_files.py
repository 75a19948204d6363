"""What the commands about a rule share: reading its file, and asking in a way that Ctrl-C ends at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Annotated, NoReturn, TypeVar

import typer

from batuta.campaign.file import DocumentFile, load_document
from batuta.cli.context import Services
from batuta.cli.knowledge import knowledge
from batuta.kit.errors import InputError
from batuta.kit.problems import Problem, Problems
from batuta.kit.stopping import Stop
from batuta.rules.bound import Expr, Moment
from batuta.rules.called import Names
from batuta.rules.lists import ValueList
from batuta.runs.questions.asked import Asked, Place, bind_columns, understand, zone_in
from batuta.runs.questions.document import RuleFile
from batuta.store.audiences import all_audiences
from batuta.store.catalogue import CatalogueStore

T = TypeVar("T")

File = Annotated[Path, typer.Argument(metavar="RULE-FILE", help="A YAML file with a dimension or schema, and a rule.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

STOPPED = 130
"""The exit code of a command that Ctrl-C ended."""

_PATIENCE, _GRACE = 0.1, 3.0


class InvalidRule(InputError):
    """A rule that does not fit the data: every problem with its place, in words."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("", "\n".join(lines))


def load_rule(path: Path) -> DocumentFile[RuleFile]:
    """Read a rule file; raise InputError with line and column of each mistake."""
    return load_document(path, RuleFile)


def asked_in(found: Services, file: DocumentFile[RuleFile], columns: str = "", language: str = "en") -> Asked:
    """Return the rule of a file, bound to the home; raise InputError with all that is wrong with it."""
    place = place_of(found, zone_in(file.document, file.name), file.lists)
    try:
        asked = understand(file.document, place, file.name)
    except Problems as error:
        raise InvalidRule(_said(found, file, problem, language) for problem in error.problems) from None
    for label in asked.unfilled:
        said = f"The audience {label} was never filled: it is read as holding nobody."
        found.errors.print(said, markup=False, soft_wrap=True)
    wanted = [name.strip() for name in columns.split(",") if name.strip()]
    return replace(asked, columns=bound(found, wanted, asked)) if wanted else asked


def names_in(found: Services, file: RuleFile) -> Names:
    """Return what things are called where the rule of a file stands, even if the rule is wrong."""
    catalogue = CatalogueStore(found.database).read()
    dimensions = {dimension.name: dimension.schema_name for dimension in catalogue.dimensions}
    return Names(catalogue, file.schema_name or dimensions.get(file.dimension, ""))


def place_of(found: Services, zone: str, lists: Mapping[str, ValueList]) -> Place:
    """Return where questions about the data of the home are answered; `lists` are those of the file at hand."""
    with found.database.read() as connection:
        audiences = all_audiences(connection)
    known = knowledge(found, lists)
    found.engine.use(known.catalogue)
    moment = Moment(found.clock.now(), zone)
    return Place(found.engine, known.catalogue, moment, audiences, known.filters, known.lists, known.engine)


def bound(found: Services, columns: list[str], asked: Asked) -> tuple[tuple[str, Expr], ...]:
    """Return the columns that an option names, bound; raise InputError with all that is wrong with them."""
    try:
        return bind_columns(columns, asked.around)
    except Problems as error:
        lines = (f"--columns: {columns[int(each.field or 0)]}: {found.texts.say(each)}" for each in error.problems)
        raise InvalidRule(lines) from None


def _said(found: Services, file: DocumentFile[RuleFile], problem: Problem, language: str) -> str:
    return f"{file.place(problem)}: {problem.field}: {found.texts.say(problem, language)}"


def answered(found: Services, work: Callable[[Stop], T]) -> T:
    """Return what a question's work returns; Ctrl-C stops its query, and the command with a plain message."""
    stop = Stop()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, stop)
        try:
            while not wait([future], _PATIENCE).done:
                pass
        except KeyboardInterrupt:
            Thread(target=stop.wish, daemon=True).start()
            ended = bool(wait([future], _GRACE).done)
            found.errors.print("Stopped.", markup=False)
            if not ended:
                _leave()
            raise typer.Exit(STOPPED) from None
        return future.result()


def _leave() -> NoReturn:
    """End the process with its query: an engine that still plans one hears nothing, and questions change nothing."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)
