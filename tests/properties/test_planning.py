"""A query that DuckDB 1.5 fails to plan, found by the random sets: the engine's sessions carry it out all the same."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest

from batuta.engines.duckdb.sessions import Session, Sessions

from .databases import OnDuckDB
from .shop import Shop

FAILS = duckdb.__version__.startswith("1.")
"""DuckDB 2.0 plans it."""

SQL = Path(__file__).parent.parent.joinpath("data/fails_to_plan.sql").read_text("utf-8")


def test_what_fails_to_be_planned_is_planned_more_plainly() -> None:
    database = Shop(0).connection
    assert isinstance(database, OnDuckDB)
    connection = database.connection
    expected = sorted(connection.execute(SQL).fetchall())
    connection.execute("RESET disabled_optimizers")
    with pytest.raises(duckdb.InternalException) if FAILS else nullcontext():
        connection.execute(SQL)
    sessions = Sessions(connection)

    def rows(session: Session) -> list[tuple[object, ...]]:
        return session.rows(SQL)

    for carried_out in (sessions.heavy, sessions.interactive):
        assert sorted(carried_out(rows), key=repr) == sorted(expected, key=repr)
        assert connection.execute("SELECT current_setting('disabled_optimizers')").fetchall() == [("",)]
