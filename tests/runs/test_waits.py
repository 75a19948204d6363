"""Waits from the command line: nothing runs meanwhile, and time moves on for what follows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from batuta.runs.worker import Workers
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database
from tests.command import Batuta
from tests.engines import data_gone

from .conftest import START, SetClock, Shop
from .test_runs import HEAD, legs

ONE_DAY = timedelta(days=1)

CAMPAIGN = (
    HEAD
    + """
activities:
- {id: all, kind: build-audience, parameters: {dimension: people, rule: {kind: all-rows}}}
- {id: early, kind: build-audience, parameters: {dimension: people, rule: RULE}}
- {id: hold, kind: wait, label: Three days, parameters: {duration: {amount: 3, unit: days}}}
- {id: late, kind: build-audience, parameters: {dimension: people, rule: RULE}}
- {id: both, kind: combine, parameters: {operation: intersection}}
- {id: mail, kind: email, parameters: {channel: news, subject: Hello, html: "<p>{{ profile.email }}</p>"}}
- {id: begun, kind: save-audience, parameters: {label: Early, allow_empty: true}}
transitions:
- {from: early, to: begun}
- {from: all, to: hold}
- {from: hold, to: late}
- {from: late, to: both}
- {from: all, to: both}
- {from: both, to: mail}
"""
).replace("RULE", '{kind: expression, expression: "Month(GetDate()) * 100 + Day(GetDate()) >= 304"}')
"""Who is counted as early or late depends on "now" alone: nobody before 4 March, everybody from then on."""


def begin(shop: Shop, *options: str, campaign: str = CAMPAIGN) -> dict[str, object]:
    code, output = shop.call("campaign", "run", shop.file("campaign.yaml", campaign), "--json", *options)
    assert code == 0, output
    found: dict[str, object] = json.loads(output)
    return found


def log(shop: Shop) -> list[str]:
    return [event["message"] for event in json.loads(shop.must("run", "log", "last", "--json"))]


def test_a_live_run_ends_its_process_and_goes_on_when_it_is_due(shop: Shop, clock: SetClock) -> None:
    found = begin(shop, "--live", "--yes")
    assert (found["status"], shop.outbox()) == ("waiting", [])
    assert found["waits"] == [{"activity": "hold", "until": "2026-03-04 09:00:00+00:00"}]
    assert shop.states()["hold"] == "waiting"
    clock(START + 3 * ONE_DAY - timedelta(minutes=1))
    shown = shop.must("run", "resume", "last")
    assert "Three days: waits until 2026-03-04 10:00 (Europe/Paris)" in shown
    assert "--skip-waits" in shown
    assert shop.states()["hold"] == "waiting"
    clock(START + 3 * ONE_DAY + timedelta(hours=2))
    done = json.loads(shop.must("run", "resume", "last", "--yes", "--json"))
    assert (done["status"], done["waits"]) == ("completed", [])
    counted = legs(done)
    assert (counted["early", "main", "begun"], counted["late", "main", "both"]) == (0, 6)
    assert len(shop.outbox()) == 4


@pytest.mark.parametrize(
    "words",
    [
        ("run", "list"),
        ("run", "log", "last"),
        ("run", "show", "last"),
        ("run", "preview", "last", "all"),
        ("report", "last"),
        ("inbox", "list"),
        ("inbox", "read"),
        ("audience", "list"),
        ("audience", "show", "Early"),
    ],
)
def test_the_next_command_picks_a_due_run_up(shop: Shop, clock: SetClock, words: tuple[str, ...]) -> None:
    run = begin(shop, "--live", "--yes")["run"]
    shop.must(*words)
    assert shop.outbox() == []
    clock(START + 3 * ONE_DAY)
    said = shop.must(*words)
    assert f"Run {run} has waited long enough: it goes on." in said
    assert f"Run {run} is completed." in said
    assert len(shop.outbox()) == 4
    assert "goes on" not in shop.must(*words)


def test_what_a_picked_up_run_does_is_told_aside(shop: Shop, clock: SetClock) -> None:
    run = begin(shop, "--live", "--yes")["run"]
    clock(START + 3 * ONE_DAY)
    answer = Batuta(shop.folder / "home")("report", "last", "--json")
    assert (answer.json["run"], answer.json["status"]) == (run, "completed")
    assert answer.err.splitlines() == [
        f"Run {run} has waited long enough: it goes on.",
        f"Run {run} is completed.",
    ]


@pytest.mark.parametrize("words", [("environment", "show"), ("data", "load", "person", "more.csv")])
def test_what_changes_data_or_settings_comes_before_what_is_due(
    shop: Shop, clock: SetClock, words: tuple[str, ...]
) -> None:
    begin(shop, "--live", "--yes")
    clock(START + 3 * ONE_DAY)
    shop.file("more.csv", "person_id,email,country,age\n7,gil@example.org,FR,30\n")
    shop.must(*(str(shop.folder / word) if word.endswith(".csv") else word for word in words))
    assert shop.outbox() == []


def test_picking_up_may_be_switched_off(shop: Shop, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(shop, "--live", "--yes")
    clock(START + 3 * ONE_DAY)
    assert "goes on" not in shop.must("--no-pick-up", "run", "list")
    monkeypatch.setenv("BATUTA_PICK_UP", "0")
    assert (shop.show()["status"], shop.outbox()) == ("waiting", [])
    assert "is completed" in shop.must("--pick-up", "run", "list")


def test_who_interrupts_a_run_that_is_picked_up_interrupts_the_command(
    shop: Shop, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(shop, "--live", "--yes")["run"]
    clock(START + 3 * ONE_DAY)
    monkeypatch.setattr(Workers, "join", interrupt)
    code, said = shop.call("campaign", "run", shop.file("campaign.yaml", CAMPAIGN), "--live", "--yes")
    assert code == 1
    assert f"Interrupted: run {first} is paused, and nothing else was begun." in said
    monkeypatch.undo()
    clock(START + 3 * ONE_DAY)
    listed = json.loads(shop.must("run", "list", "--json"))
    assert [(run["run"], run["status"]) for run in listed] == [(first, "paused")]
    assert json.loads(shop.must("run", "resume", str(first), "--yes", "--json"))["status"] == "completed"
    assert len(shop.outbox()) == 4


def test_a_run_that_cannot_be_picked_up_does_not_keep_a_command_from_its_work(shop: Shop, clock: SetClock) -> None:
    run = begin(shop, "--live", "--yes")["run"]
    clock(START + 3 * ONE_DAY)
    with data_gone(shop.folder / "home"):
        answer = Batuta(shop.folder / "home")("inbox", "list", "--json")
        assert answer.json == []
        assert f"Run {run} cannot go on now:" in answer.err
        assert "the data of this home is gone" in answer.err
    assert Batuta(shop.folder / "home")("run", "show", "last", "--json").json["status"] == "completed"


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_nobody_is_asked_for_a_run_that_is_picked_up(shop: Shop, clock: SetClock) -> None:
    run = begin(shop, "--live")["run"]
    clock(START + 3 * ONE_DAY)
    assert f"Run {run} is awaiting confirmation." in shop.must("run", "list")
    assert shop.outbox() == []


def test_a_run_that_a_person_paused_or_stops_is_not_picked_up(shop: Shop, clock: SetClock) -> None:
    paused = str(begin(shop, "--live", "--yes")["run"])
    assert "is paused" in shop.must("run", "pause", paused)
    stopped = str(begin(shop, "--live", "--yes")["run"])
    clock(START + 3 * ONE_DAY)
    assert shop.must("run", "stop", stopped) == f"Run {stopped} is stopped."
    assert (shop.show(stopped)["tasks"][2]["state"], shop.outbox()) == ("cancelled", [])
    assert (shop.show(paused)["status"], shop.outbox()) == ("paused", [])
    assert json.loads(shop.must("run", "resume", paused, "--yes", "--json"))["status"] == "completed"


def test_waits_may_be_skipped(shop: Shop, clock: SetClock) -> None:
    found = begin(shop, "--live", "--yes", "--skip-waits")
    assert (found["status"], legs(found)["late", "main", "both"]) == ("completed", 0)  # now is still 1 March
    assert "Skips the wait until 2026-03-04 10:00 (Europe/Paris)" in log(shop)
    clock(START + timedelta(hours=1))
    begin(shop, "--live", "--yes")
    clock(START + ONE_DAY)
    done = json.loads(shop.must("run", "resume", "last", "--yes", "--skip-waits", "--json"))
    assert (done["status"], legs(done)["late", "main", "both"]) == ("completed", 0)
    assert any(line.startswith("Wait skipped by ") for line in log(shop))


def test_a_test_run_skips_waits_unless_told_to_keep_them(shop: Shop, clock: SetClock) -> None:
    assert begin(shop)["status"] == "completed"
    assert begin(shop, "--keep-waits")["status"] == "waiting"
    clock(START + 3 * ONE_DAY)
    assert "is completed" in shop.must("run", "list")
    assert shop.outbox() == []
    path = shop.file("campaign.yaml", CAMPAIGN)
    code, said = shop.call("campaign", "run", path, "--skip-waits", "--keep-waits")
    assert (code, "--keep-waits says the contrary" in said) == (2, True)


def test_a_run_as_of_an_instant_counts_alike_however_it_waits(shop: Shop, clock: SetClock) -> None:
    clock(datetime(2027, 7, 7, 12, 0, tzinfo=UTC))
    as_of = ("--at", "2026-03-01T09:00Z")
    tested = begin(shop, *as_of)
    skipped = begin(shop, "--live", "--yes", "--skip-waits", *as_of)
    waited = begin(shop, "--live", "--yes", *as_of)
    assert waited["waits"] == [{"activity": "hold", "until": "2026-03-04 09:00:00+00:00"}]
    clock(datetime(2027, 7, 10, 11, 59, tzinfo=UTC))  # it lasts as long as it would have
    run = str(waited["run"])
    assert json.loads(shop.must("run", "resume", run, "--yes", "--json"))["status"] == "waiting"
    clock(datetime(2027, 7, 10, 12, 0, tzinfo=UTC))
    waited = json.loads(shop.must("run", "resume", run, "--yes", "--json"))
    assert tested["transitions"] == skipped["transitions"] == waited["transitions"]
    assert legs(tested)["late", "main", "both"] == 6


def test_a_short_wait_is_waited_out(shop: Shop) -> None:
    short = CAMPAIGN.replace("{amount: 3, unit: days}", "{amount: 1, unit: seconds}")
    found = begin(shop, "--live", "--yes", campaign=short)
    assert found["status"] == "completed"
    assert sum(line.startswith("Waits until") for line in log(shop)) == 1


def test_a_date_that_is_over_waits_for_nothing(shop: Shop, clock: SetClock) -> None:
    past = CAMPAIGN.replace("{duration: {amount: 3, unit: days}}", "{until: 2026-02-28T10:00}")
    said = shop.must("campaign", "validate", shop.file("campaign.yaml", past))
    assert "2026-02-28 10:00" in said
    assert begin(shop, "--live", "--yes", campaign=past)["status"] == "completed"
    assert "Goes on at once: 2026-03-01 10:00 (Europe/Paris) has come already" in log(shop)


def test_a_wait_whose_campaign_no_longer_fits_the_data_is_paused(shop: Shop, clock: SetClock) -> None:
    begin(shop, "--live", "--yes")
    database = Database(shop.folder / "home" / "state.sqlite")
    CatalogueStore(database).change(lambda known: known.model_copy(update={"dimensions": ()}), START)
    database.close()
    clock(START + 3 * ONE_DAY)
    assert "no longer fits the data" in shop.must("run", "list")
    assert shop.show()["status"] == "paused"


def test_lists_tell_until_when_a_run_waits(shop: Shop, clock: SetClock) -> None:
    begin(shop, "--live", "--yes")
    (listed,) = json.loads(shop.must("run", "list", "--json"))
    assert (listed["status"], listed["waits_until"]) == ("waiting", "2026-03-04 09:00:00+00:00")
    shown = shop.show()
    (hold,) = [task for task in shown["tasks"] if task["activity"] == "hold"]
    assert hold["due"] == "2026-03-04 09:00:00+00:00"


def test_a_confirmation_takes_now_anew_for_what_follows_the_send(shop: Shop, clock: SetClock) -> None:
    text = CAMPAIGN.replace("to: hold}\n", "to: mail}\n").replace("from: hold,", "from: mail, output: sent,")
    text = text.replace(
        "- {id: hold, kind: wait, label: Three days, parameters: {duration: {amount: 3, unit: days}}}\n", ""
    )
    text = text.replace("- {from: both, to: mail}\n", "")
    path = shop.file("campaign.yaml", text)
    assert json.loads(shop.call("campaign", "run", path, "--live", "--json")[1])["status"] == "awaiting confirmation"
    clock(START + 3 * ONE_DAY)
    done = json.loads(shop.must("run", "confirm", "last", "--json"))
    assert (done["status"], legs(done)["late", "main", "both"]) == ("completed", 6)
    now = {task["activity"]: task["now"] for task in shop.show()["tasks"]}
    assert (now["mail"], now["late"]) == ("2026-03-01 09:00:00+00:00", "2026-03-04 09:00:00+00:00")
    assert now["both"] == now["late"]  # where paths meet it is the latest of theirs
