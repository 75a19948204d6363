"""Rules that name the people of a transition further up in the same run. Expectations by hand."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop
from .test_flow import ALL, GERMANS, MAIL, NOBODY, PEOPLE, campaign

SPLIT = (
    "{id: parted, kind: split, parameters: {complement: true, segments: "
    "[{name: named, rule: {kind: in-transition, transition: %s, negated: %s}}]}}"
)
FRENCH = PEOPLE % ("french", "{kind: attribute, expression: '[country]', operator: equal, value: FR}")
JOINED = "{id: joined, kind: and-join, parameters: {primary: all}}"


def of(transition: str, *, negated: bool = False) -> str:
    return SPLIT % (transition, str(negated).lower())


def arranged(transition: str, *, negated: bool = False, source: str = GERMANS, name: str = "germans") -> str:
    return campaign(f"all>joined {name}>joined joined>parted", ALL, source, JOINED, of(transition, negated=negated))


@pytest.mark.parametrize("mode", ["--test", "--live"])
@pytest.mark.parametrize("transition", ["germans", "germans.main"])
def test_people_are_parted_by_a_population_that_came_before(shop: Shop, mode: str, transition: str) -> None:
    options = ["--live", "--yes"] if mode == "--live" else []
    code, _ = shop.run(arranged(transition), *options)
    assert (code, shop.keys("parted.named"), shop.keys("parted.complement")) == (0, [2], [1, 3, 4, 5, 6])


def test_those_who_are_not_in_it(shop: Shop) -> None:
    assert shop.run(arranged("germans", negated=True))[0] == 0
    assert (shop.keys("parted.named"), shop.keys("parted.complement")) == ([1, 3, 4, 5, 6], [2])


def test_a_population_that_nobody_is_in_is_known_to_be_empty(shop: Shop) -> None:
    ended = "{id: ended, kind: fork, outputs: {main: {when_empty: end}}}"
    text = campaign(
        "nobody>ended ended>joined all>joined joined>parted", NOBODY, ALL, ended, JOINED, of("ended", negated=True)
    )
    assert shop.run(text)[0] == 0
    assert shop.keys("parted.named") == [1, 2, 3, 4, 5, 6]


def test_the_outputs_of_a_delivery_can_be_named(shop: Shop) -> None:
    text = campaign(
        "french>mail mail.sent>joined all>joined joined>parted", FRENCH, ALL, MAIL % "mail", JOINED, of("mail.sent")
    )
    assert shop.run(text, "--live", "--yes")[0] == 0
    assert shop.keys("parted.named") == [1, 5]  # 3 has no address, and 6 lies outside the allowed ones


def said(shop: Shop, text: str) -> list[tuple[str, str]]:
    _, printed = shop.call("campaign", "validate", shop.file("campaign.yaml", text), "--json")
    return [(found["code"], found["text"]) for found in json.loads(printed)["problems"] if found["blocking"]]


def test_only_what_lies_before_an_activity_can_be_named(shop: Shop) -> None:
    text = campaign("all>parted", ALL, GERMANS, of("germans"))
    assert said(shop, text) == [
        ("rule.unknown-transition", "No transition before this activity is called germans. Choose one of: all.main.")
    ]
    alone = campaign("", ALL, PEOPLE % ("first", "{kind: in-transition, transition: all}")).replace("transitions:", "")
    assert [code for code, _ in said(shop, alone)] == ["rule.no-transitions"]


def test_what_a_disabled_activity_would_have_chosen_is_not_taken_for_nobody(shop: Shop) -> None:
    text = arranged("germans", negated=True, source=GERMANS.replace("kind:", "enabled: false, kind:", 1))
    assert [code for code, _ in said(shop, text)] == ["rule.transition-off"]


def test_what_failed_and_was_handled_is_not_taken_for_nobody(shop: Shop) -> None:
    failing = "{id: failing, kind: save-audience, process_errors: true, parameters: {label: Kept}}"
    text = campaign(
        "nobody>failing failing>joined all>joined joined>parted",
        *(NOBODY, ALL, failing, JOINED, of("failing", negated=True)),
    )
    code, _ = shop.run(text)
    (parted,) = [task for task in shop.show()["tasks"] if task["activity"] == "parted"]
    assert (code, parted["state"]) == (1, "error")
    assert "The people of failing.main are not known" in parted["error"]


def test_the_overview_of_a_campaign_says_whom_its_rules_name(shop: Shop) -> None:
    path = shop.file("campaign.yaml", arranged("germans"))
    assert "parted: its rules name the people of germans" in shop.must("campaign", "show", path)
    found = json.loads(shop.must("campaign", "show", path, "--json"))
    assert found["rules"] == {"parted": {"transitions": ["germans"], "filters": []}}


def test_the_statements_of_a_run_can_be_read_with_the_table_that_a_rule_names(shop: Shop) -> None:
    shop.run(arranged("germans"))
    (made,) = [line for line in shop.must("run", "sql", "last", "germans").splitlines() if "CREATE TABLE" in line][-1:]
    table = made.split('"')[-2]
    assert f'"{table}"' in shop.must("run", "sql", "last", "parted")
