"""The command line as a user meets it, in the process of the test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from batuta.app import root


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Batuta:
    """Runs commands on one home."""

    home: Path

    def __call__(self, *words: str | Path, code: int = 0, answer: str = "") -> Answer:
        """Run a command and check its exit code; `answer` is typed at its prompt."""
        result = CliRunner().invoke(root, ["--home", str(self.home), *map(str, words)], input=answer)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, f"{words}: exit {result.exit_code}\n{result.output}"
        return Answer(result.exit_code, result.stdout, result.stderr)
