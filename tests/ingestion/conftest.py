from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from batuta.app import root
from tests.engines import begin, data_of, engine_or_slow

__all__ = ["engine_or_slow"]

CHINOOK = Path(__file__).parents[1] / "data" / "chinook"


@dataclass
class Terminal:
    """The command line over one home, as a person uses it."""

    home: Path

    def run(self, *words: str | Path) -> str:
        """Run a command that succeeds; return what it prints."""
        result = CliRunner().invoke(root, ["--home", str(self.home), *map(str, words)])
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.run(*words, "--json"))

    def refused(self, *words: str | Path) -> tuple[int, str]:
        """Run a command that fails; return its exit code and message, after checking that it left no trace."""
        before = self.dump()
        result = CliRunner().invoke(root, ["--home", str(self.home), *map(str, words)])
        assert isinstance(result.exception, SystemExit), result.exception
        assert self.dump() == before
        return result.exit_code, result.stderr.removesuffix("\n")

    def dump(self) -> list[str]:
        """Return all state: every row of the state database and of every table of data."""
        state = sqlite3.connect(self.home / "state.sqlite")
        lines = list(state.iterdump())
        state.close()
        tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'home' ORDER BY ALL"
        for schema, table in self.query(tables):
            rows = self.query(f'SELECT * FROM home."{schema}"."{table}" ORDER BY ALL')
            lines += [f"{schema}.{table}: {row}" for row in rows]
        return lines

    def query(self, sql: str) -> list[Any]:
        """Ask the data itself, attached as `home`, while no command runs."""
        with data_of(self.home, "home") as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def terminal(tmp_path: Path, engine: str) -> Terminal:
    begin(tmp_path / "home", engine)
    return Terminal(tmp_path / "home")


@pytest.fixture
def chinook() -> Path:
    return CHINOOK
