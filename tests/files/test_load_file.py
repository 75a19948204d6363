"""Loading files, as a user does it. Expected rows and words by hand from spec/4-activities.md, Load file."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from .conftest import Office

COLUMNS = [
    {"name": "mail", "label": "E-mail", "case": "lower", "empty": "reject"},
    {"name": "born", "label": "Date of birth", "type": "date", "date_format": "%d/%m/%Y", "on_error": "empty"},
    {"name": "vip", "type": "boolean", "remap": {"oui": "yes", "non": "no"}, "unmapped": "error"},
    {"name": "total", "type": "decimal", "decimals": 2, "decimal_mark": ",", "thousands_mark": "."},
]
FILE = """\
Customers of the shop
vip;E-mail;Date of birth;total;Notes
oui; ANN@x.org ;01/02/1990;1.234,50;"first
second; line"
non;bob@x.org;31/02/1990;;"a ""quoted"" word"

;;;;
maybe;cid@x.org;;5;
oui;dan@x.org;29/02/2000;0,125;
oui;"eve@x.org";;-7,5;é
"""
PARAMETERS = {
    "file": "*.csv",
    "format": {"kind": "delimited", "separator": ";"},
    "skip_lines": 1,
    "columns": COLUMNS,
    "line_number": "at",
    "allowed_errors": 3,
}
ROWS = [
    (1, "ann@x.org", "1990-02-01", True, "1234.50", 3),
    (2, "bob@x.org", None, False, None, 5),
    (5, "eve@x.org", None, True, "-7.50", 10),
]


def test_lines_become_rows_with_columns(office: Office) -> None:
    office.put("people.csv", FILE)
    done = office.load(**PARAMETERS).json
    assert done["status"] == "completed"
    assert office.rows() == ROWS
    assert office.rejects() == [
        (8, "vip: 'maybe' is not in the remapping table", "maybe;cid@x.org;;5;"),
        (
            9,
            "total: expected a number of at most 14 digits before and 2 after the decimal mark, found '0,125'",
            "oui;dan@x.org;29/02/2000;0,125;",
        ),
    ]
    (transition,) = done["transitions"]
    assert (transition["rows"], transition["targets"]) == (3, 0)


NAMES = [{"name": "id", "type": "integer"}, {"name": "name"}]
TWO = "id,name\n1,Zoé\n2,Łukasz\n"
READ = [(1, 1, "Zoé"), (2, 2, "Łukasz")]


@pytest.mark.parametrize(
    ("content", "parameters"),
    [
        (TWO.encode(), {}),
        (TWO.encode("utf-8-sig"), {}),
        (TWO.encode("utf-16"), {"encoding": "utf-16"}),
        (TWO.encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (TWO.encode("utf-32"), {"encoding": "utf-32"}),
        (TWO.encode("iso8859-16"), {"encoding": "iso8859-16"}),
        (TWO.replace("\n", "\r\n").encode(), {}),
        (TWO.replace("\n", "\r").encode(), {}),
        (TWO.rstrip("\n").encode(), {}),
        (gzip.compress(TWO.encode(), mtime=0), {}),
        (gzip.compress(TWO.encode("utf-16"), mtime=0), {"encoding": "utf-16"}),
        (TWO.replace(",", "\t").encode(), {"format": {"kind": "delimited", "separator": "\t"}}),
        (TWO.replace("id,name\n", "").encode(), {"format": {"kind": "delimited", "header": False}}),
        ("name,x,id\nZoé,,1\nŁukasz,y,2\n".encode(), {}),
        ("ID, Name \n1,Zoé\n2,Łukasz\n".encode(), {}),
        ("id,name\n1,'Zoé'\n2,'Łukasz'\n".encode(), {"format": {"kind": "delimited", "quote": "'"}}),
        (
            "1 Zoé   x\n2 Łukaszy".encode(),
            {
                "format": {"kind": "fixed-width"},
                "columns": [
                    {**NAMES[0], "width": 2},
                    {**NAMES[1], "width": 6},
                    {"name": "?", "ignore": True},
                ],
            },
        ),
    ],
)
def test_files_of_many_kinds_hold_the_same(office: Office, content: bytes, parameters: dict[str, Any]) -> None:
    office.put("people.txt", content)
    office.load(**{"file": "people.txt", "columns": NAMES, **parameters})
    assert office.rows() == READ


def test_values_in_their_order_of_steps(office: Office) -> None:
    columns = [
        {"name": "code", "trim": True, "case": "upper", "empty_texts": ["n/a"], "empty": "default", "default": "none"},
        {"name": "grade", "type": "integer", "case": "lower", "remap": {"ONE": "1", "two": "2", "nil": ""}},
        {"name": "at", "type": "instant", "date_format": "%d.%m.%Y %H:%M"},
        {"name": "raw", "trim": False},
        {"name": "day", "type": "date", "on_error": "default", "default": "2000-01-01"},
    ]
    office.put(
        "in.csv",
        'code,grade,at,raw,day\n fr , One,25.10.2026 02:30, x ,2026-01-01\nN/A,NIL,29.03.2026 02:30,,x\n,3,," ",\n',
    )
    office.load(file="in.csv", columns=columns, time_zone="Europe/Paris")
    # the hour that comes twice is its first; the one that does not exist is the next valid instant, 03:30 in Paris
    assert office.rows() == [
        (1, "FR", 1, "2026-10-25 00:30:00", " x ", "2026-01-01"),
        (2, "none", None, "2026-03-29 01:30:00", None, "2000-01-01"),
        (3, "none", 3, None, " ", None),
    ]


def test_the_zone_is_that_of_the_campaign_unless_one_is_named(office: Office) -> None:
    office.put("in.csv", "at\n2026-07-01 12:00\n2026-07-01 12:00+03:00\n2026-07-01\n")
    load = {"id": "load", "kind": "load-file"}
    parameters = {"location": "shop", "file": "in.csv", "columns": [{"name": "at", "type": "instant"}]}
    campaign = office.campaign({**load, "parameters": parameters})
    document = json.loads(campaign.read_text("utf-8"))
    campaign.write_text(json.dumps({**document, "timezone": "Europe/Paris"}), "utf-8")
    office.run(campaign)
    assert [at for _, at in office.rows()] == ["2026-07-01 10:00:00", "2026-07-01 09:00:00", "2026-06-30 22:00:00"]


def test_one_file_is_wanted_unless_it_is_said_which(office: Office) -> None:
    office.put("new/b.csv", "id,name\n1,b\n", changed=2_000)
    office.put("new/a.csv", "id,name\n1,a\n2,aa\n", changed=1_000)
    office.put("new/.c.csv", "id,name\n1,hidden\n", changed=3_000)
    parameters: dict[str, Any] = {"file": "new/*.csv", "columns": NAMES}
    office.load(**parameters, code=1)
    assert office.error() == (
        "location shop: 2 files match new/*.csv: new/a.csv, new/b.csv\n"
        "  to do: Name one of them, or say whether to take the latest or all."
    )
    office.load(**parameters, take="latest")
    assert office.rows() == [(1, 1, "b")]
    office.load(**parameters, take="all")
    assert office.rows() == [(1, 1, "a"), (2, 2, "aa"), (3, 1, "b")]
    office.load(file="n?w/[ab].csv", columns=NAMES, missing="empty")
    assert office.rows() == []


def test_a_file_that_is_missing(office: Office) -> None:
    office.put("other.csv", TWO)
    office.load(file="people.csv", columns=NAMES, code=1)
    assert office.error() == (
        "location shop: there is no file people.csv; it holds other.csv\n"
        "  to do: Put the file there and resume the run, or let a missing file count as an empty one."
    )
    office.put("people.csv", TWO)
    office.call("run", "resume", "last")
    assert office.rows() == READ
    office.load(file="none-*.csv", columns=NAMES, missing="empty")
    assert office.rows() == []


def test_names_are_templates(office: Office) -> None:
    office.put("tuesday-2026-03-01.csv", TWO)
    name = 'x{{ vars.day }}-{{ now | date: "%Y-%m-%d" }}.csv'
    office.load("--var", "day=tuesday", file=name.removeprefix("x"), columns=NAMES)
    assert office.rows() == READ
    office.load("--var", "day=../../etc", file=name.removeprefix("x"), columns=NAMES, code=1)
    assert office.error().startswith("location shop: '../../etc-2026-03-01.csv': the name leads out of the location")


def test_what_a_test_run_reads_a_live_run_reads_and_only_that_deletes(office: Office) -> None:
    parameters: dict[str, Any] = {"file": "*.csv", "columns": NAMES, "take": "all", "delete_after": True}
    first, second = office.put("a.csv", TWO), office.put("b.csv", "id,name\n3,x\nx,y\n")
    tested = office.load(**parameters, allowed_errors=1).json
    rows, rejects = office.rows(), office.rejects()
    assert (first.exists(), second.exists()) == (True, True)
    assert "Would delete a.csv" in office.log()
    lived = office.load("--live", **parameters, allowed_errors=1).json
    assert (office.rows(), office.rejects()) == (rows, rejects) == ([*READ, (3, 3, "x")], [(3, NO_NUMBER, "x,y")])
    assert tested["transitions"] == lived["transitions"]
    assert list(office.folder.iterdir()) == []
    assert [line for line in office.log() if line.startswith("Deletes")] == ["Deletes a.csv", "Deletes b.csv"]


NO_NUMBER = "id: expected an integer, found 'x'"


def test_a_failed_load_keeps_everything(office: Office) -> None:
    there = office.put("a.csv", "id,name\n1,x\nx,y\n")
    office.load("--live", file="a.csv", columns=NAMES, delete_after=True, code=1)
    assert office.error().startswith(
        f"a.csv in location shop: 1 record cannot be loaded, more than the 0 allowed: line 3, {NO_NUMBER}"
    )
    assert there.exists()
    office.load("--live", file="a.csv", columns=NAMES, delete_after=True, allowed_errors=None)
    assert not there.exists()


def test_the_log_tells_what_was_read_and_left_out(office: Office) -> None:
    office.put("in.csv", "id,name,city,\n1,a,Lyon,\nx,b,Paris,\n")
    office.load(file="in.csv", columns=NAMES, allowed_errors=1)
    log = office.log()
    assert "Reads 2 records of in.csv in location shop" in log
    assert "Leaves out columns of the file that the activity does not name: city, (no title)" in log
    assert any(line.startswith(f"1 record rejected: line 3, {NO_NUMBER}. See ") for line in log)
