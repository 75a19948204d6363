"""The home: one folder with all state, owned by one process at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from secrets import token_hex
from typing import IO

import yaml
from pydantic import ValidationError

from batuta.kit.errors import HomeTaken, InputError, SystemFault
from batuta.store.settings import Settings


class Home:
    """The paths of a home and the lock on it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    @property
    def state(self) -> Path:
        """The state database."""
        return self.path / "state.sqlite"

    @property
    def data(self) -> Path:
        """The engine's database of data, audiences and effects."""
        return self.path / "data.duckdb"

    @property
    def work(self) -> Path:
        """The engine's database of working tables."""
        return self.path / "work.duckdb"

    @property
    def temporary(self) -> Path:
        """Where the engine spills."""
        return self.path / "tmp"

    @property
    def outbox(self) -> Path:
        """Where the outbox transport writes its mails."""
        return self.path / "outbox"

    @property
    def rejects(self) -> Path:
        """Where loads write the lines they rejected."""
        return self.path / "rejects"

    def run_folder(self, run: str) -> Path:
        """Return the folder of a run's files: shards, journals, samples."""
        return self.path / "runs" / run

    def take(self) -> None:
        """Make the home if needed and lock it for this process; raise HomeTaken if another owns it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "home.lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise SystemFault(str(self.path), f"the home cannot be made or opened: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise HomeTaken(
                str(self.path),
                f"the home is in use by process {owner}",
                todo="Wait until that process ends, or name another home with --home DIR.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def settings(self) -> Settings:
        """Read `settings.yaml`; a home without one has the defaults."""
        path = self.path / "settings.yaml"
        if not path.exists():
            return Settings()
        try:
            return Settings.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
        except yaml.YAMLError as error:
            raise InputError(str(path), f"the settings cannot be read: {error}") from error
        except ValidationError as error:
            raise InputError(str(path), f"the settings cannot be used: {_worded(error)}") from None

    def identity(self) -> str:
        """Return the name by which a database knows that it belongs to this home; made at first use."""
        path = self.path / "home.id"
        try:
            if not path.exists():
                path.write_text(token_hex(8), "utf-8")
            return path.read_text("utf-8").strip()
        except OSError as error:
            raise SystemFault(str(path), f"the name of the home cannot be kept: {error.strerror}") from error

    def write_settings(self, settings: Settings) -> None:
        """Replace `settings.yaml` in one step."""
        temporary = self.path / "settings.yaml.new"
        temporary.write_text(yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False), "utf-8")
        temporary.replace(self.path / "settings.yaml")


def _worded(error: ValidationError) -> str:
    """Return what is wrong, without what was found there: that may be a secret in the wrong place."""
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}" for fault in faults
    )
