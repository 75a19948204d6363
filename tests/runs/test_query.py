"""Queries of data engineers, from the command line; expectations are written by hand from the six people."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop
from .test_runs import HEAD

VARIABLES = "variables:\n- {name: country, type: {kind: string}, default: FR}\n"


def campaign(sql: str, more: str = "") -> str:
    return (
        HEAD
        + VARIABLES
        + f"""
activities:
- id: some
  kind: query
  parameters:
    sql: |
      {sql}
    dimension: people
    key: [id]
    {more}
- {{id: keep, kind: save-audience, parameters: {{label: Found, allow_empty: true}}}}
transitions:
- {{from: some, to: keep}}
"""
    )


SPENT = "columns: [{name: spent, type: {kind: decimal, precision: 12, scale: 2}}]"
BUYERS = "SELECT person_id AS id, sum(amount) AS spent FROM purchase GROUP BY 1 ORDER BY 1"


@pytest.mark.parametrize("mode", [(), ("--live",)])
def test_a_query_selects_rows_by_their_keys(shop: Shop, mode: tuple[str, ...]) -> None:
    """Person 1 spent 30 and 25.50, person 2 spent 80, person 5 spent 12."""
    assert shop.run(campaign(BUYERS, SPENT), *mode)[0] == 0
    found = json.loads(shop.must("run", "preview", "last", "some", "--columns", "spent", "--json"))
    assert [(key, float(spent)) for key, spent in found["rows"]] == [(1, 55.5), (2, 80.0), (5, 12.0)]
    assert "The query returned 3 rows" in shop.must("run", "log", "last")


def test_parameters_are_bound(shop: Shop) -> None:
    sql = "SELECT person_id AS id FROM person WHERE country = $country AND age > $age"
    given = "parameters: [{name: country, value: $(vars/@country)}, {name: age, value: '30 + 5'}]"
    assert shop.run(campaign(sql, given))[0] == 0
    assert shop.keys("some") == [5, 6]
    assert shop.run(campaign(sql, given), "--var", "country=x' OR 1=1 --")[0] == 0
    assert shop.keys("some") == []


def test_what_is_left_out_is_told(shop: Shop) -> None:
    """Two keys are in nobody's row and one is empty; 1 comes three times and 2 twice, so three come again."""
    sql = "SELECT id FROM (VALUES (1), (1), (1), (2), (2), (3), (77), (78), (NULL)) v(id)"
    assert shop.run(campaign(sql))[0] == 0
    assert shop.keys("some") == [1, 2, 3]
    log = shop.must("run", "log", "last")
    assert "3 rows of the result have an empty key, or one that is not in people" in log
    assert "3 rows of the result have a key of people that came before" in log


def test_of_several_rows_of_a_key_the_first_counts(shop: Shop) -> None:
    sql = "SELECT * FROM (VALUES (1, 5), (2, 1), (1, 9)) v(id, spent) ORDER BY spent DESC"
    assert shop.run(campaign(sql, SPENT))[0] == 0
    found = json.loads(shop.must("run", "preview", "last", "some", "--columns", "spent", "--json"))
    assert [(key, float(spent)) for key, spent in found["rows"]] == [(1, 9.0), (2, 1.0)]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM person", "expected: one SELECT"),
        ("SELECT 1 AS id; DELETE FROM person", "found: 2 statements"),
        ("SELECT id FROM read_csv('/etc/passwd')", "the function read_csv may not be used here"),
        ("SELECT id FROM persn", "Did you mean person?"),
        ("SELECT email AS id FROM person", "column id is "),
        ("SELECT person_id FROM person", "there is no column id"),
    ],
)
def test_a_query_that_is_refused_is_an_error_that_says_why(shop: Shop, sql: str, told: str) -> None:
    assert shop.run(campaign(sql), "--live")[0] != 0
    assert shop.states()["some"] == "error"
    assert told in shop.must("run", "log", "last")
    assert shop.run(campaign("SELECT person_id AS id FROM person"))[0] == 0
    assert shop.keys("some") == [1, 2, 3, 4, 5, 6]


def test_suppression_can_be_read(shop: Shop) -> None:
    """Built-in schemas go by their names too."""
    suppressed = "entry,reason\nann@example.org,by-hand\n"
    shop.must("data", "load", "suppression", shop.file("suppression.csv", suppressed))
    assert (
        shop.run(campaign("SELECT person_id AS id FROM person WHERE email NOT IN (SELECT entry FROM suppression)"))[0]
        == 0
    )
    assert shop.keys("some") == [2, 4, 5, 6]
