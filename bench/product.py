"""Runs the benchmark's campaign in a process of its own, as the command line does, and prints what it took."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path

from batuta.app import root


def run(home: Path, campaign: Path) -> dict[str, object]:
    """Return the seconds from opening the home to closing it, and the rows of each transition."""
    printed = io.StringIO()
    began = time.perf_counter()
    with contextlib.redirect_stdout(printed):
        root(
            ["--home", str(home), "campaign", "run", str(campaign), "--live", "--yes", "--json"], standalone_mode=False
        )
    seconds = time.perf_counter() - began
    told = json.loads(printed.getvalue())
    rows = {f"{step['from']}.{step['output']}": step["rows"] for step in told["transitions"]}
    return {"seconds": seconds, "status": told["status"], "rows": rows}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
