"""Audiences that are read back, from the command line; expectations are written by hand from the six people."""

from __future__ import annotations

import json

import pytest

from tests.engines import take_out

from .conftest import Shop
from .test_runs import HEAD

SAVED = {
    "French": "{kind: attribute, expression: '[country]', operator: equal, value: FR}",
    "Over forty": "{kind: attribute, expression: '[age]', operator: greater, value: 40}",
}


def saving(rule: str, attributes: str = "[]", campaign: str = "saver") -> str:
    return (
        HEAD.replace("spring", campaign)
        + f"""
activities:
- {{id: some, kind: build-audience, parameters: {{dimension: people, rule: {rule}}}}}
- {{id: keep, kind: save-audience, parameters: {{label: Club, attributes: {attributes}}}}}
transitions:
- {{from: some, to: keep}}
"""
    )


def reading(settings: str = "") -> str:
    return (
        HEAD.replace("spring", "reader")
        + f"""
activities:
- {{id: club, kind: read-audience, parameters: {{audience: Club{settings}}}}}
- {{id: again, kind: save-audience, parameters: {{label: Again, allow_empty: true}}}}
transitions:
- {{from: club, to: again}}
"""
    )


AGE = "[{name: years, expression: '[age]'}]"
BOTH = (
    HEAD.replace("spring", "saver")
    + f"""
activities:
- {{id: some, kind: build-audience, parameters: {{dimension: people, rule: {SAVED["Over forty"]}}}}}
- {{id: keep, kind: save-audience, parameters: {{label: Club, attributes: {AGE}}}}}
- id: club
  kind: read-audience
  parameters: {{audience: Club, columns: [{{name: later, expression: '[years] + 1'}}]}}
- {{id: again, kind: save-audience, parameters: {{label: Again, allow_empty: true}}}}
transitions:
- {{from: some, to: keep}}
- {{from: keep, to: club}}
- {{from: club, to: again}}
"""
)


@pytest.fixture
def saved(shop: Shop) -> Shop:
    """Version 1 holds the French with their age, version 2 those over forty without it."""
    assert shop.run(saving(SAVED["French"], AGE), "--live")[0] == 0
    assert shop.run(saving(SAVED["Over forty"]), "--live")[0] == 0
    return shop


def rows(shop: Shop, transition: str, column: str) -> list[list[object]]:
    found = json.loads(shop.must("run", "preview", "last", transition, "--columns", column, "--json"))
    values: list[list[object]] = found["rows"]
    return values


def test_the_latest_version_is_read_or_a_fixed_one_with_what_was_saved(saved: Shop) -> None:
    assert saved.run(reading())[0] == 0
    assert saved.keys("club") == [2, 5]
    assert saved.run(reading(", version: 1"))[0] == 0
    assert rows(saved, "club", "years") == [[1, 34], [3, 28], [5, 45], [6, 39]]


def test_linked_rows_come_once_each(saved: Shop) -> None:
    """Of the French in version 1, person 1 has the tags a and b and person 5 has c."""
    schema = "CREATE TABLE tag (name VARCHAR(9) PRIMARY KEY, person_id INTEGER REFERENCES person (person_id));"
    saved.must("schema", "import", saved.file("tag.sql", schema), "--dialect", "postgres")
    tags = "name,person_id\na,1\nb,1\nc,5\nd,2\n"
    saved.must("data", "load", "tag", saved.file("tag.csv", tags))
    saved.must("dimension", "add", "tags", "--schema", "tag", "--identity", "name")
    assert saved.run(reading(", version: 1, dimension: tags, path: tags"))[0] == 0
    assert rows(saved, "club", "years") == [["a", 34], ["b", 34], ["c", 45]]


def test_those_who_are_gone_are_left_out_and_told(saved: Shop) -> None:
    take_out(saved.folder / "home", "person", "person_id IN (1, 3)")
    assert saved.run(reading(", version: 1"))[0] == 0
    assert saved.keys("club") == [5, 6]
    assert "2 of the audience Club are no longer in the data" in saved.must("run", "log", "last")
    assert saved.run(reading())[0] == 0
    assert "no longer in the data" not in saved.must("run", "log", "last")


def test_a_version_or_an_audience_that_is_not_there_is_told_before_the_run(saved: Shop) -> None:
    code, said = saved.call("campaign", "validate", saved.file("c.yaml", reading(", version: 3")))
    assert code == 1
    assert "The audience Club has no version 3. Use one of: 1, 2; or read the latest." in said
    code, said = saved.call("campaign", "validate", saved.file("c.yaml", reading().replace("Club", "Clup")))
    assert code == 1
    assert "There is no saved audience Clup. Did you mean Club?" in said


def test_a_live_run_reads_what_it_has_just_saved(saved: Shop) -> None:
    assert saved.run(BOTH, "--live")[0] == 0
    assert rows(saved, "club", "years,later") == [[2, 51, 52], [5, 45, 46]]


def test_a_test_run_reads_the_last_saved_version_and_says_so(saved: Shop) -> None:
    """It is read in the form in which this campaign saves it: what was not saved then is empty."""
    assert saved.run(BOTH)[0] == 0
    assert rows(saved, "club", "years,later") == [[2, None, None], [5, None, None]]
    told = "Audience Club is read in version 2, the last saved: a test run saves none"
    assert told in saved.must("run", "log", "last")
    assert saved.run(BOTH, "--live")[0] == 0
    assert told not in saved.must("run", "log", "last")


def test_a_test_run_reads_an_audience_that_was_never_saved_as_nobody_and_says_so(shop: Shop) -> None:
    assert shop.run(BOTH)[0] == 0
    assert shop.keys("club") == []
    told = "Audience Club was never filled: this test run reads it as holding nobody"
    assert told in shop.must("run", "log", "last")


def test_a_live_run_needs_attention_where_an_audience_was_never_filled(shop: Shop) -> None:
    """The shell is there because a run that saves it has begun, and stopped before it did."""
    lead = "{kind: attribute, expression: '[age]', operator: greater, value: 400}"
    assert shop.run(saving(lead), "--live")[0] != 0
    code, found = shop.run(reading(), "--live")
    assert (code, found["status"]) != (0, "completed")
    assert shop.states()["club"] == "needs attention"
    assert "it was never filled" in shop.must("run", "log", "last")
    assert shop.run(saving(SAVED["French"]), "--live")[0] == 0


def test_an_audience_that_is_overwritten_with_another_dimension_is_not_read_as_this_one(saved: Shop) -> None:
    """The last saved version holds people; the campaign would save clubs, whose keys are other numbers."""
    clubs = "CREATE TABLE club (id INTEGER PRIMARY KEY, name VARCHAR(9), age INTEGER);"
    saved.must("schema", "import", saved.file("club.sql", clubs), "--dialect", "postgres")
    saved.must("data", "load", "club", saved.file("club.csv", "id,name,age\n2,Old,50\n"))
    saved.must("dimension", "add", "clubs", "--schema", "club", "--identity", "name")
    assert saved.run(BOTH.replace("dimension: people", "dimension: clubs"))[0] == 0
    assert saved.keys("club") == []
    assert "never filled" in saved.must("run", "log", "last")
