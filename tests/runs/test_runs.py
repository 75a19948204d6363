"""Runs from the command line over the real engine: expectations are written by hand from the six people of the shop."""

from __future__ import annotations

import json
import shlex

import pytest

from .conftest import Shop

HEAD = """batuta: 1
id: spring
name: Spring
timezone: Europe/Paris
"""

MAILING = (
    HEAD
    + """
activities:
- {id: start, kind: fork}
- id: all
  kind: build-audience
  parameters: {dimension: people, rule: {kind: all-rows}}
- id: germans
  kind: build-audience
  label: Germans
  parameters: {dimension: people, rule: {kind: attribute, expression: '[country]', operator: equal, value: DE}}
- id: rest
  kind: combine
  label: Without Germans
  parameters: {operation: exclusion, complement: true}
- {id: keep, kind: save-audience, parameters: {label: Not German}}
- id: mail
  kind: email
  label: Letter
  parameters: {channel: news, subject: Hello, html: "<p>{{ profile.email }}</p>"}
- {id: done, kind: end}
transitions:
- {from: start, to: all}
- {from: start, to: germans}
- {from: all, to: rest}
- {from: germans, to: rest}
- {from: rest, to: keep}
- {from: keep, to: mail}
- {from: mail, output: sent, to: done}
"""
)

READER = (
    HEAD.replace("spring", "reader")
    + """
activities:
- id: known
  kind: build-audience
  parameters: {dimension: people, rule: {kind: in-audience, audience: Not German}}
- {id: again, kind: save-audience, parameters: {label: Again, allow_empty: true}}
transitions:
- {from: known, to: again}
"""
)


def legs(found: dict[str, list[dict[str, object]]]) -> dict[tuple[object, object, object], object]:
    return {(leg["from"], leg["output"], leg["to"]): leg["rows"] for leg in found["transitions"]}


def test_a_live_run_counts_every_transition_and_its_delivery_adds_up(shop: Shop) -> None:
    code, found = shop.run(MAILING, "--live", "--yes")
    assert code == 0
    assert found["status"] == "completed"
    counted = legs(found)
    assert counted["start", "main", "all"] is None
    assert counted["all", "main", "rest"] == 6
    assert counted["germans", "main", "rest"] == 1
    assert counted["rest", "main", "keep"] == 5
    assert counted["rest", "complement", None] == 1
    assert counted["keep", "main", "mail"] == 5
    assert counted["mail", "sent", "done"] == 3
    (delivery,) = found["deliveries"]
    excluded = delivery.pop("excluded")
    assert delivery == {"activity": "mail", "targeted": 5, "sent": 3, "failed": 0, "in_doubt": 0, "pending": 0}
    assert sorted(count for count in excluded.values() if count) == [1, 1]  # no address; not on the allowed list
    assert len(shop.outbox()) == 3
    assert shop.keys("rest") == shop.keys("rest.main>keep") == shop.keys("keep") == [1, 3, 4, 5, 6]
    assert shop.keys("rest.complement") == [2]
    assert shop.keys("mail.sent") == [1, 4, 5]


def test_a_test_run_finds_the_same_and_does_nothing(shop: Shop) -> None:
    code, tested = shop.run(MAILING)
    assert code == 0
    assert shop.outbox() == []
    assert json.loads(shop.must("audience", "list", "--json")) == []
    log = shop.must("run", "log", "last")
    assert "Would save 5 people as audience Not German" in log
    _, done = shop.run(MAILING, "--live", "--yes")
    assert tested["transitions"] == done["transitions"]
    assert tested["deliveries"] == done["deliveries"]
    assert len(shop.outbox()) == 3


def test_a_campaign_with_problems_does_not_start(shop: Shop) -> None:
    path = shop.file("bad.yaml", MAILING.replace("'[country]'", "'[contry]'"))
    code, output = shop.call("campaign", "run", path)
    assert code == 1
    assert "country" in output
    assert json.loads(shop.must("run", "list", "--json")) == []


@pytest.mark.parametrize("name", ["../../elsewhere", "/tmp/elsewhere", "a/b", "last", "UP", "x" * 61, "a\n"])
def test_an_id_that_leads_out_of_the_home_starts_nothing(shop: Shop, name: str) -> None:
    path = shop.file("campaign.yaml", MAILING)
    code, output = shop.call("campaign", "run", path, "--live", "--yes", "--run-id", name)
    assert (code, "cannot be the id of a run" in output) == (2, True)
    assert json.loads(shop.must("run", "list", "--json")) == []
    assert shop.outbox() == []


