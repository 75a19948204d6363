"""The JSON Schema of campaign files: it takes what is right and points at what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from batuta.activities.form import campaign_schema
from batuta.activities.palette import palette, tidied
from batuta.campaign.file import read_campaign, write_campaign
from batuta.campaign.nodes import plain

FORM = campaign_schema()
CHECK = Draft202012Validator(FORM)
ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(
    path
    for folder in ("examples", "tests")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.read_text("utf-8").startswith("batuta: 1")
)

CAMPAIGN = """\
batuta: 1
id: vips
name: VIPs
activities:
- id: buyers
  kind: build-audience
  parameters:
    dimension: recipients
    rule:
      kind: and
      children:
      - {kind: attribute, expression: '[points]', operator: greater, value: 100}
      - kind: exists
        path: orders
        rule: {kind: all-rows}
- id: once
  kind: deduplication
  parameters:
    fields: ['[email]']
    choice:
    - {kind: preferred, expression: '[country]', values: [FR]}
transitions:
- {from: buyers, to: once}
"""


def document(text: str) -> Any:
    return plain(read_campaign(text).nodes)


def wrong(text: str, former: str, latter: str) -> list[tuple[str, str]]:
    """Where, and by which keyword, the changed text is wrong."""
    assert former in text
    found = yaml.safe_load(text.replace(former, latter))
    return sorted((error.json_path, str(error.validator)) for error in CHECK.iter_errors(found))


def test_it_is_a_schema_of_the_draft_it_names() -> None:
    Draft202012Validator.check_schema(FORM)
    assert FORM["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_no_choice_by_kind_is_left_as_one_of() -> None:
    def keys(part: Any) -> set[str]:
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return {*(part if isinstance(part, dict) else ()), *(key for item in inside for key in keys(item))}

    assert {"oneOf", "discriminator"} & keys(FORM) == set()


def test_every_kind_is_offered() -> None:
    assert FORM["$defs"]["Activity"]["properties"]["kind"]["enum"] == sorted(palette())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_campaign_of_the_project_is_valid_as_it_stands_and_as_it_is_written(path: Path) -> None:
    text = path.read_text("utf-8")
    CHECK.validate(document(text))
    campaign = read_campaign(text).campaign
    for form in (campaign, tidied(campaign)):
        written = write_campaign(form)
        CHECK.validate(document(written))
        assert read_campaign(written).campaign == form
        assert write_campaign(read_campaign(written).campaign) == written
    assert tidied(tidied(campaign)) == tidied(campaign)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize(
    ("former", "latter", "expected"),
    [
        (
            "points]', operator: greater",
            "points]', operator: greeter",
            ("$.activities[0].parameters.rule.children[0].operator", "enum"),
        ),
        ("kind: exists", "kind: exist", ("$.activities[0].parameters.rule.children[1].kind", "enum")),
        ("        path: orders\n", "", ("$.activities[0].parameters.rule.children[1]", "required")),
        ("path: orders", "path: 5", ("$.activities[0].parameters.rule.children[1].path", "type")),
        ("kind: all-rows", "children: []", ("$.activities[0].parameters.rule.children[1].rule", "anyOf")),
        ("dimension: recipients", "dimenson: r", ("$.activities[0].parameters", "additionalProperties")),
        ("kind: deduplication", "kind: dedup", ("$.activities[1].kind", "enum")),
        ("kind: preferred", "kind: descending", ("$.activities[1].parameters.choice[0]", "additionalProperties")),
        ("['[email]']", "[]", ("$.activities[1].parameters.fields", "minItems")),
        ("{from: buyers, to: once}", "{from: buyers}", ("$.transitions[0]", "required")),
        ("name: VIPs", "nmae: VIPs", ("$", "additionalProperties")),
        ("id: vips", "id: VIPs of 2026", ("$.id", "pattern")),
        ("- id: once", "- id: Once", ("$.activities[1].id", "pattern")),
    ],
)
def test_a_mistake_is_found_at_its_place(former: str, latter: str, expected: tuple[str, str]) -> None:
    assert expected in wrong(CAMPAIGN, former, latter)


def test_only_the_settings_of_the_kind_are_complained_about() -> None:
    assert wrong(CAMPAIGN, "value: 100", "valeu: 100") == [
        ("$.activities[0].parameters.rule.children[0]", "additionalProperties")
    ]


def test_parameters_are_needed_where_a_setting_is() -> None:
    found = {"id": "c", "name": "C", "activities": [{"id": "a", "kind": "combine"}, {"id": "b", "kind": "fork"}]}
    assert [error.json_path for error in CHECK.iter_errors(found)] == ["$.activities[0]"]


def test_settings_are_written_in_a_fixed_order_without_defaults() -> None:
    text = CAMPAIGN.replace("    dimension: recipients\n", "    columns: []\n").replace(
        "- id: once", "    dimension: recipients\n- id: once"
    )
    written = write_campaign(tidied(read_campaign(text).campaign))
    assert written == write_campaign(tidied(read_campaign(CAMPAIGN).campaign))
    assert "columns" not in written
    assert written.index("dimension:") < written.index("rule:")
    assert "kind: all-rows" in written


def test_unknown_kinds_survive_being_tidied() -> None:
    text = CAMPAIGN.replace("kind: deduplication", "kind: from-elsewhere")
    assert tidied(read_campaign(text).campaign).activities[1] == read_campaign(text).campaign.activities[1]
