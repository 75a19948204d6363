"""Incremental queries through the command line, with mails in the outbox: nobody twice, nobody lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from batuta.store.ledger import SqlLedger
from batuta.store.moves import control

from .conftest import BY_DATE, FOR_EVER, NEEDS_ATTENTION, SAVING, Home, campaign

DAY = "2026-03-0{}T09:00:00Z"
WAYS = [BY_DATE, FOR_EVER]
UP_TO = "SELECT customer_id FROM data.data.customer WHERE created_at <= TIMESTAMP '{}' ORDER BY 1"


@pytest.mark.parametrize("way", WAYS)
def test_each_live_run_writes_to_those_who_are_new(home: Home, way: str) -> None:
    home.load((1, "2026-01-01 10:00:00"), (2, "2026-02-28 23:59:59"))
    assert home.live(campaign(way), DAY.format(1)) == "completed"
    assert home.mailed() == [1, 2]
    home.load((3, "2026-03-01 12:00:00"), (4, "2026-03-02 08:00:00"))
    assert home.live(campaign(way), DAY.format(2)) == "completed"
    assert home.mailed() == [1, 2, 3, 4]
    assert home.keys() == [3, 4]
    assert home.mailed() == home.ask("SELECT customer_id FROM data.data.customer ORDER BY 1")
    assert home.states() == ["returned", "returned"]


@pytest.mark.parametrize("way", WAYS)
def test_live_test_failed_stopped_and_live_again(home: Home, way: str) -> None:
    """The rows between the runs are written to by exactly one of them, whatever became of the runs."""
    home.load((1, "2026-03-01 08:00:00"))
    assert home.live(campaign(way), DAY.format(1)) == "completed"
    home.load((2, "2026-03-02 08:00:00"))
    assert home.run(campaign(way), DAY.format(2)) == "completed"
    assert home.keys() == [2]
    assert home.run(campaign(way), DAY.format(2)) == "completed"
    assert home.keys() == [2]  # a test run moved nothing
    assert home.live(campaign(way, rule=NEEDS_ATTENTION), DAY.format(2), name="failed") == "paused on error"
    home.load((3, "2026-03-03 08:00:00"))
    assert home.live(campaign(way), DAY.format(3)) == "completed"
    assert home.mailed() == [1, 3]  # the run that is paused on its error keeps the second one
    home.must("run", "stop", "failed")
    home.load((4, "2026-03-04 08:00:00"))
    assert home.live(campaign(way), DAY.format(4)) == "completed"
    assert home.keys() == [2, 4]
    assert home.mailed() == [1, 2, 3, 4]
    assert home.states() == ["returned", "given back", "returned", "returned"]


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_fails_after_an_effect_has_returned_its_people(home: Home, way: str) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    text = campaign(way, SAVING, rule=NEEDS_ATTENTION)
    assert home.live(text, DAY.format(1), name="failed") == "paused on error"
    assert home.states() == ["returned"]
    home.must("run", "stop", "failed")
    home.load((2, "2026-03-02 08:00:00"))
    assert home.live(campaign(way, SAVING), DAY.format(2)) == "completed"
    assert home.mailed() == [2]
    members = json.loads(home.must("audience", "preview", "Welcomed", "--json"))
    assert [row[0] for row in members["rows"]] == [1, 2]


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_awaits_confirmation_holds_its_people_until_it_is_stopped_or_confirmed(home: Home, way: str) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    assert home.run(campaign(way), DAY.format(1), "--live", name="waiting") == "awaiting confirmation"
    assert home.states() == ["reserved"]
    home.load((2, "2026-03-02 08:00:00"))
    assert home.run(campaign(way), DAY.format(2)) == "completed"
    assert home.keys() == [2]
    assert home.live(campaign(way), DAY.format(2)) == "completed"
    assert home.mailed() == [2]
    home.must("run", "resume", "waiting", "--yes")
    assert home.mailed() == [1, 2]
    assert home.states() == ["returned", "returned"]
    assert home.run(campaign(way), DAY.format(3), "--live", name="none") == "completed"
    assert home.count() == 0


def test_rows_loaded_late_within_the_overlap_come_once(home: Home) -> None:
    home.load((1, "2026-03-01 08:30:00"))
    assert home.live(campaign(), DAY.format(1)) == "completed"
    home.load((2, "2026-03-01 08:00:00"), (3, "2026-03-01 08:00:01"), (4, "2026-03-01 09:30:00"))
    assert home.live(campaign(), DAY.format(2)) == "completed"
    assert home.keys() == [3, 4]  # one hour back from nine: the second one came too late, the first one was there
    assert home.live(campaign(), DAY.format(3)) == "completed"
    assert home.mailed() == [1, 3, 4]


def test_dates_that_are_empty_are_left_out_and_told_and_future_ones_wait(home: Home) -> None:
    home.load((1, ""), (2, "2026-03-01 08:00:00"), (3, "2026-03-05 08:00:00"))
    assert home.live(campaign(), DAY.format(1)) == "completed"
    assert home.mailed() == [2]
    assert "have no date and are left out: 1." in home.must("run", "log", "last")
    assert home.live(campaign(), DAY.format(4)) == "completed"
    assert home.mailed() == [2]
    assert home.live(campaign(), DAY.format(5)) == "completed"
    assert home.mailed() == [2, 3]


def test_a_first_run_takes_everything_up_to_now(home: Home) -> None:
    home.load(*((number, f"20{number:02}-01-01 00:00:00") for number in range(10, 30)))
    assert home.live(campaign(), DAY.format(1)) == "completed"
    assert home.mailed() == home.ask(UP_TO.format("2026-03-01 09:00:00"))
    assert len(home.mailed()) == 17


def test_nothing_new_ends_the_path_unless_it_is_to_go_on(home: Home) -> None:
    assert home.live(campaign(), DAY.format(1), name="quiet") == "completed"
    shown = json.loads(home.must("run", "show", "quiet", "--json"))
    assert {task["activity"]: task["state"] for task in shown["tasks"]} == {
        "fresh": "done",
        "some": "skipped",
        "mail": "skipped",
    }
    going = campaign().replace("  kind: incremental-query\n", "  kind: incremental-query\n  outputs: {main: {}}\n")
    assert home.live(going, DAY.format(2)) == "completed"
    shown = json.loads(home.must("run", "show", "last", "--json"))
    assert {task["state"] for task in shown["tasks"]} == {"done"}


def test_remembered_people_come_again_after_so_many_days_to_the_second(home: Home) -> None:
    text = campaign("remember: {days: 7}")
    home.load((1, "2026-03-01 08:00:00"))
    assert home.live(text, "2026-03-01T09:00:00Z") == "completed"
    assert home.live(text, "2026-03-08T08:59:59Z") == "completed"
    assert home.mailed() == [1]
    assert home.live(text, "2026-03-08T09:00:00Z") == "completed"
    assert home.mailed() == [1, 1]
    assert home.live(text, "2026-03-15T08:59:59Z") == "completed"
    assert home.mailed() == [1, 1]


def test_days_are_those_of_the_calendar_in_the_zone_of_the_campaign(home: Home) -> None:
    """Clocks go forward on 29 March 2026 in Paris: nine o'clock is an hour earlier afterwards."""
    text = campaign("remember: {days: 7}").replace("name: Welcome\n", "name: Welcome\ntimezone: Europe/Paris\n")
    home.load((1, "2026-03-01 08:00:00"))
    assert home.live(text, "2026-03-25T09:00:00+01:00") == "completed"
    assert home.live(text, "2026-04-01T09:00:00+02:00") == "completed"
    assert home.mailed() == [1, 1]


