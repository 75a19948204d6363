from __future__ import annotations

from batuta.schema.guessing import guessed
from batuta.schema.records import FileColumn

TITLES = ("Numéro", "E-mail", "e mail", "Postal code", "Paid", "Betrag", "vip", "Born", "at", "at zone", "2nd", "", "x")
ROWS = [
    (
        "1",
        "a@x.org",
        "",
        "01234",
        "1.5",
        "1,25",
        "yes",
        "31/12/2000",
        "2026-01-01 10:00",
        "2026-01-01T10:00Z",
        "1",
        "",
        "1",
    ),
    ("20", " b@x.org ", "", "75011", "-7", "3", "no", " ", "2026-01-01", "2026-01-01T10:00+02:00", "", "", "a"),
]


def test_the_narrowest_type_that_all_values_have() -> None:
    assert guessed(TITLES, ROWS) == (
        FileColumn(name="Numero", label="Numéro", type="integer"),
        FileColumn(name="E_mail", label="E-mail"),
        FileColumn(name="e_mail_2", label="e mail"),
        FileColumn(name="Postal_code", label="Postal code"),
        FileColumn(name="Paid", type="decimal", decimals=2),
        FileColumn(name="Betrag", type="decimal", decimals=2, decimal_mark=","),
        FileColumn(name="vip", type="boolean"),
        FileColumn(name="Born", type="date", date_format="%d/%m/%Y"),
        FileColumn(name="at", type="datetime"),
        FileColumn(name="at_zone", label="at zone", type="instant"),
        FileColumn(name="column_2nd", label="2nd", type="integer"),
        FileColumn(name="column_12"),
        FileColumn(name="x"),
    )
