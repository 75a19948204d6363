"""The rock campaign over the real Chinook shop, transition by transition against SQL written separately."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from batuta.engines.duckdb.engine import DuckDBEngine
from tests.chinook.reference import TRANSITIONS, keys, reference
from tests.command import Batuta

HERE = Path(__file__).parent
DATA = HERE.parent / "data" / "chinook"
CAMPAIGN = HERE / "rock.yaml"
AT = "2026-01-15T09:00:00+00:00"

LEDGER = ("delivery", "shard", "batch")
AUDIENCES = ("audience", "audience_version")
ROWS = {
    "employee": 8, "customer": 59, "invoice": 412, "invoice_line": 2240, "genre": 25, "media_type": 5, "artist": 275,
    "album": 347, "track": 3503, "playlist": 18, "playlist_track": 8715,
}  # fmt: skip
TOTALS = {
    "rock>abroad": 57, "home-markets>abroad": 18, "abroad>history": 40, "abroad.complement>at-home": 17,
    "history>one-a-city": 40, "one-a-city>regions": 36, "one-a-city.complement>neighbours": 4,
    "regions.north>mail-north": 9, "regions.latin>mail-latin": 10, "regions.complement>others": 17,
    "mail-north.sent>done": 9, "mail-latin.sent>done-latin": 10, "others>kept": 17,
}  # fmt: skip

CHANNEL = """
name: news
communication_type: news
dimension: customers
address: '[email]'
sender: {address: rock@chinook.example, name: Chinook}
"""


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    return reference(DATA)


@pytest.fixture(scope="module")
def batuta(tmp_path_factory: pytest.TempPathFactory) -> Batuta:
    folder = tmp_path_factory.mktemp("chinook")
    run = Batuta(folder / "home")
    run("schema", "import", DATA / "schema.sql", "--dialect", "postgres")
    for table, rows in ROWS.items():
        assert run("data", "load", table, DATA / f"{table}.csv", "--json").json["inserted"] == rows
    run("dimension", "add", "customers", "--schema", "customer", "--identity", "email")
    (folder / "channel.yaml").write_text(CHANNEL, "utf-8")
    (folder / "environment.yaml").write_text("{name: chinook, production: true, transports: [outbox]}", "utf-8")
    run("channel", "apply", folder / "channel.yaml")
    run("environment", "apply", folder / "environment.yaml")
    return run


@pytest.fixture(scope="module")
def tested(batuta: Batuta) -> Any:
    return batuta("campaign", "run", CAMPAIGN, "--at", AT, "--json").json


@pytest.fixture(scope="module")
def live(batuta: Batuta, tested: Any) -> Any:
    assert tested["status"] == "completed"
    return batuta("campaign", "run", CAMPAIGN, "--at", AT, "--live", "--yes", "--json").json


def population(batuta: Batuta, run: Any, transition: str) -> list[dict[str, Any]]:
    told = batuta("run", "preview", run["run"], transition, "--limit", "1000", "--json").json
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


def rows_of(home: Path, tables: tuple[str, ...]) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(home / "state.sqlite")) as state:
        return {table: state.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2, 3').fetchall() for table in tables}


def checksums(home: Path) -> dict[str, str]:
    engine = DuckDBEngine(home / "data.duckdb", home / "work.duckdb", home / "tmp")
    with closing(engine):
        return {kind: engine.checksum(kind) for kind in ("data", "audiences")}


def mails(batuta: Batuta, run: Any) -> list[EmailMessage]:
    files = sorted((batuta.home / "outbox" / run["run"]).rglob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("transition", TRANSITIONS)
@pytest.mark.parametrize("mode", ["tested", "live"])
def test_transition_carries_the_people_of_the_reference(
    mode: str, transition: str, batuta: Batuta, database: sqlite3.Connection, request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(mode)
    found = [row["customer_id"] for row in population(batuta, run, transition)]
    assert set(found) ^ keys(database, TRANSITIONS[transition]) == set()
    assert len(found) == len(set(found)) == TOTALS[transition]


def test_counts_in_the_answer_are_those_of_the_reference(tested: Any, live: Any) -> None:
    for run in (tested, live):
        counts = {
            f"{item['from']}{'' if item['output'] == 'main' else '.' + item['output']}>{item['to']}": item["rows"]
            for item in run["transitions"]
            if item["to"] is not None and item["from"] != "start"
        }
        assert counts == TOTALS


def test_rehearsal_and_live_run_agree_in_everything(batuta: Batuta, tested: Any, live: Any) -> None:
    assert tested["transitions"] == live["transitions"]
    assert tested["deliveries"] == live["deliveries"]

    def samples(run: Any) -> dict[str, bytes]:
        folder = batuta.home / "runs" / run["run"] / "samples"
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.eml"))}

    assert len(samples(tested)) >= 2
    assert samples(tested) == samples(live)


def test_last_three_invoices_are_those_of_the_reference(
    batuta: Batuta, live: Any, database: sqlite3.Connection
) -> None:
    for row in population(batuta, live, "history>one-a-city"):
        expected = database.execute(
            "SELECT invoice_id, total FROM last_three WHERE customer_id = ? ORDER BY place", (row["customer_id"],)
        ).fetchall()
        assert [(line["id"], Decimal(line["total"])) for line in row["last"]] == [
            (number, Decimal(str(total))) for number, total in expected
        ]
        assert [row[f"last_{place}_id"] for place in range(1, len(expected) + 1)] == [number for number, _ in expected]


def test_mails_go_to_exactly_those_people_and_tell_their_invoices(
    batuta: Batuta, live: Any, database: sqlite3.Connection
) -> None:
    expected = {
        row[0]: (row[1], row[2])
        for row in database.execute(
            """SELECT c.email, c.first_name, s.spent FROM customer c JOIN spent s USING (customer_id)
            WHERE c.customer_id IN (SELECT customer_id FROM north UNION SELECT customer_id FROM latin)"""
        )
    }
    found = mails(batuta, live)
    assert sorted(mail["To"] for mail in found) == sorted(expected)
    assert len({mail["Message-ID"] for mail in found}) == len(found) == 19
    for mail in found:
        name, spent = expected[mail["To"]]
        body = mail.get_body(("html",))
        assert body is not None
        assert mail["Subject"] == f"Rock on, {name}"
        assert f"you spent {Decimal(spent) / 100}." in body.get_content()
        assert body.get_content().count("<li>") == 3


def test_a_rehearsal_moves_nothing(batuta: Batuta, live: Any) -> None:
    assert live["status"] == "completed"

    def state() -> dict[str, object]:
        outbox = {
            path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((batuta.home / "outbox").rglob("*"))
            if path.is_file()
        }
        return {
            "ledger": rows_of(batuta.home, LEDGER),
            "audiences": rows_of(batuta.home, AUDIENCES),
            **outbox,
            **checksums(batuta.home),
        }

    before = state()
    assert before["ledger"]
    assert before["audiences"]
    batuta("campaign", "run", CAMPAIGN, "--at", AT)
    assert state() == before


def test_saved_audience_holds_the_others(batuta: Batuta, live: Any, database: sqlite3.Connection) -> None:
    assert live["status"] == "completed"
    told = batuta("audience", "preview", "Rock elsewhere", "--limit", "1000", "--json").json
    place = told["columns"].index("customer_id")
    assert {row[place] for row in told["rows"]} == keys(database, "others")
