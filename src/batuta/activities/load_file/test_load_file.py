"""Load file: what it describes, and what a marketer can get wrong."""

from __future__ import annotations

from typing import Any

import pytest

from batuta.activities.fetches import FetchFile
from batuta.activities.load_file import LoadFile
from batuta.activities.validate import Knowledge
from batuta.kit.problems import LANGUAGES, Problems
from batuta.schema.locations import Location
from batuta.schema.reading import Writing
from batuta.schema.records import Delimited, FileColumn, FixedWidth, Layout
from batuta.schema.types import DATE, INTEGER, STRING, DataType, Kind
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, shape_of_lines
from batuta.testing import SHOP, TEXTS, arriving, attempt, scope

SHOP_FILES, ARCHIVE = Location(name="shop", path="/in"), Location(name="archive", path="/old", write=False)
AROUND = scope(Knowledge(SHOP, locations={"shop": SHOP_FILES, "archive": ARCHIVE}))
MAIL = {"name": "mail"}


def said(**parameters: Any) -> list[tuple[str, str]]:
    """What is wrong with the settings, as (field, English text); there is a French text too."""
    wanted = {"location": "shop", "file": "in.csv", "columns": [MAIL], **parameters}
    trial = attempt("load-file", wanted, around=AROUND)
    for problem in trial.problems:
        assert all("{" not in TEXTS.say(problem, language) for language in LANGUAGES)
    return trial.said


def test_a_file_is_described() -> None:
    columns = (
        FileColumn(name="mail", label="E-mail"),
        FileColumn(name="born", type="date", date_format="%d/%m/%Y"),
        FileColumn(name="x", ignore=True),
        FileColumn(name="total", type="decimal", decimals=2),
    )
    load = LoadFile(location="shop", file="{{ vars.day }}.csv", columns=columns, skip_lines=2, line_number="at")
    around = scope(Knowledge(SHOP, locations={"shop": SHOP_FILES}))
    with pytest.raises(Problems) as caught:
        load.fetch((), around)
    assert [problem.code for problem in caught.value.problems] == ["template-nothing-known"]
    load = load.model_copy(update={"file": "in-{{ now }}.csv"})
    decimal = DataType(kind=Kind.DECIMAL, precision=16, scale=2)
    kept = (Column("mail", STRING), Column("born", DATE), Column("total", decimal), Column("at", INTEGER))
    shape = shape_of_lines("it", kept)
    assert load.fetch((), around) == FetchFile(
        SHOP_FILES,
        "in-{{ now }}.csv",
        Layout(format=Delimited(), encoding="utf-8", skip=2, widths=(None, None, None, None)),
        columns,
        Writing(zone="UTC"),
        shape,
        line_number="at",
    )
    assert load.populations((), around) == {"main": Table("fetched", shape)}


def test_what_arrives_is_an_activation() -> None:
    trial = attempt("load-file", {"location": "shop", "file": "in.csv", "columns": [MAIL]}, arriving(), around=AROUND)
    assert trial.populations["main"].shape == shape_of_lines("it", (Column("mail", STRING),))


def test_fixed_width() -> None:
    columns = [{"name": "a", "width": 3}, {"name": "b"}]
    wanted = {"location": "shop", "file": "in.txt", "columns": columns, "format": {"kind": "fixed-width"}}
    trial = attempt("load-file", wanted, around=AROUND)
    assert isinstance(trial.kind, LoadFile)
    assert trial.kind.fetch((), AROUND).layout == Layout(format=FixedWidth(), widths=(3, None))


FIXED = {"kind": "fixed-width"}


