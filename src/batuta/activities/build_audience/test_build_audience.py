"""Build audience: its population, and what a marketer can get wrong."""

from __future__ import annotations

from batuta.rules.bound import All, AttributeOf, Compare, Constant
from batuta.rules.tree import Operator
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Records
from batuta.sets.shape import Column, Shape
from batuta.testing import arriving, attempt

EVERYONE = {"kind": "all-rows"}
VIPS = {"kind": "attribute", "expression": "[points]", "operator": "greater", "value": 100}


def test_the_population_is_the_records_that_satisfy_the_rule() -> None:
    found = attempt("build-audience", {"dimension": "recipients", "rule": VIPS})
    points = AttributeOf((), "points", INTEGER)
    assert found.populations["main"] == Records(
        Shape("recipients", "recipient", (INTEGER,)), Compare(Operator.GREATER, points, (Constant(100, INTEGER),))
    )


def test_extra_columns_are_computed_with_their_types() -> None:
    columns = [{"name": "town", "expression": "[household.city]"}, {"name": "age", "expression": "[points] + 1"}]
    parameters = {"dimension": "recipients", "rule": EVERYONE, "columns": columns}
    main = attempt("build-audience", parameters).populations["main"]
    assert isinstance(main, Records)
    assert main.where == All()
    assert main.shape.columns == (Column("town", STRING), Column("age", INTEGER))
    assert [expression.type for expression in main.columns] == [STRING, INTEGER]


def test_what_arrives_is_an_activation_only() -> None:
    alone = attempt("build-audience", {"dimension": "orders", "rule": EVERYONE})
    after = attempt("build-audience", {"dimension": "orders", "rule": EVERYONE}, arriving(extra=STRING))
    assert after.populations == alone.populations


def test_an_unknown_dimension_is_told_with_the_nearest_one() -> None:
    found = attempt("build-audience", {"dimension": "recipient", "rule": EVERYONE})
    assert found.said == [("dimension", "There is no targeting dimension recipient. Did you mean recipients?")]


def test_all_mistakes_are_told_at_once() -> None:
    columns = [
        {"name": "_t1", "expression": "[emial]"},
        {"name": "town", "expression": "[household.city]"},
        {"name": "Town", "expression": "[country]"},
    ]
    rule = {"kind": "attribute", "expression": "[pionts]", "operator": "greater", "value": 100}
    found = attempt("build-audience", {"dimension": "recipients", "rule": rule, "columns": columns})
    assert [field for field, _ in found.said] == [
        "rule.expression",
        "columns.0.name",
        "columns.2.name",
        "columns.0.expression",
    ]
    assert "points" in found.said[0][1]
    assert "email" in found.said[3][1]


def test_a_rule_must_be_chosen_even_for_everyone() -> None:
    found = attempt("build-audience", {"dimension": "recipients"})
    assert found.said == [("rule", "The field rule is missing. Add it here.")]
    found = attempt("build-audience", {"dimension": "recipients", "rule": {"kind": "and", "children": []}})
    assert [problem.code for problem in found.problems] == ["rule.empty-group"]
