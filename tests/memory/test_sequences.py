"""Random sequences of runs, deaths, late rows and tests, against the model of a story."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batuta.activities.palette import PROBLEM_PACKAGES
from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.kit.clock import FixedClock
from batuta.kit.problems import Texts
from batuta.runs.desk import Ports
from batuta.runs.making import make
from batuta.runs.model import Mode
from batuta.runs.ports import Engine
from batuta.runs.turns import Turns
from batuta.store.database import Database
from batuta.store.moves import Moves

from .story import CATALOGUE, DAY, START, WAYS, House, Mortal, Story, Unused, claimed, found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    engine = DuckDBEngine(folder / "data.duckdb", folder / "work.duckdb", folder / "tmp", "300MiB", threads=1)
    engine.use(CATALOGUE)
    database, clock = Database(folder / "state.sqlite"), FixedClock(START)
    mortal, state, unused = Mortal(engine), Moves(database, clock), cast("Any", Unused())
    texts = Texts.load(PROBLEM_PACKAGES)
    ports = Ports(state=state, engine=cast("Engine", mortal), sending=unused, texts=texts, files=unused)
    yield House(mortal, state, clock, ports)
    engine.close()
    database.close()


FATES = ["completed", "completed", "held", "stopped", "acted", "made", "remembered"]
STEPS = st.one_of(
    st.tuples(st.just("load"), st.integers(1, 3), st.sampled_from([0, 0, 5, 59, 60, 61, 200])),
    st.tuples(st.just("advance"), st.sampled_from([1, 10, 60, 61, DAY, 2 * DAY])),
    st.tuples(st.just("test")),
    st.tuples(st.just("live"), st.sampled_from(FATES)),
    st.tuples(st.just("resume"), st.integers(0, 3)),
    st.tuples(st.just("stop"), st.integers(0, 3)),
)
Steps = list[tuple[Any, ...]]


def tell(house: House, way: str, steps: Steps) -> None:
    story = Story(house, way)
    story.load(2, 0)
    for name, *arguments in steps:
        getattr(story, name)(*arguments)
    story.advance(1)
    story.live("completed")
    story.check_end()


def settled(examples: int) -> settings:
    checks = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=checks)


@pytest.mark.parametrize("way", WAYS)
@settled(5)
@given(steps=st.lists(STEPS, min_size=4, max_size=12))
def test_nobody_comes_twice_and_nobody_is_lost(house: House, way: str, steps: Steps) -> None:
    tell(house, way, steps)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@settled(40)
@given(steps=st.lists(STEPS, min_size=6, max_size=30))
def test_nobody_comes_twice_and_nobody_is_lost_in_long_stories(house: House, way: str, steps: Steps) -> None:
    tell(house, way, steps)


FAULTS: dict[str, tuple[str, Steps, str, object]] = {
    "what was given back still counts": (
        "by date",
        [("live", "stopped"), ("advance", 10)],
        "batuta.runs.windows.GONE",
        (),
    ),
    "a window that was cut off still counts": (
        "by date",
        [("live", "remembered"), ("advance", 10), ("live", "completed")],
        "batuta.store.moves.claiming.give_back_asked",
        lambda _: None,
    ),
    "an overlap without the keys": (
        "by date",
        [("live", "completed"), ("advance", 10)],
        "batuta.engines.shared.places.Places.memory",
        lambda *_: None,
    ),
    "the last upper bound alone": (
        "by date",
        [("advance", 100), ("live", "stopped"), ("advance", 10)],
        "batuta.runs.windows.reached",
        lambda windows: max((window.upper for window in windows), default=None),
    ),
    "an effect returns nobody": (
        "for ever",
        [("live", "acted"), ("stop", 0)],
        "batuta.store.moves.remembering.return_all",
        lambda *_: None,
    ),
    "a stop gives nobody back": (
        "for ever",
        [("live", "stopped")],
        "batuta.store.moves.control.give_back",
        lambda *_: None,
    ),
    "people who are held age": (
        "two days",
        [("live", "held"), ("advance", 2 * DAY)],
        "batuta.runs.windows.OPEN",
        (),
    ),
    "tables of a former attempt are adopted": (
        "for ever",
        [("live", "remembered"), ("advance", 1), ("live", "completed"), ("load", 1, 0), ("resume", 0)],
        "batuta.runs.recalling.replace",
        lambda thing, **changes: thing if "names" in changes else replace(thing, **changes),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(house: House, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    way, steps, place, planted = FAULTS[fault]
    tell(house, way, steps)
    monkeypatch.setattr(place, planted)
    with pytest.raises(AssertionError):
        tell(house, way, steps)


def at_once(house: House) -> list[set[int]]:
    """Let two runs of one campaign query at the same time, and return whom each found."""
    story = Story(house, "for ever")
    story.load(3, 0)
    desks = [story.start(Mode.LIVE) for _ in range(2)]
    claims = [claimed(house, desk) for desk in desks]
    house.engine.pause = 0.2
    threads = [threading.Thread(target=make, args=pair) for pair in zip(desks, claims, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.engine.pause = 0.0
    return sorted((found(desk) for desk in desks), key=len)


def test_two_runs_at_once_find_each_person_once(house: House) -> None:
    assert [len(keys) for keys in at_once(house)] == [0, 3]


def test_a_planted_fault_is_seen_runs_that_take_no_turns(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Turns, "of", lambda *_: threading.Lock())
    assert [len(keys) for keys in at_once(house)] == [3, 3]
