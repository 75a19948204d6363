"""A process that is killed just before, or just after, the database commits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime

import pyarrow as pa

from batuta.engines.postgres.engine import PostgresEngine
from batuta.rules.bound import AttributeOf, Computed, Moment
from batuta.runs.ports import Changing
from batuta.schema.changing import Change, ChangeCounts
from batuta.schema.loading import LINE, Batch, Load, LoadCounts, Reject
from batuta.schema.model import Attribute, Catalogue, Dimension, Schema
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape
from tests.postgres import new_database

PERSON = Schema(
    name="person",
    attributes=(Attribute(name="id", type=INTEGER), Attribute(name="name", type=STRING)),
    primary_key=("id",),
)
GIVEN = Shape("people", "person", (INTEGER,), columns=(Column("new", STRING),))
NOW = Moment(datetime(2026, 3, 1, 12, tzinfo=UTC))
CHILD = "import sys; from batuta.engines.postgres import test_killed as t; getattr(t, sys.argv[1])(sys.argv[2])"


class Rejects:
    def write(self, rejects: Sequence[Reject]) -> None:
        raise AssertionError(rejects)


def opened(address: str) -> PostgresEngine:
    engine = PostgresEngine(address)
    people = Dimension(name="people", schema_name="person", identity="name")
    engine.use(Catalogue(schemas=(PERSON,), dimensions=(people,)))
    return engine


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def load(engine: PostgresEngine, before_commit: Callable[[LoadCounts], None] = lambda _: None) -> LoadCounts:
    lines = pa.table({"id": ["1", "2"], "name": ["Ann", None], LINE: pa.array([2, 3], pa.int64())})
    order = Load("l", PERSON, ("id", "name"), iter([Batch(lines, 2, 2, 0)]), Rejects(), None, before_commit)
    return engine.load(order)


def change(engine: PostgresEngine, before_commit: Callable[[], None] = lambda: None) -> ChangeCounts:
    engine.write("given", GIVEN, iter([[(1, "Bea"), (2, "Bob")]]))
    values = (("id", AttributeOf((), "id", INTEGER)), ("name", Computed("new", STRING)))
    order = Changing(PERSON, Change.UPDATE, Table("given", GIVEN), values, NOW, "effect", before_commit)
    return engine.change_rows(order)


def die_while_loading(address: str) -> None:
    load(opened(address), die)


def die_while_changing(address: str) -> None:
    change(opened(address), die)


def die_once_changed(address: str) -> None:
    change(opened(address))
    die()


def killed(what: Callable[[str], None], address: str) -> None:
    child = subprocess.run([sys.executable, "-c", CHILD, what.__name__, address], check=False)  # noqa: S603 (our own)
    assert child.returncode == -signal.SIGKILL


def test_a_load_that_is_killed_before_its_commit_leaves_nothing() -> None:
    address = new_database()
    killed(die_while_loading, address)
    with closing(opened(address)) as engine:
        assert load(engine) == LoadCounts(read=2, inserted=2)


def test_a_change_is_made_once_whenever_its_process_is_killed() -> None:
    address = new_database()
    with closing(opened(address)) as engine:
        load(engine)
        loaded = engine.checksum("data")
    killed(die_while_changing, address)
    with closing(opened(address)) as engine:
        assert engine.checksum("data") == loaded
    killed(die_once_changed, address)
    with closing(opened(address)) as engine:
        changed = engine.checksum("data")
        assert changed != loaded
        load(engine)
        assert engine.checksum("data") == loaded
        assert change(engine) == ChangeCounts(read=2, updated=2)
        assert engine.checksum("data") == loaded
