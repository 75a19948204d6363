"""Runs that are killed at instants drawn from a seed, resumed until they end, and compared with an undisturbed one."""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .world import World

MOST_KILLS_PER_RUN, MOST_KILLS_PER_STEPS = 4, 12
TABLES, MAIL, BETWEEN = "tables are made", "mail is sent", "between tasks"
_TABLE = re.compile(r"w_crash_(\w+)_1_\d+_[0-9a-f]{12}")
_FAMILY = dict.fromkeys(["make", "effect", "prepare", "finish", "fetch", "choose", "arrive"], TABLES) | {"send": MAIL}


@dataclass(frozen=True)
class Undisturbed:
    """What a run without any kill leaves, and for how many seconds it worked."""

    message_ids: list[str]
    summary: dict[str, object]
    outputs: set[tuple[str, str]]
    made: Counter[str]
    seconds: float
    left_behind: object


@dataclass
class Storm:
    """How many kills hit a run, by what it was doing; `pace` follows a machine that becomes faster."""

    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    pace: float = 1

    @property
    def total(self) -> int:
        return sum(self.kills.values())


def undisturbed(source: World, folder: Path) -> Undisturbed:
    """Run the campaign once, measuring how long it works."""
    world = source.copied(folder)
    summary = json.loads(world.must(*world.run_words()))
    times = [datetime.fromisoformat(str(at)).timestamp() for (at,) in world.query("SELECT at FROM event")]
    seconds = max(times) - min(times)
    left = world.left_behind()
    return Undisturbed(world.message_ids(), summary, set(world.pointers()), tables(world), seconds, left)


def storm(source: World, folder: Path, expected: Undisturbed, *, seed: int, kills: int, most_runs: int) -> Storm:
    """Kill runs until there were enough kills of both families, checking each run at its end."""
    found = Storm(random.Random(seed))
    while found.runs < most_runs and not _enough(found, kills):
        found.runs += 1
        world = source.copied(folder / f"run{found.runs}")
        check(world, _disturb(world, expected, found), expected)
        shutil.rmtree(world.folder)
    return found


def check(world: World, told: str, expected: Undisturbed) -> None:
    """Compare what a disturbed run told and left behind with the undisturbed one."""
    assert json.loads(told) == expected.summary
    assert world.message_ids() == expected.message_ids
    pointers = world.pointers()
    assert set(pointers) == expected.outputs
    assert set(pointers.values()) <= set(world.made())
    assert tables(world) == expected.made
    assert set(expected.made.values()) == {1}, "one made row per output"
    assert world.left_behind() == expected.left_behind


def tables(world: World) -> Counter[str]:
    """How often each working table was made, whatever the fence: activity and output, of committed tables."""
    names = (_TABLE.fullmatch(name) for name in world.made())
    return Counter(name[1] for name in names if name is not None)


def _disturb(world: World, expected: Undisturbed, found: Storm) -> str:
    """Start the run, kill it some times, and return what it tells at its end; finished tables must stay."""
    words, finished = world.run_words(), dict[tuple[str, str], str]()
    for _ in range(MOST_KILLS_PER_RUN):
        left = 1 - len(finished) / len(expected.outputs)
        told = _told_unless_killed(world, words, found.chance.uniform(0, expected.seconds * left * found.pace))
        if told is not None:
            found.pace *= 0.9
            break
        found.kills[_hit(world)] += 1
        finished = _only_more(finished, world.pointers())
        words = ("run", "resume", "last", "--yes", "--json") if world.query("SELECT id FROM run") else words
    else:
        told = world.must(*words)
    _only_more(finished, world.pointers())
    return told


def steps(
    source: World, folder: Path, expected: Undisturbed, *, rounds: int, by: signal.Signals = signal.SIGKILL
) -> Counter[str]:
    """End runs again and again, each time as soon as work has begun; return how often which kind of it was hit."""
    chance, hit = random.Random(rounds), Counter[str]()
    for number in range(1, rounds + 1):
        world = source.copied(folder / f"run{number}")
        words, finished, told = world.run_words(), dict[tuple[str, str], str](), None
        for _ in range(MOST_KILLS_PER_STEPS):
            told, working = _told_unless_begun(world, words, chance.randint(1, 4), by, chance.choice([0, 0.05, 0.2]))
            if told is not None:
                break
            hit.update(working)
            finished = _only_more(finished, world.pointers())
            words = ("run", "resume", "last", "--yes", "--json")
        check(world, told or world.must(*words), expected)
        shutil.rmtree(world.folder)
    return hit


def _told_unless_begun(
    world: World, words: tuple[str, ...], begins: int, by: signal.Signals, after: float
) -> tuple[str | None, list[str]]:
    """Run a command, end it so long after so much work has begun; return what it prints if it ends before, and that."""
    begun = "SELECT count(*) FROM event WHERE message LIKE 'Begins%' OR message = 'Goes on'"

    def count() -> int:
        return sum(int(str(number)) for (number,) in world.query(begun))

    most = count() + begins
    process = subprocess.Popen(world.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and count() < most:
        time.sleep(0.005)
    time.sleep(after)
    working = [str(kind) for (kind,) in world.query("SELECT kind FROM job WHERE state = 'running'")]
    process.send_signal(by)
    out, err = process.communicate()
    if process.returncode == 0:
        return out, working
    assert by is signal.SIGKILL or json.loads(out)["status"] == "paused", out + err
    return None, working


def _only_more(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    assert before.items() <= after.items(), "a finished table was made again"
    return after


def _told_unless_killed(world: World, words: tuple[str, ...], after: float) -> str | None:
    """Run a command and kill it so long after it begins to work; return what it prints if it ends before that."""
    before = world.query("SELECT count(*) FROM event")
    process = subprocess.Popen(world.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and world.query("SELECT count(*) FROM event") == before:
        time.sleep(0.01)
    try:
        out, err = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
    if process.returncode == -signal.SIGKILL:
        return None
    assert process.returncode == 0, out + err
    return out


def _hit(world: World) -> str:
    running = {_FAMILY[str(kind)] for (kind,) in world.query("SELECT kind FROM job WHERE state = 'running'")}
    return MAIL if MAIL in running else TABLES if TABLES in running else BETWEEN


def _enough(found: Storm, kills: int) -> bool:
    return found.total >= kills and (kills < 30 or min(found.kills[TABLES], found.kills[MAIL]) >= 5)
