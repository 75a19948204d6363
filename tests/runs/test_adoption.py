"""A process that dies between the making of a table and its commit: the table is adopted, not made again."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from batuta.channels.email.outbox import Outbox
from batuta.cli.run_progress import Progress
from batuta.runs import naming
from batuta.runs.model import Claim
from batuta.runs.sending.contract import Outcome, Status
from batuta.runs.sending.deliveries import Deliveries
from batuta.store.ledger import SqlLedger
from batuta.store.moves import finishing
from tests.engines import data_of, made_in

from .conftest import Shop
from .test_runs import MAILING


class Died(BaseException):
    """Stands for the death of the process: nothing catches it on the way."""


def die_before_committing(monkeypatch: pytest.MonkeyPatch, activity: str) -> None:
    commit = finishing.finish

    def finish(connection: Connection, claim: Claim, *rest: object) -> None:
        if claim.activity == activity:
            raise Died
        commit(connection, claim, *rest)  # type: ignore[arg-type]  # the very arguments it was given

    monkeypatch.setattr(finishing, "finish", finish)


def made(shop: Shop, like: str) -> list[str]:
    return [name for name in made_in(shop.folder / "home") if like in name]


def fences(shop: Shop, activity: str) -> list[int]:
    path: Path = shop.folder / "home" / "state.sqlite"
    statement = "SELECT job.fence FROM job JOIN task ON task.id = job.task WHERE task.activity = ?"
    with sqlite3.connect(path) as connection:
        return [fence for (fence,) in connection.execute(statement, [activity]).fetchall()]


def cut_off(shop: Shop, monkeypatch: pytest.MonkeyPatch, activity: str) -> None:
    with monkeypatch.context() as patch:
        die_before_committing(patch, activity)
        with pytest.raises(Died):
            shop.run(MAILING, "--live", "--yes")
    assert [run["status"] for run in json.loads(shop.must("run", "list", "--json"))] == ["paused"]


def test_a_table_made_before_the_death_is_adopted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(shop, monkeypatch, "rest")
    before = made(shop, "_rest_")
    assert len(before) == 2
    done = json.loads(shop.must("run", "resume", "last", "--yes", "--json"))
    assert done["status"] == "completed"
    assert fences(shop, "rest") == [2]
    assert made(shop, "_rest_") == before
    assert shop.keys("rest") == [1, 3, 4, 5, 6]


def test_a_planted_fault_is_seen_tables_that_are_not_adopted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(shop, monkeypatch, "rest")
    before = made(shop, "_rest_")
    monkeypatch.setattr(naming, "_former", lambda *_: None)
    shop.must("run", "resume", "last", "--yes", "--json")
    assert sorted(made(shop, "_rest_")) != sorted(before)


def test_an_audience_saved_before_the_death_is_not_saved_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(shop, monkeypatch, "keep")
    shown = json.loads(shop.must("audience", "show", "Not German", "--json"))
    assert shown["versions"] == []
    assert shop.call("audience", "preview", "Not German")[0] == 1
    shop.must("run", "resume", "last", "--yes", "--json")
    shown = json.loads(shop.must("audience", "show", "Not German", "--json"))
    assert [(version["number"], version["targets"]) for version in shown["versions"]] == [(1, 5)]
    with data_of(shop.folder / "home") as connection:
        assert connection.execute("SELECT count(*) FROM data.system.effects").fetchall() == [(1,)]


def test_a_run_that_ended_badly_is_never_called_completed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity is checked by the product: a ledger that loses a message fails the run loudly."""
    honest = SqlLedger.tally
    monkeypatch.setattr(SqlLedger, "tally", lambda self, key: replace(honest(self, key), failed=1))
    code, found = shop.run(MAILING, "--live", "--yes")
    assert (code, found["status"]) == (1, "failed")
    assert shop.outbox() == []
    monkeypatch.undo()
    assert "does not add up" in shop.must("run", "log", "last")
    done = json.loads(shop.must("run", "resume", "last", "--yes", "--json"))
    assert (done["status"], len(shop.outbox())) == ("completed", 3)


def test_outputs_that_are_not_what_the_ledger_says_fail_the_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that the ledger calls failed and no output holds must not pass for done."""
    monkeypatch.setattr(Deliveries, "_late_rows", lambda *_: iter(()))
    monkeypatch.setattr(Outbox, "send", lambda *_: Outcome(0, Status.FAILED, "refused"))
    code, found = shop.run(MAILING, "--live", "--yes")
    assert (code, found["status"]) == (1, "failed")
    assert "the ledger has 0 sent, but the output holds 3" in shop.must("run", "log", "last")


def test_the_tables_of_a_delivery_are_those_that_are_named(shop: Shop) -> None:
    assert shop.run(MAILING, "--live", "--yes")[0] == 0
    assert made(shop, "_late") == []
    assert len(made(shop, "_mail_")) == 6


def test_no_worker_outlives_a_command_that_broke(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed pipe ends the command: its workers must be gone before another process may take the home."""
    under_way = threading.Event()
    commit = finishing.prepared

    def prepared(*arguments: object) -> None:
        under_way.set()
        time.sleep(0.3)
        commit(*arguments)  # type: ignore[arg-type]  # the very arguments it was given

    def watch(_progress: Progress) -> None:
        if under_way.is_set():
            raise BrokenPipeError

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "prepared", prepared)
        patch.setattr(Progress, "watch", watch)
        with pytest.raises(BrokenPipeError):
            shop.call("campaign", "run", shop.file("campaign.yaml", MAILING), "--live", "--yes")
        assert [thread.name for thread in threading.enumerate() if thread.name.startswith("worker-")] == []
    assert [run["status"] for run in json.loads(shop.must("run", "list", "--json"))] == ["paused"]
    assert json.loads(shop.must("run", "resume", "last", "--yes", "--json"))["status"] == "completed"
    assert len(shop.outbox()) == 3


def test_two_starts_with_one_id_are_one_run(shop: Shop) -> None:
    assert shop.run(MAILING, "--run-id", "once")[0] == 0
    path = str(shop.folder / "campaign.yaml")
    code, message = shop.call("campaign", "run", path, "--run-id", "once")
    todo = f"batuta --home {shop.folder / 'home'} run resume once"
    assert (code, message) == (1, f"run once: this run was started before\n  to do: {todo}")
