"""Predefined filters from the command line: kept, used by campaigns with arguments, guarded while they are used."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop
from .test_flow import MAIL, PEOPLE, campaign

FROM_COUNTRY = """
name: from-country
label: From a country
dimension: people
rule:
  kind: and
  children:
    - {kind: attribute, expression: "[country]", operator: in, values: [FR]}
    - {kind: attribute, expression: "[age]", operator: greater}
parameters:
  - {name: countries, label: Countries, field: children.0.values}
  - {name: age, label: Older than, field: children.1.value}
visibility: shared
favourite: true
"""
BUYERS = """
- name: buyers
  schema: person
  rule: {kind: exists, path: purchases, rule: {kind: filter, filter: dear, arguments: {least: 30}}}
  parameters: [{name: least, field: rule.arguments.least}]
- name: dear
  schema: purchase
  rule: {kind: attribute, expression: "[amount]", operator: greater-or-equal, value: 50}
  parameters: [{name: least, field: value}]
  visibility: private
  owner: ann
"""


def using(name: str, arguments: str = "{}") -> str:
    return campaign("", PEOPLE % ("chosen", f"{{kind: filter, filter: {name}, arguments: {arguments}}}")).replace(
        "transitions:", ""
    )


def add(shop: Shop, text: str) -> tuple[int, str]:
    return shop.call("filter", "add", shop.file("filter.yaml", text))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("{age: 30}", [1, 5, 6]),  # 3 is 28
        ("{age: 30, countries: [FR, DE]}", [1, 2, 5, 6]),
        ("{age: 40, countries: [IT]}", []),  # 4 has no age
    ],
)
def test_a_campaign_uses_a_filter_with_arguments(shop: Shop, arguments: str, expected: list[int]) -> None:
    assert add(shop, FROM_COUNTRY) == (0, "from-country: added")
    assert shop.run(using("from-country", arguments))[0] == 0
    assert shop.keys("chosen") == expected


def test_filters_use_filters(shop: Shop) -> None:
    assert add(shop, BUYERS) == (0, "buyers: added\ndear: added")
    assert shop.run(using("buyers"))[0] == 0
    assert shop.keys("chosen") == [1, 2]
    assert shop.run(using("buyers", "{least: 10}"))[0] == 0
    assert shop.keys("chosen") == [1, 2, 5]


def said(shop: Shop, text: str) -> list[tuple[str, str]]:
    _, printed = shop.call("campaign", "validate", shop.file("campaign.yaml", text), "--json")
    return [(found["field"], found["code"]) for found in json.loads(printed)["problems"] if found["blocking"]]


def test_mistakes_stand_at_the_argument(shop: Shop) -> None:
    add(shop, FROM_COUNTRY)
    assert said(shop, using("from-country")) == [("rule.arguments.age", "rule.argument-missing")]
    assert said(shop, using("from-country", "{age: old}")) == [("rule.arguments.age", "value.wrong-type")]
    assert said(shop, using("from-cuontry", "{age: 3}")) == [("rule.filter", "rule.unknown-filter-near")]


def test_a_filter_is_listed_shown_and_copied_in(shop: Shop) -> None:
    add(shop, BUYERS)
    add(shop, FROM_COUNTRY)
    listed = json.loads(shop.must("filter", "list", "--json"))
    assert [one["name"] for one in listed] == ["from-country", "buyers", "dear"]
    assert "ann alone" in shop.must("filter", "list")
    assert shop.must("filter", "show", "dear", "--rule").startswith("kind: ")
    copied = shop.must("filter", "show", "dear", "--rule").replace("\n", "\n    ")
    inside = f"\n    kind: exists\n    path: purchases\n    rule:\n      {copied}"
    rule = json.dumps(json.loads(shop.must("filter", "show", "dear", "--rule", "--json")))
    assert "operator: greater-or-equal" in inside
    text = campaign("", PEOPLE % ("chosen", f"{{kind: exists, path: purchases, rule: {rule}}}"))
    assert shop.run(text.replace("transitions:", ""))[0] == 0
    assert shop.keys("chosen") == [2]
    again = shop.must("filter", "show", "from-country")
    assert add(shop, again) == (0, "from-country: replaced")
    assert shop.must("filter", "show", "from-country") == again


def test_a_filter_in_use_is_neither_removed_nor_broken(shop: Shop) -> None:
    add(shop, BUYERS)
    shop.run(using("buyers"))
    name = json.loads(shop.must("run", "show", "last", "--json"))["campaign"]
    code, told = shop.call("filter", "remove", "buyers")
    assert (code, f"it is used by campaign {name}" in told) == (1, True)
    code, told = shop.call("filter", "remove", "dear")
    assert (code, f"campaign {name}, filter buyers" in told) == (1, True)
    code, told = add(shop, "{name: buyers, schema: purchase, rule: {kind: all-rows}}")
    assert (code, f"this change would break campaign {name}" in told) == (1, True)
    no_parameter = "{name: dear, schema: purchase, rule: {kind: all-rows}}"
    code, told = add(shop, no_parameter)
    assert (code, "filter buyers" in told) == (1, True)
    assert add(shop, BUYERS.replace("[{name: least, field: rule", "[{name: more, field: rule"))[0] == 0


def test_what_nobody_uses_is_removed(shop: Shop) -> None:
    add(shop, BUYERS)
    assert shop.call("filter", "remove", "buyers") == (0, "buyers: removed")
    assert json.loads(shop.must("filter", "remove", "dear", "--json")) == {"removed": "dear"}
    assert shop.call("filter", "remove", "dear")[0] == 1
    assert shop.must("filter", "list", "--json") == "[]"


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        (FROM_COUNTRY.replace("[age]", "[aeg]"), "rule.children.1.expression", "expression.unknown-attribute-near"),
        (FROM_COUNTRY.replace("dimension: people", "dimension: poeple"), "dimension", "filter.unknown-schema-near"),
        (FROM_COUNTRY.replace("children.0.values", "children.7.values"), "parameters.0.field", "filter.no-field"),
        (BUYERS.replace("least: 30", "laest: 30"), "rule.rule.arguments.laest", "rule.unknown-argument-near"),
    ],
)
def test_an_unsound_filter_is_not_kept(shop: Shop, text: str, field: str, code: str) -> None:
    file = shop.file("filter.yaml", text)
    exit_code, printed = shop.call("filter", "check", file, "--json")
    assert exit_code == 1
    assert (field, code) in [(one["field"], one["code"]) for one in json.loads(printed)["problems"]]
    assert shop.call("filter", "add", file)[0] == 1
    assert shop.must("filter", "list", "--json") == "[]"


def test_a_run_under_way_keeps_the_filter_it_began_with(shop: Shop) -> None:
    add(shop, FROM_COUNTRY)
    text = campaign(
        "chosen>parted parted.older>mail",
        PEOPLE % ("chosen", "{kind: all-rows}"),
        "{id: parted, kind: split, pause: true, parameters: {segments: [{name: older, rule: "
        "{kind: filter, filter: from-country, arguments: {age: 30}}}]}}",
        MAIL % "mail",
    )
    shop.run(text)
    assert shop.states()["parted"] == "paused here"
    assert add(shop, FROM_COUNTRY.replace("values: [FR]", "values: [DE]")) == (0, "from-country: replaced")
    shop.call("run", "resume", "last", "--json")
    assert shop.keys("parted.older") == [1, 5, 6]


def test_the_overview_of_a_campaign_names_its_filters(shop: Shop) -> None:
    add(shop, FROM_COUNTRY)
    path = shop.file("campaign.yaml", using("from-country", "{age: 30}"))
    assert "chosen: its rules name the filter from-country" in shop.must("campaign", "show", path)
