"""Loading files, as a user does it. Expected rows and words by hand from spec/4-activities.md, Load file."""

from __future__ import annotations

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
