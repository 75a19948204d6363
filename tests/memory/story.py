"""Stories of one campaign that is run over and over, beside a model that ticks off minutes and keeps lists."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

import pyarrow as pa
import pytest

from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign, Transition
from batuta.kit.clock import FixedClock
from batuta.runs.conduct import Request, begin, carry_on, take_up
from batuta.runs.desk import Desk, Ports
from batuta.runs.making import make
from batuta.runs.model import Claim, Mode, Note, RunStatus, Wanted
from batuta.runs.ports import Counts, Engine, Making, Remembering
from batuta.schema.loading import LINE, Batch, Load
from batuta.schema.model import Attribute, Catalogue, Dimension, Identity, Schema
from batuta.schema.types import DATETIME, INTEGER, STRING
from batuta.store.moves import Moves

START = datetime(2026, 3, 1, tzinfo=UTC)
OVERLAP = 60
DAY = 24 * 60
PERSON = Schema(
    name="person",
    attributes=(
        Attribute(name="id", type=INTEGER),
        Attribute(name="email", type=STRING),
        Attribute(name="lot", type=INTEGER),
        Attribute(name="at", type=DATETIME),
    ),
    primary_key=("id",),
    identities=(Identity(attribute="email", namespace="email"),),
)
CATALOGUE = Catalogue(
    schemas=(PERSON,),
    dimensions=(Dimension(name="people", schema_name="person", identity="email"),),
)
WAYS: dict[str, dict[str, object]] = {
    "by date": {"by_date": {"attribute": "[at]", "overlap_minutes": OVERLAP}},
    "for ever": {"remember": {"days": 0}},
    "two days": {"remember": {"days": 2}},
}


class Died(BaseException):
    """Stands for the death of the process: nothing catches it on the way."""


class Mortal:
    """An engine in whose process death may strike before or after keys are remembered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dies = ""
        self.pause = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def make(self, making: Making) -> Mapping[str, Counts]:
        counts = self._engine.make(making)
        time.sleep(self.pause)
        return counts

    def remember(self, order: Remembering) -> None:
        if self.dies == "made":
            raise Died
        self._engine.remember(order)
        if self.dies == "remembered":
            raise Died


@dataclass
class House:
    """One home for all examples; each has a campaign and people of its own."""

    engine: Mortal
    state: Moves
    clock: FixedClock
    ports: Ports
    lots: Iterator[int] = field(default_factory=lambda: count(1))
    keys: Iterator[int] = field(default_factory=lambda: count(1))


class Unused:
    """The sending and the files of campaigns that send and write nothing."""


@dataclass
class Result:
    """What a run found, as the model keeps it: minutes, keys, and whether it holds or has returned them."""

    run: str
    after: int | None
    until: int
    keys: set[int]
    state: str = "held"


