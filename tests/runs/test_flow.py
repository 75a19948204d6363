"""Flow control from the command line: joins, tests, alerts, held activities and processed errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from batuta.runs.ports import Counts
from batuta.runs.sending.contract import Order
from batuta.runs.sending.deliveries import Deliveries

from .conftest import Shop
from .test_runs import HEAD, legs

PEOPLE = "{id: %s, kind: build-audience, parameters: {dimension: people, rule: %s}}"
ALL = PEOPLE % ("all", "{kind: all-rows}")
GERMANS = PEOPLE % ("germans", "{kind: attribute, expression: '[country]', operator: equal, value: DE}")
NOBODY = PEOPLE % ("nobody", "{kind: attribute, expression: '[country]', operator: equal, value: XX}")
MAIL = "{id: %s, kind: email, parameters: {channel: news, subject: Hello, html: '<p>{{ profile.email }}</p>'}}"


def campaign(arrows: str, *activities: str) -> str:
    """A campaign from activities and transitions such as "all>rest germans.complement>rest"."""
    transitions = []
    for arrow in arrows.split():
        source, _, target = arrow.partition(">")
        source, _, output = source.partition(".")
        transitions.append(f"{{from: {source}, output: {output or 'main'}, to: {target}}}")
    return "\n- ".join([f"{HEAD}\nactivities:", *activities]) + "\n- ".join(["\ntransitions:", *transitions]) + "\n"


def log(shop: Shop, activity: str = "") -> list[str]:
    found = json.loads(shop.must("run", "log", "last", "--json"))
    return [event["message"] for event in found if event["activity"] == activity or not activity]


# --- And-join


def test_a_join_waits_for_all_and_keeps_the_primary_population(shop: Shop) -> None:
    joined = "{id: joined, kind: and-join, parameters: {primary: first.sent}}"
    text = campaign(
        "all>first germans>second first.sent>joined second.sent>joined joined>third",
        *(ALL, GERMANS, MAIL % "first", MAIL % "second", joined, MAIL % "third"),
    )
    code, found = shop.run(text, "--live", "--yes")
    assert (code, found["status"]) == (0, "completed")
    assert shop.keys("joined") == shop.keys("first.sent") == [1, 2, 4, 5]
    assert len(shop.outbox()) == 4 + 1 + 4


@pytest.mark.parametrize(
    ("primary", "states"),
    [
        pytest.param("ended", ("skipped", "skipped"), id="the primary one was not taken"),
        pytest.param("all", ("done", "done"), id="another one was not"),
        pytest.param("", ("done", "done"), id="none is primary"),
    ],
)
def test_a_path_that_ended_is_settled(shop: Shop, primary: str, states: tuple[str, str]) -> None:
    ended = "{id: ended, kind: fork, outputs: {main: {when_empty: end}}}"
    joined = f"{{id: joined, kind: and-join, parameters: {{primary: '{primary}'}}}}"
    after = "{id: after, kind: fork}"
    code, _ = shop.run(campaign("nobody>ended ended>joined all>joined joined>after", NOBODY, ended, ALL, joined, after))
    assert (code, shop.states()["joined"], shop.states()["after"]) == (0, *states)


# --- Test

ENOUGH = """{id: enough, kind: test, parameters: {branches: [
  {name: many, when: '[germans.targets] >= 2'}, {name: few, when: '[germans] = $(vars/@least)'}], default: DEFAULT}}"""
VARIABLES = "variables: [{name: least, type: {kind: integer}, default: 1}]\n"
BRANCHES = campaign(
    "germans>enough enough.many>first enough.few>second", GERMANS, ENOUGH, MAIL % "first", MAIL % "second"
).replace("activities:", VARIABLES + "activities:", 1)


def test_the_branch_that_holds_is_taken(shop: Shop) -> None:
    code, found = shop.run(BRANCHES.replace("DEFAULT", "false"), "--live", "--yes")
    assert (code, found["status"]) == (0, "completed")
    counted = legs(found)
    assert (counted["enough", "many", "first"], counted["enough", "few", "second"]) == (0, 1)
    assert (shop.states()["first"], shop.states()["second"]) == ("skipped", "done")
    assert "Takes few (germans 1, germans.targets 1)" in log(shop, "enough")
    assert len(shop.outbox()) == 1


def test_without_a_branch_that_holds_the_path_ends_or_goes_the_default_way(shop: Shop) -> None:
    code, _ = shop.run(BRANCHES.replace("DEFAULT", "false"), "--var", "least=9")
    assert (code, shop.states()["first"], shop.states()["second"]) == (0, "skipped", "skipped")
    assert "No condition holds: the path ends (germans 1, germans.targets 1)" in log(shop, "enough")
    text = BRANCHES.replace("DEFAULT", "true").replace("enough, output: few", "enough, output: default")
    code, _ = shop.run(text, "--var", "least=9")
    assert (code, shop.states()["first"], shop.states()["second"]) == (0, "skipped", "done")


def test_a_branch_that_was_not_taken_counts_as_empty_in_an_exclusion(shop: Shop) -> None:
    rest = "{id: rest, kind: combine, parameters: {operation: exclusion, primary: all}}"
    text = campaign("germans>enough enough.many>rest all>rest rest>mail", GERMANS, ENOUGH, ALL, rest, MAIL % "mail")
    text = text.replace("activities:", VARIABLES + "activities:", 1).replace("DEFAULT", "false")
    assert shop.run(text)[0] == 0
    assert shop.keys("rest") == [1, 2, 3, 4, 5, 6]


# --- Alert

ALERT = """{id: tell, kind: alert, parameters: {title: 'Found {{ context.targets }}',
  message: '{{ context.campaign }} of {{ now | date: "%d/%m/%Y" }}', level: warning}}"""


def inbox(shop: Shop, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shop.must("inbox", "list", "--json", *options))
    return found


def test_an_alert_reaches_the_inbox_in_test_and_live(shop: Shop) -> None:
    text = campaign("all>tell tell>mail", ALL, ALERT, MAIL % "mail")
    shop.run(text)
    shop.run(text, "--live", "--yes")
    assert len(shop.outbox()) == 4
    assert [(posted["mode"], posted["title"], posted["level"]) for posted in inbox(shop)] == [
        ("live", "Found 6", "warning"),
        ("test", "Found 6", "warning"),
    ]
    assert inbox(shop)[0]["message"] == "spring of 01/03/2026"
    assert "spring (test)" in shop.must("inbox", "list")
    assert shop.must("inbox", "read") == "2 marked as read."
    assert (inbox(shop, "--unread"), len(inbox(shop))) == ([], 2)
    assert shop.must("inbox", "read") == "0 marked as read."


# --- Pause here


@pytest.mark.parametrize("options", [(), ("--live", "--yes")], ids=["test", "live"])
def test_an_activity_is_held_while_other_paths_go_on(shop: Shop, options: tuple[str, ...]) -> None:
    held = "{id: look, kind: fork, label: Look at it, pause: true}"
    text = campaign("all>look look>mail germans>other", ALL, held, MAIL % "mail", GERMANS, MAIL % "other")
    code, found = shop.run(text, *options)
    assert (code, found["status"]) == (1, "paused")
    assert (shop.states()["look"], shop.states()["mail"]) == ("paused here", "pending")
    assert shop.states()["other"] == "done"
    assert "Look at it: paused here until the run is resumed" in shop.must("run", "show", "last")
    assert json.loads(shop.must("run", "resume", "last", "--yes", "--json"))["status"] == "completed"
    assert len(shop.outbox()) == (5 if options else 0)


# --- Processed errors

FAILING = "{id: keep, kind: save-audience, label: Keep them, process_errors: true, parameters: {label: Kept}}"
TELL = "{id: tell, kind: alert, parameters: {title: '{{ vars.error_activity }}', message: '{{ vars.error_message }}'}}"


def test_an_error_that_is_processed_does_not_pause_the_run(shop: Shop) -> None:
    text = campaign("nobody>keep keep>mail keep.error>tell", NOBODY, FAILING, MAIL % "mail", TELL)
    code, found = shop.run(text, "--live", "--yes")
    assert (code, found["status"]) == (0, "completed")
    assert {name: shop.states()[name] for name in ("keep", "mail", "tell")} == {
        "keep": "failed, handled",
        "mail": "skipped",
        "tell": "done",
    }
    (posted,) = inbox(shop)
    assert posted["title"] == "Keep them"
    assert "an empty population does not replace an audience" in posted["message"]
    assert legs(found)["keep", "error", "tell"] == 0


def test_the_output_for_errors_is_not_taken_if_all_goes_well(shop: Shop) -> None:
    text = campaign("all>keep keep>mail keep.error>tell", ALL, FAILING, MAIL % "mail", TELL)
    code, _ = shop.run(text, "--live", "--yes")
    assert (code, shop.states()["tell"], shop.states()["mail"]) == (0, "skipped", "done")
    assert inbox(shop) == []


def test_variables_of_an_error_are_unknown_elsewhere(shop: Shop) -> None:
    text = campaign("nobody>keep keep>tell", NOBODY, FAILING, TELL)
    code, said = shop.call("campaign", "validate", shop.file("campaign.yaml", text))
    assert (code, "error_activity" in said) == (1, True)
    clash = "{id: halves, kind: split, process_errors: true, parameters: {segments: [{name: error}]}}"
    said = shop.call("campaign", "validate", shop.file("campaign.yaml", campaign("all>halves", ALL, clash)))[1]
    assert "has an output of that name already" in said


def test_who_got_no_message_goes_on_by_the_output_for_errors(shop: Shop) -> None:
    blocked = shop.folder / "home" / "outbox"
    blocked.write_text("no folder", "utf-8")
    mail = (MAIL % "mail").replace("kind: email", "kind: email, process_errors: true")
    text = campaign("all>mail mail.error>tell mail.sent>after", ALL, mail, TELL, "{id: after, kind: fork}")
    code, found = shop.run(text, "--live", "--yes")
    assert (code, found["status"], shop.states()["mail"]) == (0, "completed", "failed, handled")
    assert shop.keys("mail.error") == [1, 2, 3, 4, 5, 6]
    assert (shop.states()["tell"], shop.states()["after"]) == ("done", "skipped")


@pytest.mark.parametrize("options", [(), ("--live", "--yes")], ids=["test", "live"])
def test_a_delivery_whose_error_is_handled_leaves_nothing_pending(shop: Shop, options: tuple[str, ...]) -> None:
    (shop.folder / "home" / "runs").mkdir(exist_ok=True)
    if options:
        (shop.folder / "home" / "outbox").write_text("no folder", "utf-8")
    else:  # nor can a test run keep its samples
        (shop.folder / "home" / "runs" / "broken").mkdir()
        (shop.folder / "home" / "runs" / "broken" / "samples").write_text("no folder", "utf-8")
    mail = (MAIL % "mail").replace("kind: email", "kind: email, process_errors: true")
    text = campaign("all>mail mail.error>tell", ALL, mail, TELL)
    code, found = shop.run(text, "--run-id", "broken", *options)
    assert (code, found["status"], shop.states()["mail"]) == (0, "completed", "failed, handled")
    (told,) = found["deliveries"]
    assert (told["targeted"], told["excluded"]) == (6, {"empty-address": 1, "not-allowed": 1})
    assert (told["sent"], told["failed"], told["in_doubt"], told["pending"]) == (0, 4, 0, 0)
    (reported,) = json.loads(shop.must("report", "last", "--json"))["deliveries"]
    assert (reported["failed"], reported["pending"]) == (4, 0)
    (shop.folder / "home" / "outbox").unlink(missing_ok=True)
    assert json.loads(shop.must("run", "resume", "last", "--yes", "--json"))["status"] == "completed"
    assert shop.outbox() == []


@pytest.mark.parametrize("options", [(), ("--live", "--yes")], ids=["test", "live"])
def test_a_delivery_without_an_error_does_not_take_the_output_for_errors(shop: Shop, options: tuple[str, ...]) -> None:
    mail = (MAIL % "mail").replace("kind: email", "kind: email, process_errors: true")
    text = campaign("all>mail mail.error>tell mail.sent>after", ALL, mail, TELL, "{id: after, kind: fork}")
    code, found = shop.run(text, *options)
    assert (code, found["deliveries"][0]["sent"]) == (0, 4)
    assert [shop.states()[name] for name in ("mail", "after", "tell")] == ["done", "done", "skipped"]
    assert legs(found)["mail", "error", "tell"] == 0


def test_counts_that_do_not_add_up_are_no_error_to_be_handled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Deliveries.finish

    def loses_one(sending: Deliveries, order: Order) -> dict[str, Counts]:
        found = dict(finish(sending, order))
        return found | {"sent": Counts(found["sent"].rows - 1, found["sent"].targets - 1)}

    monkeypatch.setattr(Deliveries, "finish", loses_one)
    mail = (MAIL % "mail").replace("kind: email", "kind: email, process_errors: true")
    code, found = shop.run(campaign("all>mail mail.error>tell", ALL, mail, TELL), "--live", "--yes")
    assert (code, found["status"]) == (1, "failed")
    code, told = shop.call("run", "resume", "last", "--yes", "--json")
    assert (code, json.loads(told)["status"], shop.states()["tell"]) == (1, "failed", "pending")


# --- Never mail the excluded

EXCLUDING = campaign(
    "blocked>rest all>rest rest>mail germans>other",
    PEOPLE % ("blocked", "{kind: in-audience, audience: Blocked}"),
    ALL,
    "{id: rest, kind: combine, label: Without blocked, parameters: {operation: exclusion, primary: all}}",
    MAIL % "mail",
    GERMANS,
    MAIL % "other",
)
FILLING = campaign("germans>keep", GERMANS, "{id: keep, kind: save-audience, parameters: {label: Blocked}}")


def test_an_exclusion_whose_other_branch_failed_mails_nobody_until_it_is_mended(shop: Shop) -> None:
    shell = campaign("nobody>keep", NOBODY, "{id: keep, kind: save-audience, parameters: {label: Blocked}}")
    assert shop.run(shell, "--live", "--yes")[1]["status"] == "paused on error"
    code, found = shop.run(EXCLUDING, "--live", "--yes")
    run = found["run"]
    assert (code, found["status"]) == (1, "paused on error")
    states = {task["activity"]: task["state"] for task in shop.show(run)["tasks"]}
    assert (states["rest"], states["mail"], states["other"]) == ("needs attention", "pending", "done")
    assert [path.parent.parent.name for path in shop.outbox()].count("mail") == 0
    sent = len(shop.outbox())
    assert sent == 1  # the German on the other path
    for _ in range(2):  # going on does not go past it
        code, _ = shop.call("run", "resume", run, "--yes", "--skip-waits", "--json")
        assert (code, len(shop.outbox())) == (1, sent)
    assert shop.run(FILLING, "--live", "--yes")[0] == 0
    done = json.loads(shop.must("run", "resume", run, "--yes", "--json"))
    assert done["status"] == "completed"
    assert shop.keys("rest", run) == [1, 3, 4, 5, 6]
    assert len(shop.outbox()) == sent + 3
