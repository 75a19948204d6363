"""`batuta location`: where files come from and go to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from batuta.cli.context import services
from batuta.kit.errors import InputError, UsageError
from batuta.kit.identifiers import SLUG
from batuta.schema.locations import Location
from batuta.store.home import Home
from batuta.store.locations import LocationStore

app = typer.Typer()

Name = Annotated[str, typer.Argument(help="The name that campaigns use.")]


@app.command("set")
def set_location(
    context: typer.Context,
    name: Name,
    folder: Annotated[Path, typer.Option(help="The folder; it has to be there.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="Nothing may be written or deleted there.")] = False,
) -> None:
    """Add a location, or replace the one of that name."""
    found = services(context)
    if not SLUG.match(name):
        raise UsageError(
            "NAME", f"{name!r} cannot be the name of a location", expected="small letters, digits, - and _"
        )
    place = _checked(folder, found.home)
    location = Location(name=name, path=str(place), write=not read_only)
    LocationStore(found.database).set(location, found.clock.now())
    typer.echo(f"{name}: {place}{' (read only)' if read_only else ''}")


@app.command("list")
def list_locations(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """List the locations."""
    found = services(context)
    locations = LocationStore(found.database).all().values()
    if as_json:
        found.print_json([location.model_dump(mode="json") for location in locations])
        return
    table = Table("name", "folder", "may be")
    for location in locations:
        table.add_row(location.name, location.path, "read and written" if location.write else "read")
    found.console.print(table)


@app.command("remove")
def remove_location(context: typer.Context, name: Name) -> None:
    """Forget a location. The folder and its files stay."""
    LocationStore(services(context).database).remove(name)
    typer.echo(f"{name}: removed")


def _checked(folder: Path, home: Home) -> Path:
    """Return the folder's own path; raise InputError if it is none, or if files there could harm the home."""
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise InputError(str(folder), "there is no such folder", todo="Make it, or check the path.")
    own = home.path.resolve()
    if place.is_relative_to(own) or own.is_relative_to(place):
        raise InputError(
            str(folder),
            "the folder and the home of Batuta lie within each other",
            todo="Choose a folder beside the home: files written there must never meet its own.",
        )
    return place
