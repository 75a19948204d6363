"""A Spark of this machine for tests: one Java process, in which each asks for a session of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import pytest

from batuta.engines.spark.session import LocalSession


def spark_session() -> LocalSession:
    """Return a new session; skip the test if PySpark is not installed."""
    pytest.importorskip("pyspark", reason="PySpark is not installed; make test-slow installs it")
    return LocalSession(Path(mkdtemp(prefix="batuta-spark-")))
