"""Reasons for leaving people out are told in the order in which they are tried."""

from __future__ import annotations

from pathlib import Path

from tests.test_wrong_input import FIRST, first_home


def test_reasons_come_in_the_order_of_the_checks(tmp_path: Path) -> None:
    batuta = first_home(tmp_path / "home")
    (delivery,) = batuta("campaign", "run", FIRST / "thanks.yaml", "--json").json["deliveries"]
    assert list(delivery["excluded"].items()) == [("empty-address", 1), ("not-allowed", 1)]
    report = batuta("report", "last", "--json").json
    assert list(report["deliveries"][0]["excluded"]) == ["empty-address", "not-allowed"]
