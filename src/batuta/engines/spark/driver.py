"""Starting Spark. PySpark is an extra, so this module is imported only where a session is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession


def started(cores: int, settings: Mapping[str, str]) -> Any:
    """Return the session of this machine, in a Java process that is started if there is none."""
    builder = SparkSession.builder.master(f"local[{cores}]").appName("batuta")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