def test_a_live_run_waits_for_confirmation_and_sends_nothing_before(shop: Shop) -> None:
    code, found = shop.run(MAILING, "--live")
    assert (code, found["status"]) == (1, "awaiting confirmation")
    assert (found["deliveries"][0]["targeted"], found["deliveries"][0]["pending"]) == (5, 3)
    assert shop.outbox() == []
    output = shop.call("run", "show", "last")[1]
    assert f"batuta --home {shop.folder / 'home'} run confirm {found['run']}" in output.replace("\n", "")
    code, _ = shop.call("run", "resume", "last", "--json")
    assert code == 1
    assert shop.outbox() == []
    done = json.loads(shop.must("run", "confirm", "last", "--json"))
    assert (done["status"], done["deliveries"][0]["sent"]) == ("completed", 3)
    assert len(shop.outbox()) == 3
    confirmed = [event for event in json.loads(shop.must("run", "log", "last", "--json")) if "by" in event["data"]]
    assert [(event["activity"], event["data"]["pending"]) for event in confirmed] == [("mail", 3)]
    assert shop.call("run", "confirm", "last") == (
        1,
        f"run {found['run']}: the run is completed: there is nothing to confirm",
    )


def test_what_has_grown_since_it_was_counted_is_confirmed_again(shop: Shop) -> None:
    assert shop.run(MAILING, "--live")[0] == 1
    shop.must("data", "load", "person", shop.file("more.csv", "person_id,email,country,age\n3,cy@example.org,FR,28\n"))
    code, output = shop.call("run", "confirm", "last")
    assert (code, "Letter: 4 messages now, where 3 were confirmed. Confirm again." in output) == (1, True)
    assert shop.show()["status"] == "awaiting confirmation"
    assert shop.outbox() == []
    assert json.loads(shop.must("run", "confirm", "last", "--json"))["deliveries"][0]["sent"] == 4
    assert len(shop.outbox()) == 4


def test_checks_run_again_when_a_send_is_confirmed_later(shop: Shop) -> None:
    assert shop.run(MAILING, "--live")[0] == 1
    gone = "entry,reason\nann@example.org,complaint\n"
    shop.must("data", "load", "suppression", shop.file("gone.csv", gone))
    (delivery,) = json.loads(shop.must("run", "confirm", "last", "--json"))["deliveries"]
    assert (delivery["sent"], delivery["excluded"]["suppressed"], delivery["targeted"]) == (2, 1, 5)
    assert sorted(b"ann@example.org" in path.read_bytes() for path in shop.outbox()) == [False, False]


def test_confirming_one_delivery_does_not_confirm_the_next(shop: Shop) -> None:
    second = """- id: more
  kind: email
  label: Second letter
  parameters: {channel: news, subject: Hello again, html: "<p>{{ profile.email }}</p>"}
transitions:
- {from: mail, output: sent, to: more}
"""
    assert shop.run(MAILING.replace("transitions:\n", second), "--live")[0] == 1
    assert shop.call("run", "confirm", "last")[0] == 1
    assert (shop.states()["mail"], shop.states()["more"]) == ("done", "awaiting confirmation")
    assert len(shop.outbox()) == 3
    shop.must("run", "confirm", "last")
    assert len(shop.outbox()) == 6


def test_an_audience_never_filled_needs_attention_live_and_holds_nobody_in_a_test(shop: Shop) -> None:
    reader = READER.replace("Not German", "Never")
    shop.run(
        HEAD.replace("spring", "never")
        + """
activities:
- id: none
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[age]', operator: greater, value: 200}}
- {id: keep, kind: save-audience, parameters: {label: Never}}
transitions:
- {from: none, to: keep}
""",
        "--live",
    )
    (shell,) = json.loads(shop.must("audience", "list", "--json"))
    assert (shell["label"], shell["version"]) == ("Never", 0)
    code, found = shop.run(reader)
    assert (code, legs(found)["known", "main", "again"]) == (0, 0)
    code, found = shop.run(reader, "--live")
    assert (code, found["status"]) == (1, "paused on error")
    assert shop.states() == {"known": "needs attention", "again": "pending"}
    assert "audience Never: it was never filled" in shop.call("run", "show", "last")[1]


