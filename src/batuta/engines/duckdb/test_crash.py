"""The engine is killed while it makes tables, and opened again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.runs.ports import Counts
from batuta.schema.types import INTEGER, STRING
from batuta.sets.shape import Column, Shape

ROWS = 60_000
SHAPE = Shape("person", "person", (INTEGER,), (Column("segment", STRING),))
CHILD = """
import sys
from pathlib import Path
from batuta.engines.duckdb.test_crash import opened, write
engine = opened(Path(sys.argv[1]))
print("open", flush=True)
for number in range(10_000):
    name = f"{sys.argv[2]}_{number}"
    write(engine, name)
    print(name, flush=True)
"""


def opened(folder: Path) -> DuckDBEngine:
    return DuckDBEngine(folder / "data.duckdb", folder / "work.duckdb", folder / "tmp", "500MiB", threads=1)


def write(engine: DuckDBEngine, name: str) -> Counts:
    return engine.write(name, SHAPE, iter([[(number, "a") for number in range(ROWS)]]))


def killed_after(seconds: float, folder: Path, generation: int) -> list[str]:
    """Let a process make tables, kill it, and return the names it told us of."""
    command = [sys.executable, "-c", CHILD, str(folder), f"g{generation}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 (our own command)
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        told = [line.strip() for line in child.stdout if line.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    return told


def counts_of_all_tables(folder: Path) -> dict[str, int]:
    """Count every working table that is really there, without the engine."""
    with duckdb.connect(str(folder / "work.duckdb"), read_only=True) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name <> '_made'").fetchall()
        return {name: connection.table(f'"{name}"').aggregate("count(*)").fetchall()[0][0] for (name,) in names}


def test_after_a_kill_each_table_is_whole_with_one_record_or_absent(tmp_path: Path) -> None:
    instants = random.Random(20240229)  # noqa: S311 (instants, no secrets)
    told: list[str] = []
    for generation in range(6):
        told += killed_after(instants.uniform(0.02, 0.4), tmp_path, generation)
        engine = opened(tmp_path)
        recorded = engine.tables()
        engine.close()
        found = counts_of_all_tables(tmp_path)
        assert set(found) == set(recorded)
        assert set(told) <= set(recorded)
        assert set(found.values()) <= {ROWS}
    assert told


def test_a_table_made_before_the_kill_is_adopted_and_a_lost_one_made_again(tmp_path: Path) -> None:
    told = killed_after(0.3, tmp_path, 0)
    engine = opened(tmp_path)
    assert engine.write(told[0], SHAPE, iter([[(1, "b")]])) == Counts(ROWS, ROWS)
    assert write(engine, "g0_9999") == Counts(ROWS, ROWS)
    others = set(engine.tables()) - {told[0]}
    assert set(engine.sweep({told[0]})) == others >= {*told[1:], "g0_9999"}
    assert engine.tables() == (told[0],)
    engine.close()
