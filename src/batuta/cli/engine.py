"""`batuta engine`: which engine keeps the data of the home."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import ValidationError

from batuta.cli.context import Services, services
from batuta.kit.errors import InputError, UsageError
from batuta.store.runs import all_runs
from batuta.store.settings import EngineSettings

app = typer.Typer()


@app.command("show")
def show_engine(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """Show the engine of the home, without reaching it; see batuta doctor."""
    found = services(context)
    told = found.home.settings().engine.told()
    if as_json:
        found.print_json(told)
        return
    for name, value in told.items():
        typer.echo(f"{name}: {value}")


@app.command("use")
def use_engine(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="duckdb or postgres.")],
    address: Annotated[
        str, typer.Option(help="Of the PostgreSQL database, without a password; or where it is: env:NAME, file:PATH.")
    ] = "",
    password: Annotated[str, typer.Option(help="Where the password is kept: env:NAME or file:PATH.")] = "",
) -> None:
    """Choose the engine of a home that has no data yet. It has to answer."""
    found = services(context)
    wanted = _read(kind, address, password)
    settings = found.home.settings()
    _refuse_if_used(found, settings.engine, wanted)
    found.open_engine(found.home, wanted, found.has_data).close()
    found.home.write_settings(settings.model_copy(update={"engine": wanted}))
    typer.echo(f"{wanted.kind}: it answers, and keeps the data of this home from now on")


def _read(kind: str, address: str, password: str) -> EngineSettings:
    try:
        return EngineSettings.model_validate({"kind": kind, "address": address, "password": password})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = {"kind": "KIND"}.get(str(fault["loc"][0]), f"--{fault['loc'][0]}") if fault["loc"] else "engine"
        said = fault["msg"].removeprefix("Value error, ")
        raise UsageError(place, said, todo="See batuta engine use --help.") from None


def _refuse_if_used(found: Services, former: EngineSettings, wanted: EngineSettings) -> None:
    """Raise InputError if another engine keeps what the home knows; the way to the same one may change."""
    if former.kind == wanted.kind:
        return
    with found.database.read() as connection:
        runs = bool(all_runs(connection))
    if found.has_data or runs:
        what = "data" if found.has_data else "runs"
        raise InputError(
            str(found.home.path),
            f"this home has {what} in {former.kind}, which would stay there",
            todo=f"Start a new home for {wanted.kind} with --home DIR, and load the data there.",
        )
