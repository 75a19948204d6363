"""Export file: the described effect, and what a marketer can get wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.effects import ExportFile as Exporting
from batuta.activities.export_file import ExportFile
from batuta.activities.validate import Knowledge
from batuta.kit.problems import LANGUAGES, Problems
from batuta.rules.bound import AttributeOf, Computed, Rooted
from batuta.schema.locations import Location
from batuta.schema.types import INTEGER, STRING, DataType, Kind
from batuta.schema.writing import Written
from batuta.sets.algebra import Sort, Table
from batuta.sets.shape import Column, shape_of_lines
from batuta.testing import SHOP, TEXTS, arriving, scope

FILES, ARCHIVE = Location(name="shop", path="/out"), Location(name="archive", path="/old", write=False)
AROUND = scope(Knowledge(SHOP, locations={"shop": FILES, "archive": ARCHIVE}))
ID = AttributeOf((), "id", INTEGER)


def exported(arrived: Input, **parameters: Any) -> Exporting:
    activity = ExportFile.model_validate({"location": "shop", "name": "out.csv", **parameters})
    (effect,) = activity.effects((arrived,), AROUND)
    assert isinstance(effect, Exporting)
    assert activity.populations((arrived,), AROUND) == {"main": arrived.population}
    return effect


def test_the_key_and_the_columns_of_the_canvas_are_written() -> None:
    arrived = arriving(score=INTEGER, ID=STRING)
    assert arrived.population is not None
    columns = (("key_id", ID), ("score", Computed("score", INTEGER)), ("ID", Computed("ID", STRING)))
    assert exported(arrived) == Exporting(FILES, "out.csv", arrived.population, columns, Written())


def test_columns_order_and_form() -> None:
    arrived = arriving(score=INTEGER)
    effect = exported(
        arrived,
        columns=[{"name": "Where from?", "expression": "[country]"}],
        sort=[{"expression": "[score]", "descending": True}],
        format="json",
        compression="gzip",
        existing="replace",
    )
    assert effect.columns == (("Where from?", AttributeOf((), "country", STRING)),)
    assert effect.sort == (Sort(Computed("score", INTEGER), descending=True),)
    assert effect.form == Written(format="json", compression="gzip")
    assert effect.replace


def test_lists_are_written_where_a_file_can_hold_them() -> None:
    items = DataType(kind=Kind.JSON)
    arrived = arriving()
    assert arrived.population is not None
    shape = arrived.population.shape.having((Column("orders", items, (Column("total", INTEGER),)),))
    listed = replace(arrived, population=Table("t", shape))
    assert [name for name, _ in exported(listed).columns] == ["id"]
    assert [name for name, _ in exported(listed, format="json").columns] == ["id", "orders"]


def test_the_secondary_key_is_written_too() -> None:
    arrived = arriving()
    assert arrived.population is not None
    shape = replace(arrived.population.shape, secondary_schema="order", secondary_key=(INTEGER,))
    columns = exported(replace(arrived, population=Table("t", shape))).columns
    assert columns == (("id", ID), ("order_id", Rooted("secondary", ID, INTEGER)))


def said(arrived: Input, **parameters: Any) -> list[tuple[str, str]]:
    activity = ExportFile.model_validate({"location": "shop", "name": "out.csv", **parameters})
    with pytest.raises(Problems) as caught:
        activity.effects((arrived,), AROUND)
    for problem in caught.value.problems:
        assert all("{" not in TEXTS.say(problem, language) for language in LANGUAGES)
    return [(problem.field, TEXTS.say(problem)) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("parameters", "field", "text"),
    [
        ({"location": "shap"}, "location", "There is no location shap. Did you mean shop?"),
        ({"location": "archive"}, "location", "Nothing may be written or deleted in the location archive. "),
        ({"name": "/out.csv"}, "name", "/out.csv cannot be the name of a file: the name is not relative to the loc"),
        ({"name": "{{ vars.dy }}"}, "name", "Line 1, column 4: "),
        (
            {"separator": '"'},
            "separator",
            "A quote or line end cannot separate fields. Use a character such as , or ;.",
        ),
        (
            {"columns": [{"name": "a", "expression": "1"}, {"name": "A", "expression": "2"}]},
            "columns.1.name",
            "There are two columns with the title A (capital letters make no difference)",
        ),
        ({"columns": [{"name": "a", "expression": "[emial]"}]}, "columns.0.expression", "recipient has no attribute"),
        ({"sort": [{"expression": "[emial]"}]}, "sort.0.expression", "recipient has no attribute"),
    ],
)
def test_mistakes(parameters: dict[str, Any], field: str, text: str) -> None:
    ((found, words),) = said(arriving(), **parameters)
    assert found == field
    assert words.startswith(text)


def test_lines_without_columns_have_nothing_to_write() -> None:
    lines = Input("file", "main", "File", Table("t", shape_of_lines("file", ())))
    assert said(lines) == [
        ("columns", "There is nothing to write: these rows have no key and no columns. Name the columns of the file.")
    ]
