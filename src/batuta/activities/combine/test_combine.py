"""Combine: union, intersection and exclusion, and what keeps populations from being combined."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batuta.activities.contract import Input, Output, Role
from batuta.rules.bound import All, AttributeOf
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Barrier, Exclusion, Intersection, Records, Table, Union
from batuta.sets.lookup import Finding, Likeness, Looking, Lookup
from batuta.sets.shape import Column, Shape, shape_of_lines
from batuta.testing import SHOP, arriving, attempt, carrying, scope

A, B, C = (arriving(name) for name in ("a", "b", "c"))
EMAIL = AttributeOf((), "email", STRING)
MAIL = AttributeOf((), "mail", STRING)
PROSPECTS = arriving("prospects", "prospects")
ORDERS = arriving("orders", "orders")


def with_orders(arrived: Input) -> Input:
    """The same population with the order as its secondary dimension."""
    assert isinstance(arrived.population, Table)
    shape = replace(arrived.population.shape, secondary_schema="order", secondary_key=(INTEGER,))
    return replace(arrived, population=replace(arrived.population, shape=shape))


def test_a_union_has_the_columns_of_all_and_the_first_one_leads() -> None:
    first, second = arriving("first", score=INTEGER), arriving("second", note=STRING, score=INTEGER)
    main = attempt("combine", {"operation": "union"}, first, second).populations["main"]
    columns = (Column("score", INTEGER), Column("note", STRING))
    shape = Shape("recipients", "recipient", (INTEGER,), columns)
    assert main == Union((first.population, second.population), shape)  # type: ignore[arg-type]


def test_the_primary_set_is_chosen_by_its_source() -> None:
    found = attempt("combine", {"operation": "exclusion", "primary": "b"}, A, B, C)
    main = found.populations["main"]
    assert isinstance(main, Exclusion)
    assert main.primary == B.population
    assert [barrier.label for barrier in main.barriers] == ["A", "C"]


def test_one_of_two_outputs_of_an_activity_is_named_with_its_output() -> None:
    north, south = carrying(arriving("split"), "north"), carrying(arriving("split"), "south")
    found = attempt("combine", {"operation": "exclusion", "primary": "split.south"}, north, south)
    assert isinstance(found.populations["main"], Exclusion)
    found = attempt("combine", {"operation": "exclusion", "primary": "split"}, north, south)
    text = "Several transitions come here from split. Say which: split.north, split.south."
    assert found.said == [("primary", text)]


def test_an_intersection_and_its_complement() -> None:
    found = attempt("combine", {"operation": "intersection", "complement": True}, A, B)
    assert found.kind is not None
    assert found.kind.outputs() == (Output("main", "Intersection"), Output("complement", "Complement"))
    main, complement = found.populations["main"], found.populations["complement"]
    assert isinstance(main, Intersection)
    assert complement == replace(main, complement=True)


def test_the_complement_of_an_exclusion_names_the_excluding_set() -> None:
    tagged = arriving("tagged", excluded_by=STRING, score=INTEGER)
    found = attempt("combine", {"operation": "exclusion", "complement": True}, tagged, B)
    assert found.populations["main"].shape.columns == (Column("excluded_by", STRING), Column("score", INTEGER))
    assert found.populations["complement"].shape.columns == (Column("score", INTEGER), Column("excluded_by", STRING))


def test_the_secondary_key_stays_in_unions_of_those_that_share_it_and_in_what_is_narrowed() -> None:
    both = attempt("combine", {"operation": "union"}, with_orders(A), with_orders(B)).populations["main"]
    assert both.shape.row_columns == ("_t1", "_s1")
    mixed = attempt("combine", {"operation": "union"}, with_orders(A), B).populations["main"]
    assert mixed.shape.row_columns == ("_t1",)
    one = attempt("combine", {"operation": "intersection", "complement": True}, with_orders(A), B).populations
    assert one["main"].shape.row_columns == ("_t1", "_s1")
    assert one["complement"].shape.row_columns == ("_t1",)
    kept = attempt("combine", {"operation": "exclusion"}, with_orders(A), B).populations["main"]
    assert kept.shape.row_columns == ("_t1", "_s1")


def test_different_dimensions_are_reconciled_on_columns() -> None:
    match = {"expression": "[email]", "by_source": {"prospects": "[mail]"}}
    main = attempt("combine", {"operation": "union", "reconcile": [match]}, A, PROSPECTS).populations["main"]
    assert isinstance(main, Union)
    assert main.on == ((EMAIL,), (MAIL,))
    assert main.shape.dimension == "recipients"


def test_another_dimension_is_brought_by_a_relationship_or_by_pairs() -> None:
    path = {"source": "orders", "path": "recipient"}
    pairs = {"source": "prospects", "pairs": [{"primary": "[email]", "other": "[mail]"}]}
    main = attempt("combine", {"operation": "exclusion", "bring": [path, pairs]}, A, ORDERS, PROSPECTS).populations[
        "main"
    ]
    assert isinstance(main, Exclusion)
    recipient = SHOP.link("order", "recipient")
    assert recipient is not None
    assert ORDERS.population is not None
    assert PROSPECTS.population is not None
    assert main.barriers == (
        Barrier(ORDERS.population, "Orders", path=(recipient,)),
        Barrier(PROSPECTS.population, "Prospects", pairs=((EMAIL, MAIL),)),
    )


def test_two_dimensions_united_are_a_problem() -> None:
    text = (
        "Prospects brings prospects, but the first population is of recipients: they cannot be compared by key. "
        "Choose values under 'reconcile', or use populations of one dimension."
    )
    assert attempt("combine", {"operation": "union"}, A, PROSPECTS).said == [("", text)]


def test_columns_of_one_name_must_have_one_type() -> None:
    found = attempt("combine", {"operation": "union"}, arriving("a", score=INTEGER), arriving("b", score=STRING))
    assert [problem.code for problem in found.problems] == ["column-type-clash"]
    assert "The column score is" in found.said[0][1]
    found = attempt("combine", {"operation": "union"}, arriving("a", score=INTEGER), arriving("b", Score=INTEGER))
    assert [problem.code for problem in found.problems] == ["column-case-clash"]
    found = attempt("combine", {"operation": "exclusion"}, arriving("a", score=INTEGER), arriving("b", score=STRING))
    assert found.problems == ()


@pytest.mark.parametrize(
    ("parameters", "inputs", "said"),
    [
        ({"operation": "union", "complement": True}, (A, B), [("complement", "combine-union-complement")]),
        (
            {"operation": "exclusion", "reconcile": [{"expression": "[email]"}]},
            (A, B),
            [("reconcile", "combine-reconcile-in-exclusion")],
        ),
        (
            {"operation": "union", "bring": [{"source": "b", "path": "orders"}]},
            (A, B),
            [("bring", "combine-bring-outside-exclusion")],
        ),
        ({"operation": "exclusion"}, (A, PROSPECTS), [("", "combine-exclusion-dimensions")]),
        (
            {"operation": "exclusion", "bring": [{"source": "prospects"}, {"source": "a", "path": "x"}]},
            (A, PROSPECTS),
            [("bring.1.source", "combine-bring-primary"), ("bring.0", "combine-bring-one-way")],
        ),
        (
            {"operation": "exclusion", "bring": [{"source": "orders", "path": "lines"}]},
            (A, ORDERS),
            [("bring.0.path", "way-leads-elsewhere")],
        ),
        (
            {"operation": "exclusion", "bring": [{"source": "orders", "path": "recipeint"}]},
            (A, ORDERS),
            [("bring.0.path", "unknown-way-near")],
        ),
        (
            {
                "operation": "exclusion",
                "bring": [{"source": "prospects", "pairs": [{"primary": "[email]", "other": "[score]"}]}],
            },
            (A, PROSPECTS),
            [("bring.0.pairs.0", "combine-match-types")],
        ),
        (
            {"operation": "intersection", "reconcile": [{"expression": "[email]", "by_source": {"b": "[points]"}}]},
            (A, B),
            [("reconcile.0", "combine-match-types")],
        ),
        ({"operation": "union", "primary": "zzz"}, (A, B), [("primary", "unknown-inbound")]),
        (
            {"operation": "union", "reconcile": [{"expression": "[email]", "by_source": {"prospect": "[mail]"}}]},
            (A, arriving("prospects")),
            [("reconcile.0.by_source.prospect", "unknown-inbound-near")],
        ),
    ],
)
def test_mistakes(parameters: dict[str, object], inputs: tuple[Input, ...], said: list[tuple[str, str]]) -> None:
    found = attempt("combine", parameters, *inputs)
    assert [(problem.field, problem.code) for problem in found.problems] == said


def test_roles() -> None:
    union = attempt("combine", {"operation": "union"}, A, B).kind
    exclusion = attempt("combine", {"operation": "exclusion", "primary": "b"}, A, B).kind
    intersection = attempt("combine", {"operation": "intersection"}, A, B).kind
    assert union is not None
    assert exclusion is not None
    assert intersection is not None
    places = [(0, "a", "main"), (1, "b", "main"), (2, "c", "main")]
    assert [union.role(*place) for place in places] == [Role.OPTIONAL] * 3
    assert [exclusion.role(*place) for place in places] == [Role.BARRIER, Role.MAIN, Role.BARRIER]
    assert [intersection.role(*place) for place in places] == [Role.MAIN, Role.BARRIER, Role.BARRIER]


def test_rows_of_other_dimensions_without_a_match_are_counted() -> None:
    match = {"expression": "[email]", "by_source": {"prospects": "[mail]"}}
    kind = attempt("combine", {"operation": "union", "reconcile": [match]}, A, PROSPECTS).kind
    assert kind is not None
    (remark,) = kind.remarks((A, PROSPECTS), scope())
    everyone = Records(Shape("recipients", "recipient", (INTEGER,)), All())
    assert PROSPECTS.population is not None
    assert remark.rows == Looking(PROSPECTS.population, Lookup(everyone, (Likeness(MAIL, EMAIL),)), Finding.NOTHING)
    assert (remark.code, remark.values) == ("combine-dropped", {"source": "Prospects", "dimension": "recipients"})
    # people without a mail address are not dropped: they are of the first dimension
    assert kind.remarks((A, B), scope()) == ()
    # a value that only the rows of the first population carry can be met there alone
    scored, code = arriving("scored", score=INTEGER), {"expression": "[score]"}
    other = arriving("prospects", "prospects")
    kind = attempt("combine", {"operation": "intersection", "reconcile": [code]}, scored, other).kind
    assert kind is not None
    (remark,) = kind.remarks((scored, other), scope())
    assert isinstance(remark.rows, Looking)
    assert remark.rows.lookup.among == scored.population


@pytest.mark.parametrize("operation", ["union", "exclusion"])
def test_lines_and_people_are_told_apart_whichever_comes_first(operation: str) -> None:
    lines = Input("file", "main", "File", Table("t", shape_of_lines("file", ())))
    for inputs in ((A, lines), (lines, A)):
        ((_, text),) = attempt("combine", {"operation": operation}, *inputs).said
        assert text.startswith("The lines of a file arrive from File, and cannot be compared ")
        assert "with the rows from A." in text
