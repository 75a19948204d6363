"""Audiences of another dimension than those who arrive, from the command line; expectations are written by hand."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop
from .test_runs import HEAD

SCHEMA = """
CREATE TABLE nation (code VARCHAR(2) PRIMARY KEY, name VARCHAR(20));
CREATE TABLE club (country VARCHAR(2), age INTEGER, name VARCHAR(20), PRIMARY KEY (country, age));
"""
NATIONS = "code,name\nFR,France\nDE,Germany\nES,Spain\n"
CLUBS = "country,age,name\nFR,34,Young\nFR,45,Old\nDE,51,Alt\nDE,34,Jung\n"
MORE_PEOPLE = "person_id,email,country,age\n7,gil@example.org,,34\n8,hal@example.org,DE,34\n"


@pytest.fixture
def clubs(shop: Shop) -> Shop:
    """People 1 to 6, and 7 who has no country; 8 lives in Germany. Nobody knows the Italian nation of 4."""
    shop.must("schema", "import", shop.file("more.sql", SCHEMA), "--dialect", "postgres")
    for schema, text in (("nation", NATIONS), ("club", CLUBS), ("person", MORE_PEOPLE)):
        shop.must("data", "load", schema, shop.file(f"{schema}.csv", text))
    shop.must("dimension", "add", "nations", "--schema", "nation", "--identity", "name")
    shop.must("dimension", "add", "clubs", "--schema", "club", "--identity", "name")
    return shop


def saving(settings: str, least: int = 0) -> str:
    rule = f"{{kind: attribute, expression: '[person_id]', operator: greater, value: {least}}}"
    return (
        HEAD
        + f"""
activities:
- {{id: some, kind: build-audience, parameters: {{dimension: people, rule: {rule}}}}}
- {{id: keep, kind: save-audience, parameters: {{label: Kept, {settings}}}}}
transitions:
- {{from: some, to: keep}}
"""
    )


def members(shop: Shop, column: str = "name") -> list[list[object]]:
    found: list[list[object]] = json.loads(shop.must("audience", "preview", "Kept", "--columns", column, "--json"))[
        "rows"
    ]
    return found


def test_a_test_run_tells_the_members_and_the_left_out_that_a_live_run_saves(clubs: Shop) -> None:
    campaign = saving("dimension: nations, key: ['[country]']")
    assert clubs.run(campaign)[0] == 0
    said = "2 people as audience Kept; of the rows that arrived 2 have no key in the data and are left out"
    assert f"Would save {said}" in clubs.must("run", "log", "last")
    assert json.loads(clubs.must("audience", "list", "--json")) == []
    code, found = clubs.run(campaign, "--live")
    assert code == 0
    assert f"Saves {said}" in clubs.must("run", "log", "last")
    assert {(leg["from"], leg["rows"]) for leg in found["transitions"]} == {("some", 8), ("keep", 8)}
    (audience,) = json.loads(clubs.must("audience", "list", "--json"))
    assert (audience["dimension"], audience["targets"]) == ("nations", 2)
    assert members(clubs) == [["DE", "Germany"], ["FR", "France"]]


def test_a_composite_key_with_attributes_of_the_first_who_gives_it(clubs: Shop) -> None:
    """The clubs of 1, 2, 5 and 8. Persons 3, 4, 6 and 7 have none: no such club, no age, no such club, no country."""
    attributes = "attributes: [{name: email, expression: '[email]'}]"
    assert clubs.run(saving(f"dimension: clubs, key: ['[country]', '[age]'], {attributes}"), "--live")[0] == 0
    assert "of the rows that arrived 4 have no key in the data" in clubs.must("run", "log", "last")
    assert members(clubs, "email") == [
        ["DE", 34, "hal@example.org"],
        ["DE", 51, "bob@example.org"],
        ["FR", 34, "ann@example.org"],
        ["FR", 45, "eve@example.org"],
    ]


def test_members_found_by_key_are_appended_once(clubs: Shop) -> None:
    settings = "mode: append, dimension: nations, key: ['[country]']"
    assert clubs.run(saving(settings, 7), "--live")[0] == 0
    assert "Adds 1 person to audience Kept\n" in clubs.must("run", "log", "last") + "\n"
    assert members(clubs) == [["DE", "Germany"]]
    assert clubs.run(saving(settings, 6), "--live")[0] == 0
    assert "; of the rows that arrived 1 has no key in the data and is left out" in clubs.must("run", "log", "last")
    assert members(clubs) == [["DE", "Germany"]]
    assert clubs.run(saving(settings), "--live")[0] == 0
    assert members(clubs) == [["DE", "Germany"], ["FR", "France"]]


def test_keys_that_find_nobody_do_not_replace_an_audience(clubs: Shop) -> None:
    settings = "dimension: nations, key: ['[email]']"
    code, found = clubs.run(saving(settings), "--live")
    assert (code, found["status"]) == (1, "paused on error")
    assert "audience Kept: nobody arrived whose key is in the data" in clubs.call("run", "show", "last")[1]


def test_rules_ask_whether_a_row_is_among_the_members(clubs: Shop) -> None:
    assert clubs.run(saving("dimension: nations, key: ['[country]']"), "--live")[0] == 0
    reader = """
activities:
- id: others
  kind: build-audience
  parameters: {dimension: nations, rule: {kind: in-audience, audience: Kept, negated: true}}
- {id: keep, kind: save-audience, parameters: {label: Others, dimension: nations}}
transitions:
- {from: others, to: keep}
"""
    assert clubs.run(HEAD.replace("spring", "reader") + reader, "--live")[0] == 0
    assert clubs.keys("others") == ["ES"]


def test_an_audience_does_not_change_its_dimension_by_appending(clubs: Shop) -> None:
    assert clubs.run(saving("mode: overwrite"), "--live")[0] == 0
    path = clubs.file("other.yaml", saving("mode: append, dimension: nations, key: ['[country]']"))
    code, output = clubs.call("campaign", "run", path, "--live")
    assert code == 1
    assert "The audience Kept holds people, and nations cannot be added to it." in " ".join(output.split())
