"""The demo's campaigns count what SQL written for itself counts: every output, every reason, at two sizes."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from batuta.campaign.file import load_campaign
from tests.demo.command import batuta, begun
from tests.demo.reference import CAMPAIGNS, Counted, counted, reference
from tests.peak import peak_memory

FILES = Path(__file__).parents[2] / "examples" / "shop" / "campaigns"
TEN_THOUSAND = {
    "loyalty": {"reachable.main": 9_882, "buyers.main": 5_653, "loyal.main": 4_480, "thanks.sent": 3_472},
    "wish-list": {"wishers.main": 1_062, "groups.comparison": 122, "reminder.sent": 584},
    "back-in-stock": {"wishes.main": 671, "wishers.main": 343, "wishers.complement": 4, "news.sent": 264},
    "customer-risk": {"keep.main": 4_032},
    "churn-risk": {"levels.high": 1_401, "levels.middle": 1_265, "levels.low": 1_316, "second-mail.sent": 2_116},
    "carts": {"quiet.main": 115, "letter.sent": 102},
}
"""So many targets there are on some outputs of each campaign."""

MILLION = {
    "loyalty": {"reachable.main": 990_043, "buyers.main": 570_516, "loyal.main": 449_855, "thanks.sent": 349_512},
    "wish-list": {"wishers.main": 105_413, "groups.comparison": 10_329, "reminder.sent": 60_369},
    "back-in-stock": {"wishes.main": 73_385, "wishers.main": 36_934, "wishers.complement": 737, "news.sent": 27_373},
    "customer-risk": {"keep.main": 401_030},
    "churn-risk": {
        "levels.high": 144_146,
        "levels.middle": 126_322,
        "levels.low": 125_072,
        "second-mail.sent": 205_285,
    },
}

RUNS = [
    (campaign, mode) for campaign in CAMPAIGNS for mode in ("test", "live") if (campaign, mode) != ("carts", "test")
]
"""What the demo runs: that which deletes people is run live only."""

MOST_MEMORY = 3 * 1024**3
"""In bytes, for any of the processes over a million recipients."""


def targets(found: Counted, outputs: Iterable[str]) -> dict[str, int]:
    """Return the targets of some outputs."""
    return {output: found.outputs[output][1] for output in outputs}


def file_of(campaign: str) -> Path:
    return FILES / f"{campaign}.yaml"


@pytest.mark.parametrize(
    ("campaign", "mode"),
    [
        *((campaign, mode) for campaign in CAMPAIGNS if campaign != "carts" for mode in ("test", "live")),
        ("carts", "live"),
    ],
)
def test_ten_thousand_are_counted_as_separate_sql_counts_them(home: Path, told: Any, campaign: str, mode: str) -> None:
    name = load_campaign(file_of(campaign)).campaign.name
    (run,) = [one for one in told["runs"] if (one["campaign"], one["mode"]) == (name, mode)]
    found = counted(run)
    assert found == reference(home / "demo", campaign)
    assert targets(found, TEN_THOUSAND[campaign]) == TEN_THOUSAND[campaign]


def test_each_wish_has_a_row_and_a_message_of_its_own(told: Any) -> None:
    (run,) = [one for one in told["runs"] if (one["campaign"], one["mode"]) == ("Back in stock", "live")]
    found = counted(run)
    assert found.outputs["wishers.main"] == (667, 343)
    assert found.outputs["news.sent"] == (512, 264)
    assert found.messages["news"]["sent"] == 512


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a shop with a million recipients, whose risk is kept as an audience."""
    home = tmp_path_factory.mktemp("million") / "home"
    done = batuta(home, "demo", "--recipients", "1000000", "--data-only", "--json", timeout=900)
    assert done.returncode == 0, done.stderr
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def risk(million: Path) -> Any:
    """The live run that keeps the audience which another campaign reads."""
    return run_of(million, "customer-risk", "--live", "--yes")[0]


def run_of(home: Path, campaign: str, *options: str) -> tuple[Any, float]:
    """Run a campaign and return what it told, and the seconds it took."""
    began = time.monotonic()
    done = batuta(home, "campaign", "run", file_of(campaign), "--json", *options, timeout=1800)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), time.monotonic() - began


def measured(home: Path, campaign: str, *options: str) -> tuple[Any, float, int]:
    """Run a campaign; return what it told, the seconds it took and the most bytes it held."""
    began = time.monotonic()
    words = ("campaign", "run", file_of(campaign), "--json", *options)
    with TemporaryFile("w+") as told, begun(home, *words, told=told) as run:
        peak = peak_memory(run)
        assert run.returncode == 0
        told.seek(0)
        return json.load(told), time.monotonic() - began, peak


@pytest.mark.slow
@pytest.mark.parametrize(
    ("campaign", "mode"),
    [
        ("loyalty", "test"),
        ("wish-list", "test"),
        ("back-in-stock", "test"),
        ("back-in-stock", "live"),
        ("churn-risk", "test"),
    ],
)
def test_a_million_are_counted_as_separate_sql_counts_them(
    million: Path, risk: Any, campaign: str, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert counted(risk) == reference(million / "demo", "customer-risk")
    assert targets(counted(risk), MILLION["customer-risk"]) == MILLION["customer-risk"]
    live = ("--live", "--yes") if mode == "live" else ()
    run, seconds, memory = measured(million, campaign, *live)
    found = counted(run)
    messages = {activity: sum(counts.values()) for activity, counts in found.messages.items()}
    with capsys.disabled():
        sys.stdout.write(f"\n{campaign} {mode}: {seconds:.0f} s, {memory >> 20:,} MiB at most, messages {messages}\n")
    assert found == reference(million / "demo", campaign)
    assert targets(found, MILLION[campaign]) == MILLION[campaign]
    assert memory < MOST_MEMORY