def test_an_empty_population_does_not_replace_an_audience(shop: Shop) -> None:
    saving = (
        HEAD
        + """
activities:
- id: old
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[age]', operator: greater, value: 40}}
- {id: keep, kind: save-audience, parameters: {label: Old}}
transitions:
- {from: old, to: keep}
"""
    )
    assert shop.run(saving, "--live")[0] == 0
    nobody = saving.replace("value: 40", "value: 200")
    code, found = shop.run(nobody, "--live")
    assert (code, found["status"]) == (1, "paused on error")
    assert "audience Old: nobody arrived" in shop.call("run", "show", "last")[1]
    shown = json.loads(shop.must("audience", "show", "Old", "--json"))
    assert [(version["number"], version["targets"]) for version in shown["versions"]] == [(1, 2)]
    assert shop.run(nobody.replace("label: Old", "label: Old, allow_empty: true"), "--live")[0] == 0
    shown = json.loads(shop.must("audience", "show", "Old", "--json"))
    assert [(version["number"], version["targets"]) for version in shown["versions"]] == [(1, 2), (2, 0)]


def test_appending_keeps_former_members_and_adds_each_new_one_once(shop: Shop) -> None:
    def saving(least: int) -> str:
        return (
            HEAD
            + f"""
activities:
- id: old
  kind: build-audience
  parameters: {{dimension: people, rule: {{kind: attribute, expression: '[age]', operator: greater, value: {least}}}}}
- {{id: keep, kind: save-audience, parameters: {{label: Old, mode: append}}}}
transitions:
- {{from: old, to: keep}}
"""
        )

    assert shop.run(saving(45), "--live")[0] == 0
    assert shop.run(saving(34), "--live")[0] == 0
    assert shop.run(saving(50), "--live")[0] == 0
    shown = json.loads(shop.must("audience", "show", "Old", "--json"))
    assert [version["targets"] for version in shown["versions"]] == [1, 3, 3]
    members = json.loads(shop.must("audience", "preview", "Old", "--columns", "age", "--json"))
    assert members == {"columns": ["person_id", "age"], "rows": [[2, 51], [5, 45], [6, 39]]}


def test_a_failed_task_lets_other_branches_end_and_is_done_again_on_resume(shop: Shop) -> None:
    saving = (
        HEAD
        + """
activities:
- id: old
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[age]', operator: greater, value: 60}}
- {id: keep, kind: save-audience, parameters: {label: Old}}
- id: french
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[country]', operator: equal, value: FR}}
- {id: keep-french, kind: save-audience, parameters: {label: French}}
- {id: done, kind: end}
transitions:
- {from: old, to: keep}
- {from: keep, to: done}
- {from: french, to: keep-french}
"""
    )
    code, found = shop.run(saving, "--live")
    assert (code, found["status"]) == (1, "paused on error")
    assert shop.states() == {"old": "done", "keep": "error", "french": "done", "keep-french": "done", "done": "pending"}
    code, output = shop.call("run", "resume", "last", "--json")
    assert (code, json.loads(output)["status"]) == (1, "paused on error")
    assert shop.must("run", "stop", "last") == f"Run {found['run']} is stopped."
    code, output = shop.call("run", "resume", "last")
    assert (code, output.splitlines()[0]) == (1, f"run {found['run']}: the run is stopped and cannot go on")


@pytest.mark.parametrize(("setting", "states"), [("go-on", ("done", "done")), ("end", ("skipped", "skipped"))])
def test_an_empty_path_goes_on_or_ends(shop: Shop, setting: str, states: tuple[str, str]) -> None:
    code, found = shop.run(
        HEAD
        + f"""
activities:
- id: nobody
  kind: build-audience
  outputs: {{main: {{when_empty: {setting}}}}}
  parameters: {{dimension: people, rule: {{kind: attribute, expression: '[age]', operator: greater, value: 200}}}}
- {{id: once, kind: deduplication, parameters: {{fields: ['[email]']}}}}
- {{id: mail, kind: email, parameters: {{channel: news, subject: Hello, html: <p>Hello</p>}}}}
transitions:
- {{from: nobody, to: once}}
- {{from: once, to: mail}}
""",
        "--live",
    )
    assert (code, found["status"]) == (0, "completed")
    assert (shop.states()["once"], shop.states()["mail"]) == states
    assert legs(found)["once", "main", "mail"] == 0