class Story:
    """A campaign that is run over and over, and beside it what ought to become of everybody."""

    def __init__(self, house: House, way: str) -> None:
        self.house, self.way, self.lot, self.minute = house, way, next(house.lots), 0
        self.rows: dict[int, tuple[int, int]] = {}
        self.latest = 0
        self.results: list[Result] = []
        self.unasked: list[str] = []
        rule = {"kind": "attribute", "expression": "[lot]", "operator": "equal", "value": self.lot}
        self.campaign = Campaign(
            id=f"c{self.lot}",
            name="C",
            activities=(
                Activity(id="fresh", kind="incremental-query", parameters={**_people(rule), **WAYS[way]}),
                Activity(id="keep", kind="save-audience", parameters={"label": f"Kept {self.lot}", "mode": "append"}),
            ),
            transitions=(Transition.model_validate({"from": "fresh", "to": "keep"}),),
        )

    # What happens

    def load(self, number: int, late: int) -> None:
        keys = [next(self.house.keys) for _ in range(number)]
        self.rows |= dict.fromkeys(keys, (self.minute - late, self.minute))
        dated = str(at(self.minute - late).replace(tzinfo=None))
        table = pa.table(
            {
                LINE: range(1, number + 1),
                "id": [str(key) for key in keys],
                "email": [f"p{key}@x.org" for key in keys],
                "lot": [str(self.lot)] * number,
                "at": [dated] * number,
            }
        )
        batches = iter([Batch(table, 1, number, 0)])
        order = Load("load", PERSON, ("id", "email", "lot", "at"), batches, cast("Any", Unused()), 0)
        assert self.house.engine.load(order).inserted == number

    def advance(self, minutes: int) -> None:
        self.minute += minutes
        self.house.clock.instant = at(self.minute)

    def test(self) -> None:
        desk = self.start(Mode.TEST)
        expected = self.expected(self.minute)
        assert carry_on(desk) is RunStatus.COMPLETED
        assert found(desk) == expected

    def live(self, fate: str) -> None:
        desk = self.start(Mode.LIVE)
        if fate in ("made", "remembered"):
            self._die(desk, fate)
        elif fate == "completed":
            self._query(desk, self.minute)
            self._end(desk)
        else:
            self._query(desk, self.minute)
            if fate == "acted":
                self._claim_effect(desk)
            if fate == "stopped":
                self._stop(desk.run.id)

    def resume(self, place: int) -> None:
        """Take up a run that is under way, if there is one."""
        run = self._open(place)
        if run is None:
            return
        self.house.state.retry(run, Note("resumed"))
        desk = take_up(self.house.ports, self.knowledge(), run)
        if run in self.unasked:
            self._query(desk, minute_of(desk.run.moment.now))
            self.unasked.remove(run)
        self._end(desk)

    def stop(self, place: int) -> None:
        run = self._open(place)
        if run is not None:
            self._stop(run)

    # How it is done

    def start(self, mode: Mode) -> Desk:
        ports, known = self.house.ports, self.knowledge()
        run = begin(ports, self.campaign, known, Request(mode, at(self.minute), ask=False))
        return take_up(ports, known, run)

    def knowledge(self) -> Knowledge:
        return Knowledge(CATALOGUE)

    def _query(self, desk: Desk, minute: int) -> None:
        """Let a run find whom it finds, and hold it against the model."""
        self.latest = max(self.latest, minute)
        after, expected = self.after(), self.expected(minute)
        make(desk, claimed(self.house, desk))
        assert found(desk) == expected
        self.results.append(Result(desk.run.id, after, minute, expected))

    def _end(self, desk: Desk) -> None:
        assert carry_on(desk) is RunStatus.COMPLETED
        self._result(desk.run.id).state = "returned"

    def _die(self, desk: Desk, when: str) -> None:
        self.house.engine.dies = when
        with pytest.raises(Died):
            make(desk, claimed(self.house, desk))
        self.house.engine.dies = ""
        self.house.state.recover()
        self.unasked.append(desk.run.id)

    def _claim_effect(self, desk: Desk) -> None:
        claim = self.house.state.claim(desk.run.id, "me")
        result = self._result(desk.run.id)
        assert (claim is None) == (not result.keys)
        if claim is not None:
            self.house.state.release(claim)
            result.state = "returned and open"

    def _stop(self, run: str) -> None:
        self.house.state.want(run, Wanted.STOP, Note("stopped"))
        if run in self.unasked:
            self.unasked.remove(run)
        else:
            result = self._result(run)
            result.state = "returned" if result.state == "returned and open" else "gone"

    def _result(self, run: str) -> Result:
        return next(result for result in self.results if result.run == run)

    def _open(self, place: int) -> str | None:
        under_way = [result.run for result in self.results if result.state in ("held", "returned and open")]
        runs = [*under_way, *self.unasked]
        return runs[place % len(runs)] if runs else None

    # What ought to be

    def counting(self) -> list[Result]:
        return [result for result in self.results if result.state != "gone"]

    def after(self) -> int | None:
        """Tick off the minutes that were queried; the next query begins an overlap before the first that was not."""
        ticked = {
            minute
            for result in self.counting()
            for minute in range(-2 * OVERLAP if result.after is None else result.after + 1, result.until + 1)
        }
        minute = -2 * OVERLAP
        if minute not in ticked:
            return None
        while minute + 1 in ticked:
            minute += 1
        return minute - OVERLAP

    def expected(self, now: int) -> set[int]:
        if self.way == "by date":
            after = self.after()
            inside = {key for key, (dated, _) in self.rows.items() if dated <= now and (after is None or dated > after)}
        else:
            inside = set(self.rows)
        return inside - {key for result in self.counting() if not self._expired(result, now) for key in result.keys}

    def _expired(self, result: Result, now: int) -> bool:
        """Tell whether someone may come again: two days after the run, at this or at any later query."""
        return self.way == "two days" and result.state != "held" and result.until + 2 * DAY <= max(now, self.latest)

    def check_end(self) -> None:
        """Nobody came twice, and after a last run nobody is left who was late by less than the overlap."""
        lists = [result.keys for result in self.counting()]
        if self.way != "two days":
            assert sum(map(len, lists)) == len(set().union(*lists))
        held = set().union(*lists)
        lost = {key for key, (dated, loaded) in self.rows.items() if key not in held and loaded - dated < OVERLAP}
        assert lost == set()


def _people(rule: dict[str, object]) -> dict[str, object]:
    return {"dimension": "people", "rule": rule}


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def minute_of(instant: datetime) -> int:
    return int((instant - START).total_seconds() // 60)


def claimed(house: House, desk: Desk) -> Claim:
    """Return the claim of the query of a run."""
    claim = house.state.claim(desk.run.id, "me")
    assert claim is not None
    assert claim.activity == "fresh"
    return claim


def found(desk: Desk) -> set[int]:
    """Return the keys of the population of a run."""
    output = desk.view().outputs["fresh", "main"]
    assert output.population is not None
    rows = desk.ports.engine.preview(output.population, (), desk.run.moment, 10_000).rows
    return {cast("int", row[0]) for row in rows}
