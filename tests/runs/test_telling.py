"""What became of messages, in the built-in schemas of their dimension, and rules that ask for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.engines.postgres.engine import PostgresEngine
from batuta.kit.errors import SystemFault
from batuta.runs.ports import Changing
from batuta.schema.changing import ChangeCounts
from tests.engines import data_of

from .conftest import Shop
from .test_flow import ALL, MAIL, campaign

REACHED = (
    "{id: reached, kind: split, parameters: {complement: true, segments: "
    "[{name: yes, rule: {kind: feedback, behaviour: sent}}]}}"
)
TEXT = campaign("all>first first.sent>reached reached.yes>again", ALL, MAIL % "first", REACHED, MAIL % "again")


def asked(shop: Shop, query: str) -> list[tuple[Any, ...]]:
    with data_of(shop.folder / "home") as connection:
        return connection.execute(query.replace("FROM ", "FROM data.data.")).fetchall()


def test_each_message_of_a_live_run_has_a_row_and_an_event(shop: Shop) -> None:
    assert shop.run(TEXT, "--live", "--yes")[0] == 0
    messages = asked(
        shop,
        "SELECT person_id, campaign, activity, channel, status, reason, domain, sent_at::VARCHAR, proof, test "
        "FROM message_people WHERE activity = 'first' ORDER BY person_id",
    )
    whence, now = ("spring", "first", "email"), "2026-03-01 09:00:00"
    assert messages == [
        (1, *whence, "sent", None, "example.org", now, False, False),
        (2, *whence, "sent", None, "example.org", now, False, False),
        (3, *whence, "excluded", "empty-address", None, None, False, False),
        (4, *whence, "sent", None, "example.org", now, False, False),
        (5, *whence, "sent", None, "example.org", now, False, False),
        (6, *whence, "excluded", "not-allowed", "elsewhere.net", None, False, False),
    ]
    events = asked(
        shop,
        "SELECT f.person_id, f.status, f.time::VARCHAR FROM message_feedback_people f "
        "WHERE f.activity = 'first' ORDER BY f.person_id",
    )
    assert events == [(person, status, now) for person, _, _, _, status, *_ in messages]
    ids = {path.read_text("utf-8").split("Message-ID: ")[1].split("\n")[0].strip() for path in shop.outbox()}
    assert ids == {found for (found,) in asked(shop, "SELECT message_id FROM message_people WHERE status = 'sent'")}


def test_a_rule_asks_what_became_of_the_nearest_message_upstream(shop: Shop) -> None:
    assert shop.run(TEXT, "--live", "--yes")[0] == 0
    assert shop.keys("reached.yes") == [1, 2, 4, 5]
    assert shop.keys("reached.complement") == []


def test_a_test_run_leaves_no_message_and_takes_those_for_sent_to_who_would_be(shop: Shop) -> None:
    assert shop.run(TEXT)[0] == 0
    assert shop.keys("reached.yes") == [1, 2, 4, 5]
    assert asked(shop, "SELECT count(*) FROM message_people") == [(0,)]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_failure_while_it_is_told_loses_and_repeats_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    done, real = list[None](), {kind: kind.change_rows for kind in (DuckDBEngine, PostgresEngine)}

    def failing(self: Any, order: Changing) -> ChangeCounts:
        done.append(None)
        if len(done) == kept + 1:
            raise SystemFault("engine", "it ended here")
        return real[type(self)](self, order)

    with monkeypatch.context() as patched:
        for kind in real:
            patched.setattr(kind, "change_rows", failing)
        assert shop.run(TEXT, "--live", "--yes")[1]["status"] == "paused on error"
    assert json.loads(shop.must("run", "resume", "last", "--json"))["status"] == "completed"
    assert asked(shop, "SELECT count(*), count(DISTINCT message_id) FROM message_people") == [(10, 10)]
    assert asked(shop, "SELECT count(*), count(DISTINCT event_id) FROM message_feedback_people") == [(10, 10)]
