"""kill -9 at any instant of a live run: every message leaves exactly once, finished tables are never made again."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .storm import MAIL, TABLES, Undisturbed, check, storm, undisturbed
from .world import RUN, World, build


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("source")
    return build(folder)


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


def test_an_interrupted_run_pauses_and_goes_on(source: World, expected: Undisturbed, tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    shutil.copytree(source.folder, world.folder)
    process = subprocess.Popen(world.command(*world.run_words()), stdout=subprocess.PIPE, text=True)
    while process.poll() is None and not world.pointers():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(out)["status"]) == (1, "paused")
    check(world, world.must("run", "resume", RUN, "--yes", "--json"), expected)