def test_a_run_that_holds_people_for_long_keeps_them_beyond_the_days(home: Home) -> None:
    text = campaign("remember: {days: 2}")
    home.load((1, "2026-03-01 08:00:00"))
    assert home.run(text, DAY.format(1), "--live", name="waiting") == "awaiting confirmation"
    assert home.live(text, DAY.format(9)) == "completed"
    assert home.mailed() == []
    home.must("run", "resume", "waiting", "--yes")
    assert home.mailed() == [1]


@pytest.mark.parametrize(
    ("attribute", "zone", "second"),
    [
        ("[created_at]", "Europe/Paris", []),  # ten o'clock on the clock of Paris is nine o'clock UTC
        ("[seen_at]", "Europe/Paris", [2]),  # an instant is the same everywhere
        ("[joined]", "Europe/Paris", [2]),  # a day counts as soon as it begins
    ],
)
def test_dates_are_those_of_the_campaign(home: Home, attribute: str, zone: str, second: list[int]) -> None:
    text = campaign(f"by_date: {{attribute: '{attribute}', overlap_minutes: 0}}")
    text = text.replace("name: Welcome\n", f"name: Welcome\ntimezone: {zone}\n")
    home.load((1, "2026-03-01 08:00:00"))
    assert home.live(text, "2026-03-01T09:00:00Z") == "completed"
    home.load((2, "2026-03-01 09:30:00"))
    assert home.live(text, "2026-03-01T10:00:00Z") == "completed"
    assert home.mailed() == [1, *second]


