"""A Spark of this machine for tests: one Java process, in which each asks for a session of its own."""

from __future__ import annotations

import atexit
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from batuta.engines.spark.session import LocalSession


def spark_session() -> LocalSession:
    """Return a new session; skip the test if PySpark is not installed."""
    pytest.importorskip("pyspark", reason="PySpark is not installed; make test-slow installs it")
    folder = Path(mkdtemp(prefix="batuta-spark-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    return LocalSession(folder)