@pytest.mark.parametrize(
    ("parameters", "field", "text"),
    [
        ({"location": "shp"}, "location", "There is no location shp. Did you mean shop?"),
        (
            {"location": "cellar"},
            "location",
            "There is no location cellar. Use one of: archive, shop; or add it with `batuta location set`.",
        ),
        (
            {"location": "archive", "delete_after": True},
            "location",
            (
                "Nothing may be written or deleted in the location archive. Choose another one, or allow it with "
                "`batuta location set`."
            ),
        ),
        (
            {"file": "../in.csv"},
            "file",
            (
                "../in.csv cannot be the name of a file: the name leads out of the location. "
                "Use a name such as new/people.csv, relative to the location."
            ),
        ),
        (
            {"encoding": "utf-9"},
            "encoding",
            "There is no encoding utf-9. Use one such as utf-8, latin-1, cp1252 or utf-16.",
        ),
        (
            {"encoding": "base64"},
            "encoding",
            "There is no encoding base64. Use one such as utf-8, latin-1, cp1252 or utf-16.",
        ),
        (
            {"format": {"kind": "delimited", "separator": "\n"}},
            "format.separator",
            "A line end cannot separate fields. Use a character such as , or ;.",
        ),
        (
            {"format": {"kind": "delimited", "quote": ","}},
            "format.quote",
            "Fields cannot be quoted with the separator or a line end. Use another character, or none.",
        ),
        (
            {"time_zone": "Europe/Pari"},
            "time_zone",
            "There is no time zone Europe/Pari. Did you mean Europe/Paris?",
        ),
        (
            {"decimal_mark": ",", "thousands_mark": ","},
            "thousands_mark",
            "The decimal mark and the thousands mark must differ, and be no digits. Change one of them.",
        ),
        (
            {"date_format": "DD/MM/YYYY"},
            "date_format",
            "DD/MM/YYYY is no format of dates. Use parts such as %d, %m, %Y, %H, %M and %S.",
        ),
        (
            {"columns": [{"name": "x", "ignore": True}]},
            "columns",
            "All columns are ignored, so nothing is loaded. Keep at least one.",
        ),
        (
            {"columns": [MAIL, {"name": "other", "label": "Mail"}]},
            "columns.1.label",
            "Two columns have the title Mail in the file. Give each the title that it has in the header.",
        ),
        ({"columns": [MAIL, {"name": "Mail", "label": "x"}]}, "columns.1.name", "There is a column Mail already. "),
        ({"columns": [{"name": "e-mail"}]}, "columns.0.name", "e-mail cannot be the name of a column. "),
        ({"line_number": "mail"}, "line_number", "There is a column mail already. "),
        (
            {"columns": [MAIL, {"name": "b", "width": 3}], "format": FIXED},
            "columns.0.width",
            (
                "The column mail has no width. Say how many characters wide it is; "
                "only the last column may go to the end of the line."
            ),
        ),
        (
            {"columns": [{"name": "mail", "width": 3}]},
            "columns.0.width",
            (
                "The column mail has a width, but fields are separated here. "
                "Remove the width, or choose the format fixed-width."
            ),
        ),
        (
            {"columns": [{"name": "mail", "on_error": "default"}]},
            "columns.0.default",
            "The column mail is to take a default, but there is none. Write it here.",
        ),
        (
            {"columns": [{"name": "born", "type": "date", "empty": "default", "default": "soon"}]},
            "columns.0.default",
            "The default soon cannot be read as a date. Write it as in the file.",
        ),
        (
            {"columns": [{"name": "born", "type": "date", "date_format": "%Q"}]},
            "columns.0.date_format",
            "%Q is no format of dates. Use parts such as %d, %m, %Y, %H, %M and %S.",
        ),
    ],
)
def test_mistakes(parameters: dict[str, Any], field: str, text: str) -> None:
    ((found, words),) = said(**parameters)
    assert found == field
    assert words.startswith(text)


def test_mistakes_are_told_together() -> None:
    found = said(location="x", file="/etc/passwd", encoding="y", columns=[{"name": "1", "width": 2}])
    assert [field for field, _ in found] == ["location", "file", "encoding", "columns.0.name", "columns.0.width"]
