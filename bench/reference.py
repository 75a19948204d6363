"""Runs a file of hand-written SQL over the data of a home, in a process of its own, and prints what it took."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import duckdb


def run(home: Path, statements: Path) -> dict[str, object]:
    """Return the seconds from opening to closing, and the rows of each table that was made."""
    text = statements.read_text("utf-8")
    began = time.perf_counter()
    settings: dict[str, str | bool | int | float | list[str]] = {
        "preserve_insertion_order": "false",
        "temp_directory": str(home / "tmp"),
    }
    with duckdb.connect(str(home / "reference.duckdb"), config=settings) as connection:
        connection.execute(f"ATTACH '{home / 'data.duckdb'}' AS data")
        connection.execute(text)
        rows = {name: _count(connection, name) for name in re.findall(r"^CREATE TABLE ([\w.]+) AS", text, re.MULTILINE)}
        segments = (
            connection.execute("SELECT segment, count(*) FROM outcome GROUP BY segment").fetchall()
            if ("outcome" in rows)
            else []
        )
    return {"seconds": time.perf_counter() - began, "rows": {**rows, **dict(segments)}}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.table(table).count("*").fetchone()
    return int(found[0]) if found else 0


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
