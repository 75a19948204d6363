"""The campaign that writes twice, as of a fixed instant: its wait is kept, and "now" is another after it."""

from __future__ import annotations

import shutil
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.command import Batuta
from tests.demo.reference import counted, reference

FILE = Path(__file__).parents[2] / "examples" / "shop" / "campaigns" / "churn-risk.yaml"
AT = "2026-07-01T09:00:00+02:00"
BEFORE, AFTER = "2026-07-01 07:00:00+00:00", "2026-07-04 07:00:00+00:00"


@pytest.fixture(scope="module")
def shop(home: Path, told: Any, tmp_path_factory: pytest.TempPathFactory) -> Batuta:
    """A copy of the demo's home without its outbox, with those whom the last campaign deleted."""
    assert told
    copied = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(home, copied, ignore=shutil.ignore_patterns("outbox"))
    shop = Batuta(copied)
    shop("data", "load", "recipients", copied / "demo" / "recipients.csv")
    return shop


def times(shop: Batuta, run: str) -> dict[str, str]:
    """Return the "now" of each activity of a run."""
    return {task["activity"]: task["now"] for task in shop("run", "show", run, "--json").json["tasks"]}


def subjects(home: Path, run: str, activity: str) -> set[str]:
    """Return the subjects of the sample messages of a delivery."""
    files = home.joinpath("runs", run, "samples", activity).glob("*.eml")
    return {message_from_bytes(file.read_bytes(), policy=default)["subject"] for file in files}


def test_the_second_mail_waits_three_days_and_tells_the_day_it_is_then(shop: Batuta) -> None:
    wanted = reference(shop.home / "demo", "churn-risk")
    waiting = shop("campaign", "run", FILE, "--live", "--yes", "--json", "--at", AT).json
    assert waiting["status"] == "waiting"
    assert [wait["activity"] for wait in waiting["waits"]] == ["three-days"]
    reached = counted(waiting).outputs
    assert reached["first-mail.sent"] == wanted.outputs["first-mail.sent"]
    assert "since.quiet" not in reached

    over = shop("run", "resume", waiting["run"], "--skip-waits", "--json").json
    assert over["status"] == "completed"
    assert counted(over) == wanted
    now = times(shop, waiting["run"])
    assert {now[name] for name in ("customers", "levels", "first-mail", "three-days", "tell")} == {BEFORE}
    assert {now[name] for name in ("since", "all-done", "second-mail")} == {AFTER}
    said = subjects(shop.home, waiting["run"], "second-mail")
    assert said
    assert said <= {
        f"Today only: {day}" for day in ("4 July 2026", "4 juillet 2026", "4. Juli 2026", "4 de julio de 2026")
    }


def test_a_rehearsal_skips_the_wait_and_counts_the_same(shop: Batuta) -> None:
    tested = shop("campaign", "run", FILE, "--json", "--at", AT).json
    assert tested["status"] == "completed"
    assert counted(tested) == reference(shop.home / "demo", "churn-risk")
    assert times(shop, tested["run"])["second-mail"] == AFTER
    log = shop("run", "log", tested["run"]).out
    assert "Skips the wait until 2026-07-04 09:00 (Europe/Berlin)" in log
