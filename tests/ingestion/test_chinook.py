"""A real sample shop from its own DDL and CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

# Lines of each file without its header, as counted by wc.
RECORDS = {
    "artist": 275,
    "album": 347,
    "genre": 25,
    "media_type": 5,
    "track": 3503,
    "employee": 8,
    "customer": 59,
    "invoice": 412,
    "invoice_line": 2240,
    "playlist": 18,
    "playlist_track": 8715,
}

RELATIONSHIPS = [
    ("album", "artist", "artist", "albums"),
    ("customer", "support_rep", "employee", "customers"),
    ("employee", "reports_to_employee", "employee", "employees_by_reports_to"),
    ("invoice", "customer", "customer", "invoices"),
    ("invoice_line", "invoice", "invoice", "invoice_lines"),
    ("invoice_line", "track", "track", "invoice_lines"),
    ("playlist_track", "playlist", "playlist", "playlist_tracks"),
    ("playlist_track", "track", "track", "playlist_tracks"),
    ("track", "album", "album", "tracks"),
    ("track", "genre", "genre", "tracks"),
    ("track", "media_type", "media_type", "tracks"),
]


def link(schemas: dict[str, Any], schema: str, name: str) -> Any:
    (found,) = [one for one in schemas[schema]["relationships"] if one["name"] == name]
    return found


def test_chinook_comes_in_whole(terminal: Any, chinook: Path) -> None:
    assert terminal.run("schema", "import", chinook / "schema.sql") == (
        "11 schemas read, 11 of them new, 11 new relationships.\n"
    )
    listed = terminal.json("schema", "list")
    assert {tuple(schema) for schema in listed} == {("name", "label", "primary_key", "attributes", "relationships")}
    schemas = {schema["name"]: schema for schema in listed}
    assert schemas.keys() == RECORDS.keys()
    for source, name, target, reverse in RELATIONSHIPS:
        there, back = link(schemas, source, name), link(schemas, target, reverse)
        assert (there["to"], there["cardinality"]) == (target, "N-1")
        assert (back["to"], back["cardinality"]) == (source, "1-N")
        assert [pair[::-1] for pair in there["pairs"]] == back["pairs"]
    assert schemas["playlist_track"]["primary_key"] == ["playlist_id", "track_id"]
    assert [one for one in schemas["invoice"]["attributes"] if one["name"] in ("invoice_date", "total")] == [
        {
            "name": "invoice_date",
            "type": "datetime",
            "required": True,
            "label": "",
            "description": "",
            "sensitive": False,
        },
        {
            "name": "total",
            "type": "decimal",
            "required": True,
            "label": "",
            "description": "",
            "sensitive": False,
            "precision": 10,
            "scale": 2,
        },
    ]

    for schema, count in RECORDS.items():
        loaded = terminal.json("data", "load", schema, chinook / f"{schema}.csv")
        assert (loaded["read"], loaded["inserted"], loaded["rejects"]) == (count, count, None)

    terminal.run("dimension", "add", "customers", "--schema", "customer", "--identity", "email")
    assert terminal.query("SELECT sum(total)::VARCHAR, count(DISTINCT customer_id) FROM home.data.invoice") == [
        ("2328.60", 59)
    ]
    assert terminal.query("SELECT city, state, _folded_email FROM home.data.customer WHERE customer_id = 2") == [
        ("Stuttgart", None, "leonekohler@surfeu.de")
    ]

    before = terminal.query("SELECT * FROM home.data.customer ORDER BY ALL")
    again = terminal.json("data", "load", "customer", chinook / "customer.csv")
    assert (again["read"], again["unchanged"], again["inserted"], again["updated"]) == (59, 59, 0, 0)
    assert terminal.query("SELECT * FROM home.data.customer ORDER BY ALL") == before

    assert terminal.run("schema", "import", chinook / "schema.sql").startswith("11 schemas read, 0 of them new, 0 new")


def test_a_dimension_brings_its_consent(terminal: Any, chinook: Path) -> None:
    terminal.run("schema", "import", chinook / "schema.sql")
    said = terminal.run(
        "dimension", "add", "loyal-buyers", "--schema", "customer", "--identity", "email", "--label", "Buyers"
    )
    assert said == "Campaigns may target loyal-buyers; consent is kept in consent_loyal-buyers.\n"
    assert terminal.json("dimension", "list") == [
        {
            "name": "loyal-buyers",
            "label": "Buyers",
            "schema": "customer",
            "identity": "email",
            "namespace": "email",
            "consent": "consent_loyal-buyers",
        }
    ]
    schemas = {schema["name"]: schema for schema in terminal.json("schema", "list", "--all")}
    consent = schemas["consent_loyal-buyers"]
    assert consent["primary_key"] == ["customer_id", "channel", "communication_type"]
    assert link(schemas, "customer", "consents")["to"] == "consent_loyal-buyers"
    assert link(schemas, "consent_loyal-buyers", "customer")["cardinality"] == "N-1"
    assert schemas["suppression"]["primary_key"] == ["entry"]


@pytest.mark.parametrize("command", [["schema", "list", "--all"], ["schema", "show", "track"], ["dimension", "list"]])
def test_lists_for_people(terminal: Any, chinook: Path, command: list[str]) -> None:
    terminal.run("schema", "import", chinook / "schema.sql")
    terminal.run("dimension", "add", "customers", "--schema", "customer", "--identity", "email")
    shown = terminal.run(*command)
    wanted = {"list": "consent_customers", "show": "genre_id = genre_id"}
    assert (wanted[command[1]] if command[0] == "schema" else "customers") in shown
