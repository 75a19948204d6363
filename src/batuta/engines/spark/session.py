"""A Spark of this machine, which compiled statements run on. Working tables and loads are not made here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlglot import exp

from batuta.engines.sql.for_spark import Spark
from batuta.kit.errors import SystemFault
from batuta.schema.types import DataType

_LOOPBACK = "127.0.0.1"
_SETTINGS = {
    "spark.driver.bindAddress": _LOOPBACK,
    "spark.driver.host": _LOOPBACK,
    "spark.sql.ansi.enabled": "true",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""In ANSI mode, with UTC for all times; nothing listens to other machines."""


class LocalSession:
    """A session in a Java process of its own, which is started by the first one and ends with this process.

    What Spark writes goes into a folder. Sessions share the process, and nothing else.
    """

    dialect = Spark()

    def __init__(self, folder: Path, cores: int = 2) -> None:
        """Start a session; raise SystemFault if PySpark is not installed, or if it finds no Java."""
        try:
            driver = import_module("batuta.engines.spark.driver")
        except ImportError as error:
            raise SystemFault(
                "spark", "PySpark is not installed", todo="Install it with pip install 'batuta[spark]'."
            ) from error
        os.environ["SPARK_LOCAL_IP"] = _LOOPBACK
        places = {"spark.local.dir": folder / "scratch", "spark.sql.warehouse.dir": folder / "tables"}
        try:
            started = driver.started(cores, {**_SETTINGS, **{name: str(place) for name, place in places.items()}})
        except RuntimeError as error:  # PySpark's own errors are of this class
            raise SystemFault(
                "spark", "Java does not start", todo="Install Java 17 or later, or set JAVA_HOME."
            ) from error
        self._session: Any = started.newSession()
        for statement in self.dialect.preparation:
            self.execute(statement)

    def execute(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        self._session.sql(statement)

    def rows(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in self._session.sql(query.sql(self.dialect.name)).collect()]

    def show(self, name: str, types: Mapping[str, DataType], records: Iterable[Sequence[object]]) -> None:
        """Let records be read as a table of a name: a view that ends with the session, empty if there are none."""
        columns = ", ".join(
            f"{exp.to_identifier(column, quoted=True).sql(self.dialect.name)} "
            f"{self.dialect.type_of(given).sql(self.dialect.name)}"
            for column, given in types.items()
        )
        self._session.createDataFrame([tuple(record) for record in records], columns).createOrReplaceTempView(name)
