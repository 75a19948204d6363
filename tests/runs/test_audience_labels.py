"""A label is the audience of one campaign: two that write it are told before they run."""

from __future__ import annotations

import json

from .conftest import Shop
from .test_runs import HEAD

SAVING = (
    HEAD
    + """
activities:
- {id: all, kind: build-audience, parameters: {dimension: people, rule: {kind: all-rows}}}
- {id: keep, kind: save-audience, parameters: {label: Club}}
transitions:
- {from: all, to: keep}
"""
)
OTHER = SAVING.replace("id: spring", "id: summer").replace("name: Spring", "name: Summer")
REFUSED = "The audience Club is saved by the campaign spring."


def versions(shop: Shop, label: str = "Club") -> list[int]:
    return [one["targets"] for one in json.loads(shop.must("audience", "show", label, "--json"))["versions"]]


def refused(shop: Shop, campaign: str) -> bool:
    path = shop.file("other.yaml", campaign)
    said = [shop.call("campaign", "validate", path), shop.call("campaign", "run", path)]
    said.append(shop.call("campaign", "run", path, "--live", "--yes"))
    answers = {(code, REFUSED in " ".join(output.split())) for code, output in said}
    assert answers in ({(1, True)}, {(0, False)})
    return answers == {(1, True)}


def test_another_campaign_may_not_save_the_audience_and_its_own_may_again(shop: Shop) -> None:
    assert shop.run(SAVING, "--live")[0] == 0
    assert refused(shop, OTHER)
    assert versions(shop) == [6]
    assert shop.run(SAVING, "--live")[0] == 0
    assert versions(shop) == [6, 6]


def test_a_test_run_claims_nothing_and_another_label_is_free(shop: Shop) -> None:
    assert shop.run(SAVING)[0] == 0
    assert shop.run(OTHER, "--live")[0] == 0
    assert shop.run(SAVING.replace("Club", "Guild"), "--live")[0] == 0
    assert (versions(shop), versions(shop, "Guild")) == ([6], [6])


def test_an_audience_that_waits_to_be_filled_is_claimed_too(shop: Shop) -> None:
    held = SAVING.replace("kind: save-audience,", "kind: save-audience, pause: true,")
    shop.run(held, "--live")
    assert shop.states()["keep"] == "paused here"
    assert refused(shop, OTHER)
    assert versions(shop) == []


def test_an_audience_that_is_disabled_here_is_no_clash(shop: Shop) -> None:
    assert shop.run(SAVING, "--live")[0] == 0
    off = OTHER.replace("kind: save-audience,", "kind: save-audience, enabled: false,")
    assert shop.call("campaign", "validate", shop.file("other.yaml", off))[0] == 0


def test_a_campaign_that_saves_it_no_longer_leaves_the_label_to_others(shop: Shop) -> None:
    assert shop.run(SAVING, "--live")[0] == 0
    assert shop.run(SAVING.replace("label: Club", "label: Guild"), "--live")[0] == 0
    assert not refused(shop, OTHER)
    assert versions(shop) == [6, 6]


def test_a_label_can_be_released_by_hand(shop: Shop) -> None:
    assert shop.run(SAVING, "--live")[0] == 0
    assert json.loads(shop.must("audience", "show", "Club", "--json"))["campaign"] == "spring"
    assert shop.must("audience", "release", "Club") == "Any campaign may save the audience Club now."
    assert json.loads(shop.must("audience", "show", "Club", "--json"))["campaign"] == ""
    assert not refused(shop, OTHER)
    code, said = shop.call("audience", "release", "Clubb")
    assert code == 1
    assert "Club" in said