def test_variables_and_the_instant_decide_what_a_run_finds(shop: Shop) -> None:
    campaign = (
        HEAD
        + """
variables:
- {name: least, type: {kind: integer}, default: 40}
activities:
- id: old
  kind: build-audience
  parameters:
    dimension: people
    rule: {kind: attribute, expression: '[age]', operator: greater, value: {expression: '$(vars/@least)'}}
- {id: keep, kind: save-audience, parameters: {label: Old}}
transitions:
- {from: old, to: keep}
"""
    )
    assert legs(shop.run(campaign)[1])["old", "main", "keep"] == 2
    assert legs(shop.run(campaign, "--var", "least=50")[1])["old", "main", "keep"] == 1
    path = shop.file("campaign.yaml", campaign)
    assert shop.call("campaign", "run", path, "--var", "least") == (
        2,
        "--var: 'least' sets nothing\n  expected: NAME=VALUE",
    )
    code, output = shop.call("campaign", "run", path, "--at", "tomorrow")
    assert (code, output.splitlines()[0]) == (2, "--at: 'tomorrow' is not an instant")


def test_a_preview_chooses_columns_and_pages(shop: Shop) -> None:
    shop.run(MAILING)
    page = json.loads(
        shop.must(
            "run", "preview", "last", "rest", "--columns", "email,country", "--limit", "2", "--offset", "1", "--json"
        )
    )
    assert page == {
        "columns": ["person_id", "email", "country"],
        "rows": [[3, None, "FR"], [4, "dan@example.org", "IT"]],
    }
    complement = json.loads(
        shop.must("run", "preview", "last", "rest.complement", "--columns", "excluded_by", "--json")
    )
    assert complement == {"columns": ["person_id", "excluded_by"], "rows": [[2, "Germans"]]}
    code, output = shop.call("run", "preview", "last", "rest", "--columns", "emial")
    assert (code, output) == (1, "schema person: there is no column 'emial'\n  to do: Did you mean email?")
    assert "ann@example.org" in shop.must("run", "preview", "last", "rest")
    code, output = shop.call("run", "preview", "last", "start")
    assert (code, "holds no population" in output) == (1, True)


def test_the_sql_of_an_activity_can_be_read(shop: Shop) -> None:
    run = shop.run(MAILING)[1]["run"]
    statement = shop.must("run", "sql", "last", "germans")
    assert f"w_{run}_germans_main_1_1_" in statement
    assert "'de'" in statement
    assert shop.call("run", "sql", "last", "germens") == (
        1,
        f"run {run}: there is no activity 'germens'\n  to do: Did you mean germans?",
    )


@pytest.mark.parametrize("activity", ["start", "done"])
def test_an_activity_without_a_population_has_no_sql(shop: Shop, activity: str) -> None:
    shop.run(MAILING)
    assert shop.must("run", "sql", "last", activity) == f"-- {activity} makes no population of its own."


def test_runs_are_listed_the_latest_first(shop: Shop) -> None:
    first = shop.run(MAILING)[1]["run"]
    second = shop.run(MAILING, "--live", "--yes", "--run-id", "named", "--at", "2026-03-02T09:00Z")[1]["run"]
    listed = json.loads(shop.must("run", "list", "--json"))
    assert [(run["run"], run["mode"], run["status"]) for run in listed] == [
        (second, "live", "completed"),
        (first, "test", "completed"),
    ]
    assert second == "named"
    assert "Spring" in shop.must("run", "list")
    assert shop.show(first)["status"] == "completed"


def test_the_commands_that_are_advised_work_as_they_are_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = shop.call("campaign", "run", shop.file("c.yaml", MAILING), "--live", "--run-id", "one")
    advised = shlex.split(output.split("To send: ")[1].partition(". To give up")[0])
    assert (code, advised) == (1, ["batuta", "--home", str(shop.folder / "home"), "run", "confirm", "one"])
    monkeypatch.chdir(shop.folder)
    assert "batuta --home home run confirm one" in shop.call("run", "show", "last")[1]
    monkeypatch.setenv("BATUTA_HOME", "home")
    assert "batuta run confirm one" in shop.call("run", "show", "last")[1]
