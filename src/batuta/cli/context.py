"""What every command is handed: the services of one home, opened when first used."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from batuta.kit.clock import Clock, SystemClock
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database
from batuta.store.home import Home

if TYPE_CHECKING:
    from batuta.kit.problems import Texts
    from batuta.runs.filing import Files
    from batuta.runs.ports import Engine
    from batuta.runs.sending.contract import Sending
    from batuta.store.moves import Moves
    from batuta.store.settings import EngineSettings

_DEFAULT_HOME = ".batuta"
_COMMAND = re.compile(r"\bbatuta (?=(?:campaign|location|run) )")


@dataclass
class Services:
    """The home and the adapters that the composition root chose for it.

    Commands reach the home only through here; the lock is taken at the first use of `database` or `engine`.
    `open_engine` is told whether the home has data: then an engine without any is refused.
    `pick_up` says whether runs whose waits are over are carried on first.
    """

    home: Home
    open_texts: Callable[[], Texts]
    open_engine: Callable[[Home, EngineSettings, bool], Engine]
    open_sending: Callable[[Services], Sending]
    open_files: Callable[[Home], Files]
    clock: Clock = field(default_factory=SystemClock)
    console: Console = field(default_factory=Console)
    errors: Console = field(default_factory=lambda: Console(stderr=True))
    pick_up: bool = True

    @cached_property
    def texts(self) -> Texts:
        """The texts of all problems."""
        return self.open_texts()

    @cached_property
    def database(self) -> Database:
        """The state database; the home is taken first."""
        self.home.take()
        return Database(self.home.state)

    @cached_property
    def state(self) -> Moves:
        """The state of all runs; the leases of processes that are gone expire here, once."""
        from batuta.store.moves import Moves  # noqa: PLC0415 (it brings all of runs, activities and rules)

        state = Moves(self.database, self.clock)
        state.recover()
        return state

    @cached_property
    def engine(self) -> Engine:
        """The engine of the home; without the data it had it is not opened, or all would look empty."""
        return self.open_engine(self.home, self.home.settings().engine, self.has_data)

    @property
    def has_data(self) -> bool:
        """Whether rows were ever loaded into the home, or changed."""
        return bool(CatalogueStore(self.database).data_versions())

    @cached_property
    def sending(self) -> Sending:
        """The sending of deliveries from the home."""
        return self.open_sending(self)

    @cached_property
    def files(self) -> Files:
        """The files in the locations of the home."""
        return self.open_files(self.home)

    def complete(self, text: str) -> str:
        """Return a text whose commands name this home, unless they reach it as they stand."""
        if self.home.path == Path(os.environ.get("BATUTA_HOME", _DEFAULT_HOME)).absolute():
            return text
        here = Path.cwd()
        path = self.home.path.relative_to(here) if self.home.path.is_relative_to(here) else self.home.path
        named = f"batuta --home {shlex.quote(str(path))} "
        return _COMMAND.sub(lambda _: named, text)

    def close(self) -> None:
        """Close what was opened and give the home back."""
        for name in ("sending", "state"):
            self.__dict__.pop(name, None)
        for name in ("engine", "database"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        self.home.release()

    def print_json(self, value: Any) -> None:
        """Print a value as JSON for programs."""
        typer.echo(json.dumps(value, ensure_ascii=False, default=str, indent=2))


def services(context: typer.Context) -> Services:
    """Return the services that the global options set up."""
    found = context.find_object(Services)
    if found is None:
        raise RuntimeError("commands run below the root command, which sets up the services")
    return found
