"""Whether Spark is there: PySpark, and a Java that it runs on. No session is started, which takes long."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from batuta.engines.reach import COMPILING, Reach

_SECONDS = 10
_OLDEST = 17


def probe() -> Reach:
    """Look for PySpark and ask Java for its version."""
    try:
        facts = {"library": f"pyspark {version('pyspark')}"} if find_spec("pyspark") else {}
    except PackageNotFoundError:
        facts = {}
    if not facts:
        return Reach(
            "spark", COMPILING, facts, "PySpark is not installed", "Install it with pip install 'batuta[spark]'."
        )
    java = _java()
    if java is None:
        problem = "there is no Java that answers"
        return Reach("spark", COMPILING, facts, problem, f"Install Java {_OLDEST} or later, or set JAVA_HOME.")
    facts["java"] = java
    if _number(java) < _OLDEST:
        return Reach("spark", COMPILING, facts, f"Java {java} is too old", f"Install Java {_OLDEST} or later.")
    return Reach("spark", COMPILING, facts)


def _number(java: str) -> int:
    """Return the number by which a version of Java is called; the old ones began with `1.`."""
    parts = [int(part) for part in re.findall(r"\d+", java)]
    return parts[0] if parts else 0


def _java() -> str | None:
    """Return the version that Java tells of itself, or None."""
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if command is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603 (the Java of this machine)
            [command, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "([^"]+)"', asked.stderr)
    return found[1] if found else None
