"""Enrichment: added columns and their names, and what a marketer can get wrong."""

from __future__ import annotations

import pytest

from batuta.rules.bound import AttributeOf, Compare
from batuta.rules.tree import AggregateFunction
from batuta.schema.types import DATETIME, DECIMAL, INTEGER, STRING, DataType, Kind
from batuta.sets.algebra import Enriched, Lines, Sort, Total, Value
from batuta.sets.shape import Column
from batuta.testing import SHOP, arriving, attempt

JSON = DataType(kind=Kind.JSON)
PAID = {"kind": "attribute", "expression": "[status]", "operator": "equal", "value": "paid"}
LATEST = {
    "alias": "orders",
    "path": "orders",
    "filter": PAID,
    "sort": [{"expression": "[ordered_at]", "descending": True}],
    "count": 2,
    "attributes": [{"name": "id", "expression": "[id]"}, {"name": "total", "expression": "[total]"}],
}


def enriched(**parameters: object) -> Enriched:
    main = attempt("enrichment", parameters, arriving(score=INTEGER)).populations["main"]
    assert isinstance(main, Enriched)
    return main


def test_values_of_the_row_and_of_linked_rows_of_which_there_is_one() -> None:
    main = enriched(columns=[{"name": "town", "expression": "[household.city]"}])
    household = SHOP.link("recipient", "household")
    assert household is not None
    assert main.additions == (Value("town", AttributeOf((household,), "city", STRING)),)
    assert main.shape.columns == (Column("score", INTEGER), Column("town", STRING))


def test_lines_give_numbered_columns_and_a_list() -> None:
    main = enriched(lines=[LATEST])
    (lines,) = main.additions
    assert isinstance(lines, Lines)
    assert (lines.name, lines.count) == ("orders", 2)
    assert [link.there for link in lines.path] == ["order"]
    assert isinstance(lines.where, Compare)
    assert lines.sort == (Sort(AttributeOf((), "ordered_at", DATETIME), descending=True),)
    line = (Column("id", INTEGER), Column("total", DECIMAL))
    assert main.shape.columns == (
        Column("score", INTEGER),
        Column("orders_1_id", INTEGER),
        Column("orders_1_total", DECIMAL),
        Column("orders_2_id", INTEGER),
        Column("orders_2_total", DECIMAL),
        Column("orders", JSON, line),
    )


def test_totals_over_chains_of_relationships() -> None:
    totals = [
        {"name": "count", "path": "orders", "function": "count"},
        {"name": "spent", "path": "orders.lines", "function": "sum", "expression": "[price]"},
        {"name": "latest", "path": "orders", "function": "max", "expression": "[ordered_at]", "filter": PAID},
        {"name": "mean", "path": "orders", "function": "average", "expression": "[total]"},
    ]
    main = enriched(totals=totals)
    figures = [addition for addition in main.additions if isinstance(addition, Total)]
    assert [figure.function for figure in figures] == [
        AggregateFunction.COUNT,
        AggregateFunction.SUM,
        AggregateFunction.MAX,
        AggregateFunction.AVERAGE,
    ]
    assert [figure.type.kind for figure in figures] == [Kind.INTEGER, Kind.DECIMAL, Kind.DATETIME, Kind.DOUBLE]
    assert [column.type for column in main.shape.columns[1:]] == [figure.type for figure in figures]


def test_a_switched_off_filter_is_as_if_absent() -> None:
    (lines,) = enriched(lines=[{**LATEST, "filter": {**PAID, "enabled": False}}]).additions
    assert isinstance(lines, Lines)
    assert lines.where is None


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        ({}, [("", "nothing-to-add")]),
        (
            {"columns": [{"name": "score", "expression": "[id]"}, {"name": "é", "expression": "[id]"}]},
            [("columns.0.name", "column-taken"), ("columns.1.name", "bad-column-name")],
        ),
        (
            {"columns": [{"name": "orders_2_id", "expression": "[id]"}], "lines": [LATEST]},
            [("lines.0.attributes.0.name", "column-taken")],
        ),
        (
            {"lines": [{**LATEST, "attributes": [{"name": "id", "expression": "[id]"}] * 2, "count": 1}]},
            [("lines.0.attributes.1.name", "column-taken")],
        ),
        ({"lines": [{**LATEST, "path": "household"}]}, [("lines.0.path", "rule.one-row")]),
        (
            {"totals": [{"name": "n", "path": "orders", "function": "sum"}]},
            [("totals.0.expression", "rule.aggregate-needs-expression")],
        ),
    ],
)
def test_mistakes(parameters: dict[str, object], fields: list[tuple[str, str]]) -> None:
    found = attempt("enrichment", parameters, arriving(score=INTEGER))
    assert [(problem.field, problem.code) for problem in found.problems] == fields


def test_mistakes_in_the_linked_rows_keep_their_places() -> None:
    broken = {
        **LATEST,
        "filter": {"kind": "and", "children": [{**PAID, "expression": "[statu]"}]},
        "sort": [{"expression": "[orderd_at]"}],
        "attributes": [{"name": "id", "expression": "[score]"}],
    }
    total = {"name": "n", "path": "ordres", "function": "count"}
    found = attempt("enrichment", {"lines": [broken], "totals": [total]}, arriving(score=INTEGER))
    assert [problem.field for problem in found.problems] == [
        "lines.0.filter.children.0.expression",
        "lines.0.attributes.0.expression",
        "lines.0.sort.0.expression",
        "totals.0.path",
    ]
