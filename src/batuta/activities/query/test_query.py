"""Query: what is fetched and what is made of it, and what a data engineer can get wrong around the statement."""

from __future__ import annotations

from dataclasses import replace

from batuta.activities.fetches import FetchQuery
from batuta.activities.query import Query
from batuta.rules.bound import Computed, Constant, Variable
from batuta.schema.types import DATE, INTEGER, STRING
from batuta.sets.algebra import Distinct, Exclusion, Keyed, Table
from batuta.sets.shape import Column, shape_of, shape_of_lines
from batuta.testing import SHOP, Trial, arriving, attempt, scope

HOME = replace(scope(), variables={"day": DATE})
SQL = 'SELECT recipient_id AS id, sum(total) AS spent FROM "order" WHERE status = $status GROUP BY 1'
SPENT = {"name": "spent", "type": {"kind": "integer"}}
LINES = shape_of_lines("it", (Column("id", INTEGER), Column("spent", INTEGER)))


def query(**parameters: object) -> Trial:
    given = {"sql": SQL, "parameters": [{"name": "status", "value": "'paid'"}], "columns": [SPENT]}
    return attempt("query", {"dimension": "recipients", "key": ["id"], **given, **parameters}, around=HOME)


def kind_of(trial: Trial) -> Query:
    assert isinstance(trial.kind, Query)
    return trial.kind


def test_the_statement_is_fetched_with_its_key_and_columns() -> None:
    assert kind_of(query()).fetch((), HOME) == FetchQuery(SQL, (("status", Constant("paid", STRING)),), LINES)


def test_parameters_are_constants_variables_and_formulas_of_them() -> None:
    given = [{"name": "a", "value": "$(vars/@day)"}, {"name": "b", "value": "AddDays($(vars/@day), 1)"}]
    wanted = kind_of(query(sql="SELECT $a, $b", parameters=given)).fetch((), HOME)
    assert wanted.parameters[0] == ("a", Variable("day", DATE))
    assert [value.type for _, value in wanted.parameters] == [DATE, DATE]


def test_parameters_have_no_rows_that_a_window_could_look_at() -> None:
    value = "Over(RowNum(), OrderBy($(vars/@day)))"
    (problem,) = query(sql="SELECT $a", parameters=[{"name": "a", "value": value}]).problems
    assert (problem.field, problem.code) == ("parameters.0.value", "expression.window-not-here")


def test_the_population_is_the_rows_whose_keys_came_each_once() -> None:
    columns = (Column("spent", INTEGER),)
    expected = Keyed(
        Table("fetched", LINES),
        (Computed("id", INTEGER),),
        shape_of(SHOP, "recipients", columns),
        (Computed("spent", INTEGER),),
    )
    assert query().populations == {"main": expected}


def test_a_key_may_be_carried_along_too() -> None:
    columns = [SPENT, {"name": "id", "type": {"kind": "integer"}}]
    assert kind_of(query(columns=columns)).fetch((), HOME).shape == LINES
    assert [column.name for column in query(columns=columns).populations["main"].shape.columns] == ["spent", "id"]


def test_what_is_left_out_is_told() -> None:
    unknown, again = kind_of(query()).told(Table("fetched", LINES), (), HOME)
    assert (unknown.code, again.code) == ("query-key-unknown", "query-key-again")
    assert isinstance(unknown.rows, Exclusion)
    assert isinstance(again.rows, Distinct)


def test_what_arrives_is_an_activation_only() -> None:
    given = {"dimension": "recipients", "key": ["id"], "sql": "SELECT 1 AS id"}
    after = attempt("query", given, arriving(extra=STRING), around=HOME)
    assert after.populations == attempt("query", given, around=HOME).populations


def test_a_key_needs_a_column_for_each_attribute() -> None:
    said = (
        "A row of recipients is known by 1 values (id), but 2 columns are named. "
        "Name one column of the result for each, in this order."
    )
    assert query(key=["id", "spent"]).said == [("key", said)]
    assert [field for field, _ in query(key=[]).said] == ["key"]


def test_a_key_has_the_type_of_the_primary_key() -> None:
    columns = [{"name": "id", "type": {"kind": "string"}}]
    said = "The column id is of type string, but it is part of a key of type integer. Give it that type."
    assert query(columns=columns).said == [("key.0", said)]


def test_names_are_checked() -> None:
    found = query(
        key=["the id"],
        columns=[SPENT, SPENT, {"name": "_t1", "type": {"kind": "integer"}}],
        dimension="recipient",
        parameters=[
            {"name": "status", "value": "'paid'"},
            {"name": "status", "value": "[email]"},
            {"name": "other", "value": "1"},
            {"name": "a b", "value": "$(vars/@dya)"},
        ],
    )
    assert [(problem.field, problem.code) for problem in found.problems] == [
        ("dimension", "unknown-dimension-near"),
        ("columns.1.name", "column-taken"),
        ("columns.2.name", "bad-column-name"),
        ("parameters.1.name", "query-parameter-twice"),
        ("parameters.1.value", found.problems[4].code),
        ("parameters.2.name", "query-parameter-unused"),
        ("parameters.3.name", "query-parameter-name"),
        ("parameters.3.value", found.problems[7].code),
    ]
    assert [problem.code for problem in query(key=["the id"]).problems] == ["bad-column-name"]
