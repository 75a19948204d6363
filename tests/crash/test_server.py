"""The server of PostgreSQL dies in the middle of a live run: the run goes on once it is there, and nobody gets two."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.command import Batuta
from tests.postgres import new_database
from tests.postgres_server import Server, packaged
from tests.wanted import wanted

from .storm import Undisturbed, check, undisturbed
from .world import World, build

pytestmark = pytest.mark.skipif(not wanted(["postgres"]), reason="tests run on other engines")
Harm = Callable[[Server], None]
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'batuta'"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that may be harmed: no other test uses it."""
    made = Server(packaged())
    yield made
    made.close()


@pytest.fixture(scope="module")
def source(server: Server, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("served")
    Batuta(folder / "home")("engine", "use", "postgres", "--address", new_database(server.address))
    return build(folder)


@pytest.fixture(scope="module")
def expected(source: World, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    found = undisturbed(source, tmp_path_factory.mktemp("calm") / "world")
    assert len(found.message_ids) == len(set(found.message_ids)) > 1000
    return found


def crash(server: Server) -> None:
    """End all processes of the server at once, and start it again."""
    server.crash()
    server.start()


def kill_backend(server: Server) -> None:
    """Kill the processes that serve the run: the server then ends all others, and recovers by itself."""
    with suppress(psycopg.Error), psycopg.connect(server.address) as connection:
        for (number,) in connection.execute(_BACKENDS).fetchall():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    _wait_for(server)


def _wait_for(server: Server) -> None:
    for _ in range(600):
        with suppress(psycopg.OperationalError), psycopg.connect(server.address):
            return
        time.sleep(0.05)
    raise AssertionError("the server does not come back")


def told_unless_failed(world: World, words: tuple[str, ...], harm: Harm, server: Server, after: float) -> str | None:
    """Run a command and harm the server so long after it begins to work; return what it prints if it succeeds."""
    before = world.query("SELECT count(*) FROM event")
    process = subprocess.Popen(world.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and world.query("SELECT count(*) FROM event") == before:
        time.sleep(0.01)
    time.sleep(after)
    harm(server)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert "not foreseen" not in err
    if process.returncode:
        said = " ".join(str(one) for (one,) in world.query("SELECT message FROM event")) + err
        assert "the connection to the database was lost" in said or "cannot be reached" in said, out + err
        return None
    return out


def disturb(world: World, harm: Harm, server: Server, chance: random.Random, seconds: float) -> tuple[str, int]:
    """Run the campaign while its server is harmed; return what it told at its end, and how often it failed."""
    words, failed = world.run_words(), 0
    for _ in range(4):
        told = told_unless_failed(world, words, harm, server, chance.uniform(0, seconds))
        if told is not None:
            return told, failed
        failed += 1
        words = ("run", "resume", "last", "--yes", "--json") if world.query("SELECT id FROM run") else words
    return world.must(*words), failed


@pytest.mark.parametrize("harm", [crash, kill_backend])
def test_a_run_goes_on_after_the_server_has_died(
    harm: Harm, server: Server, source: World, expected: Undisturbed, tmp_path: Path
) -> None:
    world = source.copied(tmp_path / "world")
    told, failed = disturb(world, harm, server, random.Random(3), expected.seconds / 2)
    check(world, told, expected)
    assert failed


@pytest.mark.slow
@pytest.mark.parametrize("harm", [crash, kill_backend])
def test_the_server_dies_again_and_again(
    harm: Harm, server: Server, source: World, expected: Undisturbed, tmp_path: Path
) -> None:
    chance, total = random.Random(17), 0
    for number in range(8):
        world = source.copied(tmp_path / f"run{number}")
        told, failed = disturb(world, harm, server, chance, expected.seconds)
        check(world, told, expected)
        total += failed
        shutil.rmtree(world.folder)
    assert total >= 8
