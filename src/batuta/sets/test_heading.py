from __future__ import annotations

from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import DECIMAL, INTEGER, STRING, DataType, Kind
from batuta.sets.heading import Origin, headings
from batuta.sets.shape import Column, Shape, shape_of_lines


def schema(name: str, *key: str) -> Schema:
    return Schema(name=name, attributes=tuple(Attribute(name=part, type=INTEGER) for part in key), primary_key=key)


SHOP = Catalogue(schemas=(schema("recipient", "id"), schema("order_line", "order_id", "number")))
LIST = Column("orders", DataType(kind=Kind.JSON), (Column("total", DataType(kind=Kind.DECIMAL, precision=9, scale=2)),))


def test_the_whole_row_key_comes_first_then_what_was_computed() -> None:
    shape = Shape(
        "recipients",
        "recipient",
        (INTEGER,),
        (Column("score", DECIMAL), LIST),
        secondary_schema="order_line",
        secondary_key=(INTEGER, INTEGER),
        numbered=True,
    )
    assert [(found.name, found.column, found.holds, found.origin) for found in headings(SHOP, shape)] == [
        ("id", "_t1", "integer", Origin.KEY),
        ("order_line.order_id", "_s1", "integer", Origin.SECONDARY),
        ("order_line.number", "_s2", "integer", Origin.SECONDARY),
        ("line", "_n", "integer", Origin.LINE),
        ("score", "score", "decimal", Origin.CANVAS),
        ("orders", "orders", "list of total decimal(9,2)", Origin.CANVAS),
    ]


def test_lines_of_a_file_have_their_number_and_columns() -> None:
    shape = shape_of_lines("file", (Column("mail", STRING),))
    assert [found.name for found in headings(SHOP, shape)] == ["line", "mail"]
