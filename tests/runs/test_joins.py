"""Joins and files in whole runs, from the command line; expectations are written by hand from the six people."""

from __future__ import annotations

import json

from .conftest import Shop
from .test_runs import HEAD

FILE = "mail,amount\n ANN@example.org,5\nbob@example.org,6\nann@example.org,7\n,8\nnobody@example.org,9\n"


def joining(cardinality: str, pairs: str = "{here: '[person_id]', there: '[person_id]'}") -> str:
    return (
        HEAD
        + f"""
activities:
- {{id: everyone, kind: build-audience, parameters: {{dimension: people, rule: {{kind: all-rows}}}}}}
- id: bought
  kind: enrichment
  parameters:
    joins:
    - {{alias: buy, schema: purchase, pairs: [{pairs}], cardinality: {cardinality},
       attributes: [{{name: amount, expression: '[amount]'}}]}}
- {{id: kept, kind: save-audience, parameters: {{label: Buyers}}}}
transitions:
- {{from: everyone, to: bought}}
- {{from: bought, to: kept}}
"""
    )


def logged(shop: Shop) -> dict[str, int]:
    """The remarks in the log of the last run, by code."""
    lines = json.loads(shop.must("run", "log", "last", "--json"))
    return {line["data"]["code"]: line["data"]["count"] for line in lines if "code" in line.get("data", {})}


def test_what_a_join_finds_twice_or_not_at_all_is_told_in_the_log(shop: Shop) -> None:
    assert shop.run(joining("one"))[0] == 0
    assert shop.keys("bought>kept") == [1, 2, 3, 4, 5, 6]
    assert logged(shop) == {"join-ambiguous": 1, "join-missing": 3}


def test_a_join_that_must_find_stops_the_activity_and_makes_nothing(shop: Shop) -> None:
    code, run = shop.run(joining("one, on_missing: fail"))
    assert code != 0
    assert run["status"] == "paused on error"
    assert shop.states() == {"everyone": "done", "bought": "error", "kept": "pending"}
    (task,) = (task for task in shop.show()["tasks"] if task["activity"] == "bought")
    assert "though each must have one: 3." in json.dumps(task)


def test_a_join_of_many_goes_on_with_a_row_of_each(shop: Shop) -> None:
    assert shop.run(joining("many"))[0] == 0
    assert shop.keys("bought>kept") == [1, 1, 2, 3, 4, 5, 6]


def test_lines_of_nobody_that_meet_people_are_told_where_they_are_left_out(shop: Shop) -> None:
    """Two of the five lines are nobody's: an exclusion keeps them; a union and what an intersection leaves do not."""
    inbox = shop.folder / "inbox"
    inbox.mkdir()
    (inbox / "inbox.csv").write_text(FILE, "utf-8")
    shop.must("location", "set", "inbox", "--folder", str(inbox))

    def campaign(combine: str) -> str:
        return (
            HEAD
            + f"""
activities:
- id: lines
  kind: load-file
  parameters: {{location: inbox, file: inbox.csv, columns: [{{name: mail}}, {{name: amount, type: integer}}]}}
- id: whose
  kind: reconciliation
  parameters: {{dimension: people, unreconciled: keep, pairs: [{{here: '[mail]', there: '[email]'}}]}}
- {{id: everyone, kind: build-audience, parameters: {{dimension: people, rule: {{kind: all-rows}}}}}}
- {{id: both, kind: combine, parameters: {combine}}}
- {{id: kept, kind: save-audience, parameters: {{label: Listed, allow_empty: true}}}}
transitions:
- {{from: lines, to: whose}}
- {{from: whose, to: both}}
- {{from: everyone, to: both}}
- {{from: both, to: kept}}
"""
        )

    for combine, rows, left_out in (
        ("{operation: union}", 6, 2),
        ("{operation: union, reconcile: [{expression: '[email]'}]}", 6, 2),
        ("{operation: intersection, complement: true}", 3, 2),
        ("{operation: intersection}", 3, 0),
        ("{operation: exclusion, complement: true}", 2, 0),
    ):
        assert shop.run(campaign(combine))[0] == 0
        assert len(shop.keys("both")) == rows
        assert logged(shop).get("combine-without-target", 0) == left_out
    said = shop.must("run", "log", "last")
    assert shop.run(campaign("{operation: union}"))[0] == 0
    told = "Rows of whose that are nobody's and are left out, since people are put together here by target: 2."
    assert told in " ".join(shop.must("run", "log", "last").split())
    assert "nobody's" not in said


def test_lines_of_a_file_are_reconciled_in_a_run(shop: Shop) -> None:
    inbox = shop.folder / "inbox"
    inbox.mkdir()
    (inbox / "inbox.csv").write_text(FILE, "utf-8")
    shop.must("location", "set", "inbox", "--folder", str(inbox))
    campaign = (
        HEAD
        + """
activities:
- id: lines
  kind: load-file
  parameters:
    location: inbox
    file: inbox.csv
    columns: [{name: mail}, {name: amount, type: integer}]
- id: whose
  kind: reconciliation
  parameters: {dimension: people, pairs: [{here: '[mail]', there: '[email]'}]}
- {id: kept, kind: save-audience, parameters: {label: Listed}}
transitions:
- {from: lines, to: whose}
- {from: whose, to: kept}
"""
    )
    assert shop.run(campaign, "--live")[0] == 0
    assert shop.keys("whose>kept") == [1, 1, 2]
    assert logged(shop) == {"reconciliation-dropped": 2}
