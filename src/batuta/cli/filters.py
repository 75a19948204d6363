"""`batuta filter`: predefined filters, which campaigns use by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from batuta.activities.filter_uses import around, broken_by, users
from batuta.campaign.compact import compact
from batuta.campaign.file import DocumentFile, load_document_files, write_compact
from batuta.campaign.model import Campaign
from batuta.cli.context import Services, services
from batuta.cli.knowledge import keep_lists, knowledge
from batuta.kit.errors import InputError
from batuta.kit.problems import Problem, Problems
from batuta.rules.binding import Surroundings
from batuta.rules.filter_checks import check_filter
from batuta.rules.filters import Filter
from batuta.store.filters import FilterStore
from batuta.store.runs import latest_documents

app = typer.Typer()

Name = Annotated[str, typer.Argument(help="The name of the filter.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command("add")
def add_filter(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML file with one filter, or a list of them.")],
    as_json: AsJson = False,
) -> None:
    """Add filters, or replace those of their names; refused where a campaign that uses one would break."""
    found = services(context)
    files = _read(file)
    wrong = list(_wrong(found, files))
    if wrong:
        _tell(found, wrong, as_json=as_json)
        raise typer.Exit(InputError.exit_code)
    known, lists = [each.document for each in files], files[0].lists
    before = knowledge(found, lists)
    for each in known:
        broken = broken_by(each, before, _campaigns(found)) if each.name in before.filters else []
        if broken:
            todo = "Change what uses it first, or add the filter under another name."
            raise InputError(f"filter {each.name}", f"this change would break {', '.join(broken)}", todo=todo)
    keep_lists(found, lists)
    for each in known:
        FilterStore(found.database).set(each, found.clock.now())
    if as_json:
        found.print_json([each.name for each in known])
        return
    for each in known:
        typer.echo(f"{each.name}: {'replaced' if each.name in before.filters else 'added'}")


@app.command("check")
def check_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML file with one filter, or a list of them.")],
    as_json: AsJson = False,
) -> None:
    """Tell everything that is wrong with the filters of a file; nothing is kept."""
    found = services(context)
    wrong = list(_wrong(found, _read(file)))
    _tell(found, wrong, as_json=as_json)
    if wrong:
        raise typer.Exit(InputError.exit_code)
    if not as_json:
        typer.echo(f"{file}: nothing is wrong")


@app.command("list")
def list_filters(context: typer.Context, as_json: AsJson = False) -> None:
    """List the filters, favourites first."""
    found = services(context)
    filters = sorted(FilterStore(found.database).all().values(), key=lambda each: (not each.favourite, each.name))
    if as_json:
        found.print_json([_document(each) for each in filters])
        return
    table = Table("name", "label", "of", "parameters", "seen by", "favourite")
    for each in filters:
        parameters = ", ".join(parameter.name for parameter in each.parameters)
        seen = f"{each.owner} alone" if each.visibility == "private" and each.owner else each.visibility.value
        table.add_row(each.name, each.label, _of(each), parameters, seen, "yes" if each.favourite else "")
    found.console.print(table)


@app.command("show")
def show_filter(
    context: typer.Context,
    name: Name,
    rule: Annotated[bool, typer.Option("--rule", help="Print its rule alone, to copy into a campaign.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one filter, as a file that `batuta filter add` takes."""
    found = services(context)
    known = FilterStore(found.database).named(name)
    if as_json:
        found.print_json(known.rule.model_dump(mode="json") if rule else _document(known))
        return
    typer.echo(write_compact(known.rule if rule else known), nl=False)


@app.command("remove")
def remove_filter(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Forget a filter; refused while a campaign or another filter uses it."""
    found = services(context)
    store = FilterStore(found.database)
    store.named(name)
    using = users(name, store.all(), _campaigns(found))
    if using:
        todo = "Take it out of them first; `batuta filter show NAME --rule` prints the rule to copy in."
        raise InputError(f"filter {name}", f"it is used by {', '.join(using)}", todo=todo)
    store.remove(name)
    if as_json:
        found.print_json({"removed": name})
    else:
        typer.echo(f"{name}: removed")


def _read(file: Path) -> tuple[DocumentFile[Filter], ...]:
    files = load_document_files(file, Filter)
    if not files:
        raise InputError(str(file), "there is no filter in the file", expected="one, or a list of them")
    names = [each.document.name for each in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(str(file), f"the name {twice} is given twice in the file", todo="Give each its own name.")
    return files


def _wrong(found: Services, files: Sequence[DocumentFile[Filter]]) -> Iterator[tuple[DocumentFile[Filter], Problem]]:
    """Yield what is wrong with each filter among those of the home and those of the same file."""
    here = around(knowledge(found, files[0].lists)).having([each.document for each in files])
    for each in files:
        for problem in _problems(each.document, here):
            yield each, problem


def _problems(known: Filter, here: Surroundings) -> tuple[Problem, ...]:
    try:
        check_filter(known, here)
    except Problems as error:
        return error.problems
    return ()


def _tell(found: Services, wrong: Iterable[tuple[DocumentFile[Filter], Problem]], *, as_json: bool) -> None:
    told = [(each.document.name, each.place(problem), problem, found.texts.say(problem)) for each, problem in wrong]
    if as_json:
        said = [
            {"filter": name, "place": place, "field": problem.field, "code": problem.code, "text": text}
            for name, place, problem, text in told
        ]
        found.print_json({"problems": said})
        return
    for name, place, problem, text in told:
        typer.echo(f"{place}: {name}: {problem.field}: {text}", err=True)


def _campaigns(found: Services) -> list[Campaign]:
    """Return the campaigns that the home knows: each as it ran last, and as it is in runs that go on."""
    with found.database.read() as connection:
        return [Campaign.model_validate_json(document) for document in latest_documents(connection)]


def _document(known: Filter) -> dict[str, Any]:
    return compact(known)


def _of(known: Filter) -> str:
    return known.schema_name or known.dimension
