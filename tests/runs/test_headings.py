"""What each transition carries, told before a run and in it: names, types and where the columns come from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Shop
from .test_runs import HEAD
from .test_secondary import SCHEMA, WISHES

CAMPAIGN = (
    HEAD
    + """
activities:
- {id: start, kind: fork}
- {id: wishes, kind: build-audience, label: All wishes, parameters: {dimension: wishes, rule: {kind: all-rows}}}
- {id: owners, kind: change-dimension, label: Owners, parameters: {dimension: people, complement: true}}
- id: more
  kind: enrichment
  label: More
  parameters:
    columns: [{name: size, expression: 'Length([secondary.code])'}]
    lines:
    - alias: bought
      path: purchases
      count: 2
      attributes: [{name: amount, expression: '[amount]'}]
- id: file
  kind: load-file
  label: A file
  parameters: {location: inbound, file: people.csv, columns: [{name: mail, type: string}]}
- {id: done, kind: end, label: Done}
- {id: over, kind: end}
transitions:
- {from: start, to: wishes}
- {from: wishes, to: owners}
- {from: owners, to: more}
- {from: owners, output: complement, to: over}
- {from: more, to: done, label: the enriched}
"""
)
KEY = {"name": "person_id", "type": "integer", "origin": "key"}
WISH = {"name": "wish.code", "type": "string", "origin": "secondary key"}
CODE = {"name": "code", "type": "string", "origin": "key"}
BOUGHT = [{"name": "amount", "type": "decimal(10,2)"}]


@pytest.fixture
def wishes(shop: Shop) -> Shop:
    shop.must("schema", "import", shop.file("wish.sql", SCHEMA), "--dialect", "postgres")
    shop.must("dimension", "add", "wishes", "--schema", "wish", "--identity", "code")
    shop.must("data", "load", "wish", shop.file("wish.csv", WISHES))
    (shop.folder / "inbound").mkdir()
    shop.must("location", "set", "inbound", "--folder", str(shop.folder / "inbound"))
    return shop


def outputs(shown: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["from"], one["output"]): one for one in shown}


def test_before_a_run_each_output_tells_its_label_its_targets_and_its_columns(wishes: Shop) -> None:
    shown = json.loads(wishes.must("campaign", "show", wishes.file("c.yaml", CAMPAIGN), "--json"))
    assert (shown["campaign"], shown["name"]) == ("spring", "Spring")
    found = outputs(shown["transitions"])
    assert found["start", "main"] == {
        "from": "start",
        "output": "main",
        "label": "Each path",
        "to": "wishes",
        "dimension": None,
        "columns": None,
    }
    assert found["wishes", "main"]["columns"] == [CODE]
    assert (found["wishes", "main"]["dimension"], found["wishes", "main"]["label"]) == ("wishes", "Population")
    assert found["owners", "main"]["columns"] == [KEY, WISH]
    assert found["owners", "main"]["dimension"] == "people"
    assert found["owners", "complement"]["columns"] == [CODE]
    assert found["owners", "complement"]["to"] == "over"
    assert [(one["name"], one["type"], one["origin"]) for one in found["more", "main"]["columns"]][2:] == [
        ("size", "integer", "canvas"),
        ("bought_1_amount", "decimal(10,2)", "canvas"),
        ("bought_2_amount", "decimal(10,2)", "canvas"),
        ("bought", "json", "canvas"),
    ]
    assert found["more", "main"]["columns"][-1]["lines"] == BOUGHT
    assert (found["more", "main"]["to"], found["more", "main"]["label"]) == ("done", "the enriched")
    assert found["file", "main"]["columns"] == [
        {"name": "line", "type": "integer", "origin": "line number"},
        {"name": "mail", "type": "string", "origin": "canvas"},
    ]


def test_people_read_the_same_in_a_table(wishes: Shop) -> None:
    shown = wishes.must("campaign", "show", wishes.file("c.yaml", CAMPAIGN))
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "Owners · Changed → More: people" in lines
    assert "wish.code string secondary key" in lines
    assert "bought list of amount decimal(10,2) canvas" in lines
    assert "start · Each path → All wishes: says only when to begin" in lines
    assert "More · the enriched → Done: people" in lines
    assert "A file · Population → nowhere: no dimension" in lines


def test_what_follows_a_mistake_is_not_known(wishes: Shop) -> None:
    wrong = CAMPAIGN.replace("dimension: people, complement", "dimension: poeple, complement")
    code, said = wishes.call("campaign", "show", wishes.file("c.yaml", wrong), "--json")
    assert code == 1
    found = json.loads(said)
    assert found["blocked"] is True
    known = outputs(found["transitions"])
    assert known["wishes", "main"]["columns"] == [CODE]
    assert known["owners", "main"]["columns"] is None
    assert known["owners", "main"]["dimension"] is None
    assert "not known until its mistakes are mended" in wishes.call("campaign", "show", wishes.file("c.yaml", wrong))[1]


def test_in_a_run_a_transition_tells_its_columns_and_types(wishes: Shop) -> None:
    without_file = CAMPAIGN.replace("- id: file", "- id: file\n  enabled: false")
    assert wishes.run(without_file)[0] == 0
    shown = json.loads(wishes.must("run", "preview", "last", "owners", "--schema", "--json"))
    assert shown == {"dimension": "people", "columns": [KEY, WISH]}
    assert "decimal" in wishes.must("run", "preview", "last", "more.main>done", "--schema")
    off = json.loads(wishes.must("run", "preview", "last", "file", "--schema", "--json"))
    assert [one["name"] for one in off["columns"]] == ["line", "mail"]
    code, said = wishes.call("run", "preview", "last", "start", "--schema")
    assert code == 1
    assert "start holds no population" in said
