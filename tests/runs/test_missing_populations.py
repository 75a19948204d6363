"""What becomes of an activity whose inbound population was not made, for each reason and each role: a table by hand."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop
from .test_flow import ALL, NOBODY, campaign

SOURCES = {
    "ended": "{id: source, kind: fork, outputs: {main: {when_empty: end}}}",
    "not chosen": "{id: source, kind: test, parameters: {branches: [{name: main, when: '1 = 2'}]}}",
    "failed": "{id: source, kind: save-audience, parameters: {label: Kept}}",
    "handled": "{id: source, kind: save-audience, process_errors: true, parameters: {label: Kept}}",
    "disabled": "{id: source, kind: fork, enabled: false}",
}
ROLES = {
    "main": "{id: user, kind: combine, parameters: {operation: exclusion, primary: source}}",
    "optional": "{id: user, kind: combine, parameters: {operation: union}}",
    "barrier": "{id: user, kind: combine, parameters: {operation: exclusion, primary: all}}",
    "awaited": "{id: user, kind: and-join, parameters: {primary: all}}",
}
SKIPPED, DONE, PENDING, ATTENTION = ("skipped", None), ("done", 6), ("pending", None), ("needs attention", None)
TABLE = {
    "ended": {"main": SKIPPED, "optional": DONE, "barrier": DONE, "awaited": DONE},
    "not chosen": {"main": SKIPPED, "optional": DONE, "barrier": DONE, "awaited": DONE},
    "failed": {"main": PENDING, "optional": PENDING, "barrier": ATTENTION, "awaited": PENDING},
    "handled": {"main": SKIPPED, "optional": DONE, "barrier": ATTENTION, "awaited": DONE},
    "disabled": {"main": SKIPPED, "optional": DONE, "barrier": None, "awaited": DONE},
}
CASES = [(reason, role, expected) for reason, row in TABLE.items() for role, expected in row.items() if expected]


def arranged(reason: str, role: str, more: str = "", *activities: str) -> str:
    return campaign(
        f"nobody>source source>user all>user {more}", NOBODY, ALL, SOURCES[reason], ROLES[role], *activities
    )


@pytest.mark.parametrize(("reason", "role", "expected"), CASES, ids=[f"{a} {b}" for a, b, _ in CASES])
def test_what_becomes_of_who_uses_it(shop: Shop, reason: str, role: str, expected: tuple[str, int | None]) -> None:
    code, found = shop.run(arranged(reason, role))
    state, rows = expected
    (leg,) = [leg for leg in found["transitions"] if leg["from"] == "user"]
    assert shop.states()["user"] == state
    if rows is not None:
        assert leg["rows"] == rows
    assert code == (0 if state in ("done", "skipped") and reason != "failed" else 1)


def test_a_disabled_barrier_is_told_before_the_run(shop: Shop) -> None:
    code, said = shop.call("campaign", "run", shop.file("campaign.yaml", arranged("disabled", "barrier")))
    assert (code, "A set that is missing never counts as empty" in said) == (1, True)


@pytest.mark.parametrize(
    ("reason", "role", "state"),
    [
        ("handled", "optional", "needs attention"),
        ("disabled", "optional", "needs attention"),
        ("ended", "optional", "done"),
        ("handled", "awaited", "done"),
    ],
)
def test_what_lacks_a_part_keeps_nobody_out_further_on(shop: Shop, reason: str, role: str, state: str) -> None:
    everyone = ALL.replace("id: all", "id: everyone")
    further = "{id: further, kind: combine, parameters: {operation: exclusion, primary: everyone}}"
    shop.run(arranged(reason, role, "user>further everyone>further", everyone, further))
    assert shop.states()["further"] == state


@pytest.mark.parametrize(
    ("reason", "todo"),
    [
        ("failed", "Mend that and resume"),
        ("handled", "This run cannot get past here: stop it, and start a new one once that is mended"),
    ],
)
def test_who_looks_after_a_run_is_told_what_can_be_done_about_a_missing_barrier(
    shop: Shop, reason: str, todo: str
) -> None:
    shop.run(arranged(reason, "barrier"))
    (user,) = [task for task in shop.show()["tasks"] if task["activity"] == "user"]
    assert "The people of source are not known" in user["error"]
    assert todo in user["error"]
    assert todo in shop.must("run", "show", "last")


def test_resuming_does_not_go_past_a_barrier_whose_error_was_handled(shop: Shop) -> None:
    mail = "{id: mail, kind: email, parameters: {channel: news, subject: Hello, html: '<p>{{ profile.email }}</p>'}}"
    code, _ = shop.run(arranged("handled", "barrier", "user>mail", mail), "--live", "--yes")
    again, output = shop.call("run", "resume", "last", "--yes", "--json")
    assert (code, again, json.loads(output)["status"], shop.outbox()) == (1, 1, "paused on error", [])
