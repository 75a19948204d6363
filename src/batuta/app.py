"""The composition root: chooses the adapters, wires them, and starts the command line."""

from __future__ import annotations

import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from batuta.activities.palette import PROBLEM_PACKAGES
from batuta.channels.transports import HomeTransports
from batuta.cli import (
    audiences,
    campaign_memory,
    campaign_run,
    campaign_show,
    campaigns,
    channels,
    data,
    demo,
    dimensions,
    doctor,
    engine,
    environment,
    filters,
    inbox,
    locations,
    reports,
    runs,
    samples,
    schemas,
)
from batuta.cli.context import Services
from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.kit.errors import BatutaError, SystemFault
from batuta.kit.problems import Texts
from batuta.runs.filing import Files
from batuta.runs.ports import Engine
from batuta.runs.sending.contract import Sending
from batuta.runs.sending.deliveries import Deliveries
from batuta.sources.folder import FolderFiles
from batuta.store.home import Home
from batuta.store.ledger import HomeLedgers
from batuta.store.settings import EngineSettings
from batuta.store.shards import JournalFiles, SampleFiles, ShardFiles


class Commands(TyperGroup):
    """The root command; expected failures become a message and their exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BatutaError as error:
            found = ctx.find_object(Services)
            typer.echo(found.complete(error.message()) if found else error.message(), err=True)
            raise typer.Exit(error.exit_code) from error


root = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)

for _name, _commands in {
    "schema": schemas.app,
    "dimension": dimensions.app,
    "data": data.app,
    "channel": channels.app,
    "location": locations.app,
    "filter": filters.app,
    "engine": engine.app,
    "environment": environment.app,
    "campaign": campaigns.app,
    "run": runs.app,
    "audience": audiences.app,
    "inbox": inbox.app,
}.items():
    root.add_typer(_commands, name=_name)
data.app.command("sample")(samples.sample_file)
campaigns.app.command("run")(campaign_run.run_campaign)
campaigns.app.command("show")(campaign_show.show_campaign)
campaigns.app.command("memory")(campaign_memory.show_memory)
root.command("report")(reports.report)
root.command("demo")(demo.demo)
root.command("doctor")(doctor.doctor)


def _open_engine(home: Home, settings: EngineSettings, has_data: bool) -> Engine:
    """Open the engine that the settings name; raise SystemFault if the home has data and the engine has none."""
    return _on_postgres(home, settings, has_data) if settings.kind == "postgres" else _on_duckdb(home, has_data)


def _on_duckdb(home: Home, has_data: bool) -> Engine:
    if has_data and not home.data.exists():
        raise SystemFault(
            str(home.data),
            "the data of this home is gone",
            todo="Bring the file back from a backup, or start a new home with --home DIR.",
        )
    return DuckDBEngine(home.data, home.work, home.temporary)


def _on_postgres(home: Home, settings: EngineSettings, has_data: bool) -> Engine:
    from batuta.engines.postgres.opening import open_postgres  # noqa: PLC0415 (the driver takes 0.2 s to load)

    address, password = settings.reach()
    return open_postgres(address, password, home.identity(), has_data)


def _open_sending(services: Services) -> Sending:
    home = services.home
    return Deliveries(
        engine=services.engine,
        ledgers=HomeLedgers(home, services.database, services.clock),
        shard_files=ShardFiles(home),
        journals=JournalFiles(home),
        samples=SampleFiles(home),
        transports=HomeTransports(home.outbox),
    )


def _open_files(home: Home) -> Files:
    return FolderFiles(home.run_folder)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"batuta {version('batuta')}")
        raise typer.Exit


@root.callback()
def batuta(
    context: typer.Context,
    home: Annotated[Path, typer.Option(envvar="BATUTA_HOME", help="Folder with all state.", file_okay=False)] = Path(
        ".batuta"
    ),
    _: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
    pick_up: Annotated[
        bool, typer.Option(envvar="BATUTA_PICK_UP", help="Carry on first what has waited long enough.")
    ] = True,
) -> None:
    """Batuta runs orchestrated campaigns over relational data."""
    texts = Texts.load(PROBLEM_PACKAGES)
    found = Services(Home(home), texts, _open_engine, _open_sending, _open_files, pick_up=pick_up)
    context.obj = found
    context.call_on_close(found.close)


def main() -> None:
    """Run the command line; what nobody foresaw becomes a message too, its details a file for a report."""
    try:
        root()
    except Exception as error:
        with NamedTemporaryFile("w", prefix="batuta-", suffix=".log", delete=False, encoding="utf-8") as details:
            details.writelines(traceback.format_exception(error))
        said = next(iter(str(error).splitlines()), "")
        found = f"something happened that was not foreseen: {type(error).__name__}: {said}"
        todo = f"Try again; if it happens again, report it; the details are in {details.name}."
        fault = SystemFault("batuta", found, todo=todo)
        typer.echo(fault.message(), err=True)
        sys.exit(fault.exit_code)