def test_no_one_is_lost_when_clocks_are_set_back(home: Home) -> None:
    """On 25 October 2026 Paris has 02:30 twice; the second one comes after the run at 02:45, summer time."""
    text = campaign("by_date: {attribute: '[created_at]', overlap_minutes: 0}")
    text = text.replace("name: Welcome\n", "name: Welcome\ntimezone: Europe/Paris\n")
    home.load((1, "2026-10-25 02:30:00"))
    assert home.live(text, "2026-10-25T00:45:00Z") == "completed"
    home.load((2, "2026-10-25 02:30:00"))
    assert home.live(text, "2026-10-25T02:00:00Z") == "completed"
    assert home.mailed() == [1, 2]


def test_the_same_person_as_a_row_of_another_dimension_is_another_row(home: Home) -> None:
    """A memory belongs to the keys it was made of: another dimension begins anew."""
    home.must("dimension", "add", "visitors", "--schema", "customer", "--identity", "email")
    home.load((1, "2026-03-01 08:00:00"))
    assert home.live(campaign(FOR_EVER), DAY.format(1)) == "completed"
    assert home.run(campaign(FOR_EVER).replace("id: fresh\n", "id: newer\n").replace("fresh,", "newer,"), DAY.format(2))
    assert home.keys(transition="newer") == [1]  # nor does an activity know what another one returned


def test_the_memory_is_shown_and_forgotten(home: Home) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    assert home.live(campaign(), DAY.format(1), name="first") == "completed"
    assert home.memory() == [
        {
            "number": 1,
            "activity": "fresh",
            "run": "first",
            "state": "returned",
            "after": None,
            "until": "2026-03-01 09:00:00+00:00",
            "rows": 1,
        }
    ]
    shown = home.must("campaign", "memory", "welcome", "--activity", "fresh")
    assert "first" in shown
    assert home.call("campaign", "memory", "welcome", "--activity", "other")[0] == 1
    assert home.run(campaign(), DAY.format(2), "--live", name="open") == "completed"
    home.must("campaign", "memory", "welcome", "--forget", "--yes")
    assert home.live(campaign(), DAY.format(3)) == "completed"
    assert home.mailed() == [1, 1]
    assert home.states() == ["forgotten", "forgotten", "returned"]


def test_what_a_run_holds_is_not_forgotten(home: Home) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    home.run(campaign(), DAY.format(1), "--live", name="open")
    code, message = home.call("campaign", "memory", "welcome", "--forget", "--yes")
    assert code == 1
    assert "run open still holds people" in message
    assert home.states() == ["reserved"]


def test_the_sql_of_a_query_is_that_of_its_own_window(home: Home) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    home.live(campaign(), DAY.format(1))
    home.live(campaign(), DAY.format(2), name="second")
    home.live(campaign(), DAY.format(3))
    sql = home.must("run", "sql", "second", "fresh")
    assert "2026-03-01 08:00:00" in sql
    assert "2026-03-02 09:00:00" in sql


def fail_for_good(home: Home, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Run the campaign live with a ledger that does not add up when its mail is prepared."""
    honest = SqlLedger.tally
    with monkeypatch.context() as patch:
        patch.setattr(SqlLedger, "tally", lambda self, key: replace(honest(self, key), failed=1))
        assert home.live(campaign(), at, name="failed") == "failed"
    assert home.states()[-1] == "given back"
    assert home.mailed() == []


def test_a_run_that_failed_for_good_gives_back_and_may_take_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    fail_for_good(home, monkeypatch, DAY.format(1))
    assert home.run(campaign(), DAY.format(2)) == "completed"
    assert home.keys() == [1]
    home.must("run", "resume", "failed", "--yes")
    assert home.mailed() == [1]
    assert home.states() == ["returned"]
    assert home.live(campaign(), DAY.format(3)) == "completed"
    assert home.mailed() == [1]


def test_what_was_given_back_and_returned_by_another_run_is_not_taken_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.load((1, "2026-03-01 08:00:00"))
    fail_for_good(home, monkeypatch, DAY.format(1))
    assert home.live(campaign(), DAY.format(2)) == "completed"
    assert home.mailed() == [1]
    code, message = home.call("run", "resume", "failed", "--yes")
    assert code == 1
    assert "another run has queried since" in message
    assert home.mailed() == [1]


def test_a_planted_fault_is_seen_people_who_are_taken_back_from_another_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "take_back", lambda *_: None)
    with pytest.raises(AssertionError):
        test_what_was_given_back_and_returned_by_another_run_is_not_taken_back(home, monkeypatch)
