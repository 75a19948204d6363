"""The state shown is the true one, whatever else goes on in a run that waits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.command import Batuta

from .conftest import START, SetClock, Shop
from .test_flow import ALL, MAIL, NOBODY, campaign

HOLD = "{id: hold, kind: wait, label: Three days, parameters: {duration: {amount: 3, unit: days}}}"
QUERY = """{id: fresh, kind: incremental-query, parameters: {dimension: people, rule: {kind: all-rows},
  remember: {days: 0}}}"""
FAILING = "{id: keep, kind: save-audience, parameters: {label: Kept}}"
BESIDES = {
    "waiting": ("", ()),
    "paused": ("all>look", ("{id: look, kind: fork, pause: true}",)),
    "awaiting confirmation": ("all>mail", (MAIL % "mail",)),
    "paused on error": ("nobody>keep", (NOBODY, FAILING)),
}
SAID = {
    "waiting": "To go on then: batuta",
    "paused": "look: paused here until the run is resumed",
    "awaiting confirmation": "To send: batuta",
    "paused on error": "keep: audience Kept: nobody arrived",
}


@pytest.mark.parametrize("status", BESIDES)
def test_what_keeps_a_run_that_also_waits(shop: Shop, clock: SetClock, status: str) -> None:
    arrows, activities = BESIDES[status]
    batuta = Batuta(shop.folder / "home")
    path = shop.file("campaign.yaml", campaign(f"all>hold {arrows}", ALL, HOLD, *activities))
    code = 0 if status == "waiting" else 1
    found = batuta("campaign", "run", path, "--live", "--json", code=code).json
    assert (found["status"], len(found["waits"])) == (status, 1)
    shown = batuta("run", "show", "last").out
    assert "Three days: waits until 2026-03-04 10:00" in shown
    assert SAID[status] in shown
    (listed,) = batuta("run", "list", "--json").json
    assert (listed["status"], listed["waits_until"]) == (status, "2026-03-04 09:00:00+00:00")
    clock(START + timedelta(days=3))  # what waits goes on by itself, and nothing else does
    (later,) = batuta("run", "list", "--json").json
    assert (later["status"], later["waits_until"]) == ("completed" if status == "waiting" else status, None)
    assert shop.outbox() == []


def test_a_run_that_waits_is_paused_and_resumed(shop: Shop, clock: SetClock) -> None:
    batuta = Batuta(shop.folder / "home")
    path = shop.file("campaign.yaml", campaign("all>hold", ALL, HOLD))
    batuta("campaign", "run", path, "--live", "--yes")
    assert "is paused" in batuta("run", "pause", "last").out
    assert "To go on: batuta" in batuta("run", "show", "last").out
    assert batuta("run", "resume", "last", "--json").json["status"] == "waiting"
    batuta("run", "pause", "last")
    clock(START + timedelta(days=3))
    assert batuta("run", "list", "--json").json[0]["status"] == "paused"
    assert batuta("run", "resume", "last", "--json").json["status"] == "completed"
    assert batuta("run", "resume", "last", "--json").json["status"] == "completed"
    for word in ("pause", "stop"):
        code, said = shop.call("run", word, "last")
        assert (code, "the run is completed and cannot go on" in said) == (1, True)


@pytest.mark.parametrize("held", [HOLD, "{id: hold, kind: fork, pause: true}"], ids=["waits", "is held"])
def test_who_stops_a_run_gives_back_whom_it_had_queried(shop: Shop, clock: SetClock, held: str) -> None:
    batuta = Batuta(shop.folder / "home")
    text = campaign("fresh>hold hold>mail", QUERY, held, MAIL % "mail")
    batuta("campaign", "run", shop.file("campaign.yaml", text), "--live", "--yes", code=0 if held == HOLD else 1)
    (window,) = batuta("campaign", "memory", "spring", "--json").json
    assert (window["state"], window["rows"]) == ("reserved", 6)
    assert "is stopped" in batuta("run", "stop", "last").out
    (window,) = batuta("campaign", "memory", "spring", "--json").json
    assert window["state"] == "given back"
    assert {task["state"] for task in shop.show()["tasks"]} == {"done", "cancelled"}
    clock(START + timedelta(days=3))
    assert batuta("run", "list", "--json").json[0]["status"] == "stopped"
    text = campaign("fresh>mail", QUERY, MAIL % "mail")
    found = json.loads(shop.must("campaign", "run", shop.file("campaign.yaml", text), "--live", "--yes", "--json"))
    assert found["deliveries"][0]["targeted"] == 6
