"""The engine is killed while it makes tables, and opened again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.rules.bound import All, Moment
from batuta.runs.ports import Counts, Making
from batuta.schema.model import Catalogue
from batuta.schema.types import STRING
from batuta.sets.algebra import LimitKind, Part, Records, Segment, Split
from batuta.sets.shape import Column, Shape, shape_of

if TYPE_CHECKING:
    from conftest import World

pytestmark = pytest.mark.parametrize("world", ["duckdb"], indirect=True)
NOW = Moment(datetime(2024, 3, 15, 12, tzinfo=UTC))
PEOPLE = 60_000
OUTPUTS = {"third": Counts(20_000, 20_000), "half": Counts(20_000, 20_000), "rest": Counts(20_000, 20_000)}
CHILD = """
import sys
from pathlib import Path
from batuta.engines.duckdb.test_crash import opened, divide, write
engine, catalogue = opened(Path(sys.argv[1]))
print("open", flush=True)
for number in range(10_000):
    name = f"{sys.argv[2]}_{number}"
    (write if number % 4 == 3 else divide)(engine, catalogue, name)
    print(name, flush=True)
"""


def opened(folder: Path) -> tuple[DuckDBEngine, Catalogue]:
    """Open the engine with the catalogue that stands beside its files."""
    catalogue = Catalogue.model_validate_json((folder / "catalogue.json").read_text())
    engine = DuckDBEngine(folder / "data.duckdb", folder / "work.duckdb", folder / "tmp", "500MiB", threads=1)
    engine.use(catalogue)
    return engine, catalogue


def divide(engine: DuckDBEngine, catalogue: Catalogue, name: str) -> dict[str, Counts]:
    """Make the three tables of one task: people divided by chance."""
    third, half = (Segment(label, None, LimitKind.COUNT, 20_000) for label in ("third", "half"))
    split = Split(Records(shape_of(catalogue, "person"), All()), (third, half), salt=name)
    sets = {output: Part(split, place) for output, place in zip(OUTPUTS, (0, 1, None), strict=True)}
    names = {output: f"{name}_{output}" for output in OUTPUTS}
    return dict(engine.make(Making(sets, names, NOW)))


def write(engine: DuckDBEngine, catalogue: Catalogue, name: str) -> dict[str, Counts]:
    """Make a table from rows."""
    shape: Shape = shape_of(catalogue, "person", (Column("segment", STRING),))
    return {"": engine.write(f"{name}_written", shape, iter([[(number, "a") for number in range(20_000)]]))}


@pytest.fixture
def folder(world: World) -> Path:
    """Return the folder of a home with people."""
    world.schema("person", "*id integer, mail string", [(number, "") for number in range(PEOPLE)], identity="mail")
    assert world.engine.tables() == ()
    world.close()
    (world.folder / "catalogue.json").write_text(world.catalogue.model_dump_json(by_alias=True))
    return world.folder


def killed_after(seconds: float, folder: Path, generation: int) -> list[str]:
    """Let a process make tables, kill it, and return the names of the tasks that it told us were done."""
    command = [sys.executable, "-c", CHILD, str(folder), f"g{generation}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 (our own command)
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        told = [line.strip() for line in child.stdout if line.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    return told


def tables_and_records(folder: Path) -> tuple[dict[str, int], list[str]]:
    """Count every working table that is really there, and list the records of tables, without the engine."""
    with duckdb.connect(str(folder / "work.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name NOT IN ('_made', '_carried')"
        ).fetchall()
        records = connection.execute("SELECT name FROM _made").fetchall()
        found = {name: connection.table(f'"{name}"').aggregate("count(*)").fetchall()[0][0] for (name,) in names}
        return found, [name for (name,) in records]


def test_after_a_kill_each_task_is_whole_with_one_record_per_output_or_absent(folder: Path) -> None:
    instants = random.Random(20240229)  # noqa: S311 (instants, no secrets)
    told: list[str] = []
    for generation in range(5):
        told += killed_after(instants.uniform(0.02, 0.5), folder, generation)
        engine, _ = opened(folder)
        engine.close()
        found, records = tables_and_records(folder)
        assert sorted(records) == sorted(found)
        assert set(found.values()) <= {20_000}
        done = {name.rpartition("_")[0] for name in found}
        assert done >= set(told)
        divided = {task for task in done if f"{task}_written" not in found}
        assert {f"{task}_{output}" for task in divided for output in OUTPUTS} <= set(found)
    assert told


def test_what_was_made_before_the_kill_is_adopted_and_what_was_lost_is_made_again(folder: Path) -> None:
    told = killed_after(0.5, folder, 0)
    engine, catalogue = opened(folder)
    before = set(engine.tables())
    assert divide(engine, catalogue, told[0]) == OUTPUTS
    assert set(engine.tables()) == before
    assert divide(engine, catalogue, "g0_9999") == OUTPUTS
    kept = {f"{told[0]}_{output}" for output in OUTPUTS}
    others = set(engine.tables()) - kept
    assert set(engine.sweep(kept)) == others
    assert set(engine.tables()) == kept
    engine.close()
