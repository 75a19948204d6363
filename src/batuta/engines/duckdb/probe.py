"""Whether DuckDB is there."""

from __future__ import annotations

import duckdb

from batuta.engines.reach import TABLES, Reach, library


def probe() -> Reach:
    """Ask DuckDB for a number, in memory."""
    facts = {"library": library("duckdb")}
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("SELECT 1")
    except duckdb.Error as error:
        return Reach("duckdb", TABLES, facts, str(error).partition("\n")[0], "Install DuckDB anew.")
    return Reach("duckdb", TABLES, facts)
