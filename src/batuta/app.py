"""The composition root: chooses the adapters, wires them, and starts the command line."""

from __future__ import annotations

import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from batuta.cli.later import Later, LaterGroup
from batuta.kit.errors import BatutaError, SystemFault

if TYPE_CHECKING:
    from batuta.cli.context import Services
    from batuta.kit.problems import Texts
    from batuta.runs.filing import Files
    from batuta.runs.ports import Engine
    from batuta.runs.sending.contract import Sending
    from batuta.store.home import Home
    from batuta.store.settings import EngineSettings

_COMMANDS = (
    Later(
        "report",
        "Report a run: the funnel along its transitions, and what became of every message.",
        "batuta.cli.reports:report",
    ),
    Later(
        "demo",
        "Make a shop in the home, run its campaigns in test mode and live, and show what happened.",
        "batuta.cli.demo:demo",
    ),
    Later(
        "doctor",
        "Tell whether the home and its engine can be used, and what each engine can do; exit code 1 if not.",
        "batuta.cli.doctor:doctor",
    ),
    LaterGroup("schema", "Import and show schemas.", "batuta.cli.schemas:app"),
    LaterGroup("dimension", "Say which schemas campaigns may target.", "batuta.cli.dimensions:app"),
    LaterGroup(
        "data",
        "Load data into schemas.",
        "batuta.cli.data:app",
        Later(
            "sample",
            "Print settings of a Load file activity, guessed from a sample file: look at them before you use them.",
            "batuta.cli.samples:sample_file",
        ),
    ),
    LaterGroup("channel", "How messages are sent: channel configurations.", "batuta.cli.channels:app"),
    LaterGroup("location", "Where files come from and go to: named locations.", "batuta.cli.locations:app"),
    LaterGroup("filter", "Predefined filters: rules under a name, with parameters.", "batuta.cli.filters:app"),
    LaterGroup("engine", "The engine that keeps the data: DuckDB or PostgreSQL.", "batuta.cli.engine:app"),
    LaterGroup("environment", "The environment: what may leave this home.", "batuta.cli.environment:app"),
    LaterGroup(
        "campaign",
        "Check and run campaigns.",
        "batuta.cli.campaigns:app",
        Later(
            "run",
            "Run a campaign: everything on real data, effects outside only with --live.",
            "batuta.cli.campaign_run:run_campaign",
        ),
        Later(
            "show",
            "Show which columns each transition of a campaign file carries, before anything runs.",
            "batuta.cli.campaign_show:show_campaign",
        ),
        Later(
            "memory",
            "Show what each live run queried and whether it was returned, or forget it.",
            "batuta.cli.campaign_memory:show_memory",
        ),
    ),
    LaterGroup("run", "Follow, resume and look into runs.", "batuta.cli.runs:app"),
    LaterGroup(
        "audience",
        "Look at saved audiences.",
        "batuta.cli.audiences:app",
        Later("count", "Count exactly how many rows satisfy a rule.", "batuta.cli.questions:count_rule"),
        Later(
            "explain",
            "Read a rule in plain words, with what each part keeps, or why one row is in or out.",
            "batuta.cli.questions:explain_rule",
        ),
        Later(
            "distribution",
            "Show which values an attribute or formula has among the rows of a rule, and how often.",
            "batuta.cli.questions:show_distribution",
        ),
    ),
    LaterGroup("inbox", "Notices that campaigns have given.", "batuta.cli.inbox:app"),
)


class Commands(TyperGroup):
    """The root command; expected failures become a message and their exit code."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for command in _COMMANDS:
            self.add_command(command)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BatutaError as error:
            found: Services | None = ctx.obj
            typer.echo(found.complete(error.message()) if found else error.message(), err=True)
            raise typer.Exit(error.exit_code) from error


root = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _open_texts() -> Texts:
    from batuta.activities.palette import PROBLEM_PACKAGES
    from batuta.kit.problems import Texts

    return Texts.load(PROBLEM_PACKAGES)


def _open_engine(home: Home, settings: EngineSettings, has_data: bool) -> Engine:
    """Open the engine that the settings name; raise SystemFault if the home has data and the engine has none."""
    return _on_postgres(home, settings, has_data) if settings.kind == "postgres" else _on_duckdb(home, has_data)


def _on_duckdb(home: Home, has_data: bool) -> Engine:
    from batuta.engines.duckdb.engine import DuckDBEngine

    if has_data and not home.data.exists():
        raise SystemFault(
            str(home.data),
            "the data of this home is gone",
            todo="Bring the file back from a backup, or start a new home with --home DIR.",
        )
    return DuckDBEngine(home.data, home.work, home.temporary)


def _on_postgres(home: Home, settings: EngineSettings, has_data: bool) -> Engine:
    from batuta.engines.postgres.opening import open_postgres

    address, password = settings.reach()
    return open_postgres(address, password, home.identity(), has_data)


def _open_sending(services: Services) -> Sending:
    from batuta.channels.transports import HomeTransports
    from batuta.runs.sending.deliveries import Deliveries
    from batuta.store.ledger import HomeLedgers
    from batuta.store.shards import JournalFiles, SampleFiles, ShardFiles

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
    from batuta.sources.folder import FolderFiles

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
    from batuta.cli.context import Services
    from batuta.store.home import Home

    found = Services(Home(home), _open_texts, _open_engine, _open_sending, _open_files, pick_up=pick_up)
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
