"""kill -9 before, in and after a wait: it is waited for once, and every mail leaves once."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from .conftest import Shop
from .test_flow import ALL, MAIL, campaign

WAIT = "{id: hold, kind: wait, parameters: {duration: {amount: 1, unit: seconds}}}"
TEXT = campaign("all>hold hold>mail", ALL, WAIT, MAIL % "mail")


def command(shop: Shop, *words: str) -> list[str]:
    return [sys.executable, "-c", "from batuta.app import main; main()", "--home", str(shop.folder / "home"), *words]


def said(shop: Shop) -> list[str]:
    connection = sqlite3.connect(f"file:{shop.folder / 'home' / 'state.sqlite'}?mode=ro", uri=True, timeout=30)
    try:
        return [
            f"{activity}: {message}" for activity, message in connection.execute("SELECT activity, message FROM event")
        ]
    finally:
        connection.close()


@pytest.mark.parametrize("when", ["hold: Begins", "hold: Waits until", "hold: Goes on"])
def test_a_wait_survives_the_death_of_the_process(shop: Shop, when: str) -> None:
    words = ("campaign", "run", shop.file("campaign.yaml", TEXT), "--live", "--yes", "--json")
    process = subprocess.Popen(command(shop, *words), stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while process.poll() is None and not any(line.startswith(when) for line in said(shop)):
            assert time.monotonic() < until
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    done = json.loads(shop.must("run", "resume", "last", "--yes", "--json"))
    assert done["status"] == "completed"
    assert sum("hold: Waits until" in line for line in said(shop)) == 1
    assert len(shop.outbox()) == len({path.name for path in shop.outbox()}) == 4
