"""The command line in a process of its own, as a newcomer meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import IO


def batuta(home: Path, *words: str | Path, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """Run a command on a home and return what it printed and its exit code."""
    return subprocess.run(_command(home, *words), capture_output=True, text=True, check=False, timeout=timeout)


def begun(home: Path, *words: str | Path, told: IO[str]) -> subprocess.Popen[str]:
    """Begin a command on a home; what it prints goes to a file."""
    return subprocess.Popen(_command(home, *words), stdout=told, text=True)


def _command(home: Path, *words: str | Path) -> list[str]:
    return [str(Path(sys.executable).parent / "batuta"), "--home", str(home), *map(str, words)]
