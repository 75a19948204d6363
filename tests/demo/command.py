"""The command line in a process of its own, as a newcomer meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def batuta(home: Path, *words: str | Path, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """Run a command on a home and return what it printed and its exit code."""
    command = [str(Path(sys.executable).parent / "batuta"), "--home", str(home), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)
