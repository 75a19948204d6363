"""What nobody foresaw: a message, an exit code and a file with the details, but no traceback on the terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def test_a_damaged_home_is_told_without_a_traceback(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "state.sqlite").write_bytes(b"no database at all" * 500)
    code = "from batuta.app import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "--home", str(home), "schema", "list"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "Traceback" not in ended.stderr
    assert "file is not a database" in ended.stderr
    (named,) = re.findall(r"details are in (.*)\.$", ended.stderr, re.MULTILINE)
    assert "Traceback" in Path(named).read_text("utf-8")
