"""kill -9 at any instant of a live run: every message leaves exactly once, finished tables are never made again."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .every_kind import LINES, PEOPLE, FullWorld
from .every_kind import build as every_kind_of_work
from .storm import MAIL, TABLES, Undisturbed, check, steps, storm, undisturbed
from .world import RUN, World, build


@pytest.fixture(scope="module")
def source(engine: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("source")
    return build(folder, engine)


@pytest.fixture(scope="module")
def expected(source: World, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    found = undisturbed(source, tmp_path_factory.mktemp("calm") / "world")
    assert len(found.message_ids) == len(set(found.message_ids)) > 1000
    return found


def test_a_small_storm_loses_and_repeats_nothing(source: World, expected: Undisturbed, tmp_path: Path) -> None:
    found = storm(source, tmp_path, expected, seed=11, kills=8, most_runs=8)
    assert found.total >= 8


@pytest.mark.slow
def test_thirty_kills_lose_and_repeat_nothing(
    source: World, expected: Undisturbed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = storm(source, tmp_path, expected, seed=29, kills=30, most_runs=40)
    with capsys.disabled():
        sys.stdout.write(f"\n{found.total} kills in {found.runs} runs: {dict(found.kills)}\n")
    assert found.total >= 30
    assert found.kills[TABLES] >= 5
    assert found.kills[MAIL] >= 5


@pytest.fixture(scope="module")
def every_kind(engine: str, tmp_path_factory: pytest.TempPathFactory) -> FullWorld:
    return every_kind_of_work(tmp_path_factory.mktemp("every"), engine)


@pytest.fixture(scope="module")
def calm(every_kind: FullWorld, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    found = undisturbed(every_kind, tmp_path_factory.mktemp("every-calm") / "world")
    assert len(found.message_ids) == len(set(found.message_ids)) == PEOPLE + LINES
    written = "".join(f"p{number}@example.org\n" for number in range(1, PEOPLE + 1))
    assert found.left_behind == {
        "files": {"out/fresh.csv": f"email\n{written}".encode()},
        "visits": [(0, 500), (1, 1000), (2, 1000), (3, 500)],  # of the 1000 with 0, 1 and 2 half are in the file
        "returned": (1, [(PEOPLE,)]),
        "held": [(0,)],
        "notices": [(f"Found {LINES}", "So many")],
        "waits": [(1,)],
        "deleted": [(1,)],
    }
    return found


@pytest.mark.slow
def test_every_kind_of_work_is_done_once_whenever_it_is_killed(
    every_kind: FullWorld, calm: Undisturbed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = storm(every_kind, tmp_path, calm, seed=5, kills=24, most_runs=30)
    with capsys.disabled():
        sys.stdout.write(f"\n{found.total} kills in {found.runs} runs: {dict(found.kills)}\n")
    assert found.total >= 24


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_every_kind_of_work_is_ended_as_it_begins(
    every_kind: FullWorld,
    calm: Undisturbed,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    by: signal.Signals,
) -> None:
    hit = steps(every_kind, tmp_path, calm, rounds=3, by=by)
    with capsys.disabled():
        sys.stdout.write(f"\n{hit.total()} jobs hit by {by.name}: {dict(hit)}\n")
    assert hit.total() >= 10


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["duckdb"], indirect=True, scope="session")
@pytest.mark.parametrize("kilobytes", [40, 150, 300, 700])
def test_a_disk_without_room_is_told_and_the_run_goes_on_once_there_is(
    every_kind: FullWorld, calm: Undisturbed, tmp_path: Path, kilobytes: int
) -> None:
    """No file may grow beyond so much: the state, the engine's files, the export and the journals."""
    world = every_kind.copied(tmp_path / "world")
    most = kilobytes * 1024
    done = subprocess.run(
        world.command(*world.run_words()),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert done.returncode in (1, 3)
    assert "not foreseen" not in done.stderr
    assert "Traceback" not in done.stderr
    begun = bool(world.query("SELECT id FROM run"))
    words = ("run", "resume", "last", "--yes", "--json") if begun else world.run_words()
    check(world, world.must(*words), calm)


def test_an_interrupted_run_pauses_and_goes_on(source: World, expected: Undisturbed, tmp_path: Path) -> None:
    world = source.copied(tmp_path / "world")
    process = subprocess.Popen(world.command(*world.run_words()), stdout=subprocess.PIPE, text=True)
    while process.poll() is None and not world.pointers():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(out)["status"]) == (1, "paused")
    check(world, world.must("run", "resume", RUN, "--yes", "--json"), expected)
