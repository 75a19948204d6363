"""Update data through the command line: rows before and after, asked with SQL of the tests' own."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from batuta.engines.shared import changes
from batuta.runs.model import Claim
from batuta.store.moves import finishing

from .conftest import CARDS, CUSTOMERS, Home

LIVE = ("--live", "--at", "2026-06-01T12:00:00Z")
TEST = LIVE[1:]
NOON = datetime(2026, 6, 1, 12)
EVERYTHING = "SELECT * FROM customer ORDER BY customer_id"


def sets(**values: str) -> list[dict[str, str]]:
    return [{"attribute": name, "expression": expression} for name, expression in values.items()]


def test_an_update_changes_the_named_attributes_of_the_rows_that_arrive(home: Home) -> None:
    french = {"kind": "attribute", "expression": "[country]", "operator": "not-equal", "value": "FR"}
    found = home.change(*LIVE, schema="customer", change="update", values=sets(points="[points] + 1"), rule=french)
    assert found == {"read": 2, "updated": 2}
    assert home.ask("SELECT customer_id, points, email, tier, changed_at FROM customer ORDER BY 1") == [
        (1, 10, "ann@example.org", "gold", datetime(2026, 1, 1)),
        (2, 21, "bob@example.org", "silver", NOON),
        (3, 30, "cid@example.org", None, datetime(2026, 12, 31)),
        (4, 41, None, "gold", NOON),
    ]


def test_a_test_run_tells_the_same_and_changes_nothing(home: Home) -> None:
    before = home.ask(EVERYTHING)
    change: dict[str, Any] = {"schema": "customer", "change": "update", "values": sets(points="[points] + 1")}
    tested = home.change(*TEST, **change)
    assert (
        "Would change customer: of 4 rows 3 updated, 1 older than what is there"
        in home.batuta("run", "log", "last").out
    )
    assert home.ask(EVERYTHING) == before
    assert home.change(*LIVE, **change) == tested == {"read": 4, "updated": 3, "ignored": 1}


def test_a_version_that_is_given_decides_and_older_ones_are_ignored(home: Home) -> None:
    """A version equal to that of the row wins, an earlier one does not."""
    at = "Iif([customer_id] = 2, AddDays([changed_at], -1), [changed_at])"
    found = home.change(*LIVE, schema="customer", change="update", values=sets(points="0", changed_at=at))
    assert found == {"read": 4, "updated": 3, "ignored": 1}
    assert home.ask("SELECT points, changed_at FROM customer ORDER BY customer_id") == [
        (0, datetime(2026, 1, 1)),
        (20, datetime(2026, 1, 1)),
        (0, datetime(2026, 12, 31)),
        (0, datetime(2026, 1, 1)),
    ]


def test_what_is_as_it_should_be_keeps_its_version(home: Home) -> None:
    values = sets(country="upper([country])")
    assert home.change(*LIVE, schema="customer", change="upsert", values=[*values, *sets(points="[points]")]) == {
        "read": 4,
        "unchanged": 3,
        "ignored": 1,
    }
    assert home.ask("SELECT max(changed_at) FROM customer WHERE customer_id < 3") == [(datetime(2026, 1, 1),)]


def test_new_rows_are_inserted_and_those_that_are_there_are_left(home: Home) -> None:
    home.load("note", "note_id,text,customer_id\n2,kept,9\n")
    key = [{"attribute": "note_id", "expression": "[customer_id]"}]
    found = home.change(
        *LIVE,
        schema="note",
        change="insert",
        key=key,
        values=sets(text="'for ' + [email]", customer_id="[customer_id]"),
    )
    assert found == {"read": 4, "inserted": 3, "existing": 1}
    assert home.ask("SELECT note_id, text, customer_id FROM note ORDER BY 1") == [
        (1, "for ann@example.org", 1),
        (2, "kept", 9),
        (3, "for cid@example.org", 3),
        (4, "for ", 4),
    ]
    found = home.change(*LIVE, schema="note", change="upsert", key=key, values=sets(text="[country]"))
    assert found == {"read": 4, "updated": 4}
    assert home.ask("SELECT text, customer_id FROM note ORDER BY note_id") == [
        ("FR", 1),
        ("DE", 9),
        ("FR", 3),
        ("IT", 4),
    ]


def test_an_integer_version_counts_on_also_beyond_what_was_deleted(home: Home) -> None:
    key = [*sets(shop="1", number="'a'")]
    rule = {"kind": "attribute", "expression": "[customer_id]", "operator": "equal", "value": 1}
    change: dict[str, Any] = {"schema": "card", "key": key, "rule": rule}
    assert home.change(*LIVE, change="update", values=sets(level="5"), **change) == {"read": 1, "updated": 1}
    assert home.ask("SELECT level, revision FROM card WHERE shop = 1 AND number = 'a'") == [(5, 8)]
    assert home.change(*LIVE, change="delete", **change) == {"read": 1, "deleted": 1}
    assert home.change(*LIVE, change="delete", **change) == {"read": 1, "missing": 1}
    assert home.change(*LIVE, change="insert", values=sets(level="6"), **change) == {"read": 1, "inserted": 1}
    assert home.ask("SELECT level, revision FROM card WHERE shop = 1 AND number = 'a'") == [(6, 10)]


def test_an_old_file_read_again_resurrects_nobody(home: Home) -> None:
    gold = {"kind": "attribute", "expression": "[tier]", "operator": "equal", "value": "gold"}
    assert home.change(*LIVE, schema="customer", change="delete", rule=gold) == {"read": 2, "deleted": 2}
    assert home.ask("SELECT customer_id FROM customer ORDER BY 1") == [(2,), (3,)]
    again = home.load("customer", CUSTOMERS)
    assert (again["inserted"], again["ignored"], again["unchanged"]) == (0, 2, 2)
    assert home.ask("SELECT customer_id FROM customer ORDER BY 1") == [(2,), (3,)]
    newer = home.load("customer", "customer_id,points,changed_at\n1,99,2026-06-01 12:00:00\n4,98,2026-06-01 11:59:59\n")
    assert (newer["inserted"], newer["ignored"]) == (1, 1)
    assert home.ask("SELECT customer_id, points FROM customer WHERE customer_id IN (1, 4)") == [(1, 99)]


def test_all_rows_deleted_and_the_old_file_read_again(home: Home) -> None:
    far = ("--live", "--at", "2027-06-01T12:00:00Z")
    assert home.change(*far, schema="customer", change="delete") == {"read": 4, "deleted": 4}
    assert home.load("customer", CUSTOMERS)["ignored"] == 4
    assert home.ask("SELECT count(*) FROM customer") == [(0,)]


def test_without_a_version_the_file_that_is_read_last_wins(home: Home) -> None:
    text = "note_id,text,customer_id\n1,one,1\n"
    home.load("note", text)
    key = [{"attribute": "note_id", "expression": "[customer_id]"}]
    assert home.change(*LIVE, schema="note", change="delete", key=key) == {"read": 4, "deleted": 1, "missing": 3}
    assert home.load("note", text)["inserted"] == 1


def test_rows_that_do_not_fit_are_rejected_and_told(home: Home) -> None:
    home.load("customer", "customer_id,points,changed_at\n5,1,2026-01-01 00:00:00\n")
    found = home.change(*LIVE, schema="customer", change="update", values=sets(tier="'bronze'"))
    assert found == {"read": 5, "rejected": 5}
    log = home.batuta("run", "log", "last").out
    assert "5 rows rejected: a key or a required value is missing, or a value does not fit its attribute" in log
    found = home.change(*LIVE, schema="customer", change="update", values=sets(score="[points] * 100"))
    assert found == {"read": 5, "updated": 1, "rejected": 4}  # 100.0 fits its four digits, 1000.0 and more do not
    assert home.ask("SELECT score FROM customer WHERE customer_id = 5") == [(Decimal("100.0"),)]


def test_an_empty_key_or_required_value_is_rejected(home: Home) -> None:
    key = sets(shop="3", number="[tier]")
    found = home.change(*LIVE, schema="card", change="insert", key=key, values=sets(level="toInteger([email])"))
    assert found == {"read": 4, "rejected": 4}
    found = home.change(*LIVE, schema="card", change="insert", key=key, values=sets(level="[points]"))
    assert found == {"read": 4, "inserted": 2, "repeated": 1, "rejected": 1}
    assert home.ask("SELECT number, level, revision FROM card WHERE shop = 3 ORDER BY number") == [
        ("gold", 10, 1),
        ("silver", 20, 1),
    ]


def test_consent_is_withdrawn_for_those_who_arrive(home: Home) -> None:
    key = sets(customer_id="[customer_id]", channel="'email'", communication_type="'news'")
    values = sets(state="'out'", source="'campaign'")
    change: dict[str, Any] = {"schema": "consent_customers", "change": "upsert", "key": key, "values": values}
    assert home.change(*LIVE, **change) == {"read": 4, "inserted": 4}
    assert home.ask("SELECT DISTINCT state, source, time FROM consent_customers") == [("out", "campaign", NOON)]
    earlier = "customer_id,channel,communication_type,state,time\n1,email,news,in,2026-05-01T00:00:00Z\n"
    assert home.load("consent_customers", earlier)["ignored"] == 1


def test_addresses_are_suppressed_once_each_and_folded(home: Home) -> None:
    home.load("customer", "customer_id,email,points,changed_at\n6,ANN@Example.org,1,2026-01-01 00:00:00\n")
    change: dict[str, Any] = {
        "schema": "suppression",
        "change": "insert",
        "key": sets(entry="[email]"),
        "values": sets(reason="'by-hand'"),
    }
    assert home.change(*LIVE, **change) == {"read": 5, "inserted": 3, "repeated": 1, "rejected": 1}
    assert home.ask("SELECT entry, reason FROM suppression ORDER BY 1") == [
        ("ann@example.org", "by-hand"),
        ("bob@example.org", "by-hand"),
        ("cid@example.org", "by-hand"),
    ]


def test_identities_stay_findable(home: Home) -> None:
    """The folded copy of an identity follows its value."""
    values = sets(email="'ÉVE' + ToString([customer_id]) + '@example.org'")
    home.change(*LIVE, schema="customer", change="update", values=values)
    assert home.ask("SELECT _folded_email FROM customer ORDER BY customer_id") == [
        ("eve1@example.org",),
        ("eve2@example.org",),
        ("cid@example.org",),
        ("eve4@example.org",),
    ]


def test_a_change_is_made_once_whatever_dies(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        """Stands for the death of the process."""

    commit = finishing.finish

    def finish(connection: Connection, claim: Claim, *rest: object) -> None:
        if claim.activity == "change":
            raise Died
        commit(connection, claim, *rest)  # type: ignore[arg-type]  # the very arguments it was given

    path = home.campaign(schema="customer", change="update", values=sets(points="[points] + 1"))
    with monkeypatch.context() as patch:
        patch.setattr(finishing, "finish", finish)
        with pytest.raises(Died):
            home.batuta("campaign", "run", path, *LIVE)
    assert home.ask("SELECT points FROM customer ORDER BY customer_id") == [(11,), (21,), (30,), (41,)]
    home.batuta("run", "resume", "last")
    assert home.told() == {"read": 4, "updated": 3, "ignored": 1}
    assert home.ask("SELECT points FROM customer ORDER BY customer_id") == [(11,), (21,), (30,), (41,)]


def test_a_planted_fault_is_seen_an_effect_that_is_not_remembered(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "change_done", lambda *_: None)
    monkeypatch.setattr(changes, "record_change", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_change_is_made_once_whatever_dies(home, monkeypatch)


def test_a_planted_fault_is_seen_deleted_rows_without_tombstones(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "bury", lambda *_: None)
    with pytest.raises(AssertionError):
        test_an_old_file_read_again_resurrects_nobody(home)


def test_the_version_of_the_data_is_raised(home: Home) -> None:
    def version() -> int:
        with sqlite3.connect(home.folder / "home" / "state.sqlite") as connection:
            statement = "SELECT version FROM data_version WHERE schema = 'customer'"
            return int(connection.execute(statement).fetchone()[0])

    before = version()
    home.change(*TEST, schema="customer", change="delete")
    assert version() == before
    home.change(*LIVE, schema="customer", change="delete")
    assert version() > before


def test_the_population_passes_on(home: Home) -> None:
    home.change(*LIVE, schema="customer", change="delete")
    shown = home.batuta("run", "show", "last", "--json").json
    assert [leg["rows"] for leg in shown["transitions"]] == [4, 4]


def test_cards_are_as_they_were_loaded(home: Home) -> None:
    assert home.load("card", CARDS)["unchanged"] == 3
