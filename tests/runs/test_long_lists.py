"""Long lists in campaign files: pasted, or in a text file beside; checked, run and run again from the command line."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from .conftest import Shop
from .test_flow import PEOPLE, campaign

MANY = 100_000
ADDRESSES = [f"nobody{number}@example.org" for number in range(MANY - 2)]
ADDRESSES[70_000:70_000] = ["ANN@example.org", "fay@elsewhere.net"]


def chosen(**fields: object) -> str:
    rule = json.dumps({"kind": "attribute", "expression": "[email]", "operator": "in", **fields})
    return campaign("", PEOPLE % ("chosen", rule)).replace("transitions:", "")


def frozen(shop: Shop) -> tuple[int, int]:
    """Return how long the frozen campaign is, and how many lists the home keeps."""
    with sqlite3.connect(shop.folder / "home" / "state.sqlite") as connection:
        ((length,),) = connection.execute("SELECT length(document) FROM run ORDER BY id DESC LIMIT 1")
        ((lists,),) = connection.execute("SELECT count(*) FROM value_list")
    return length, lists


@pytest.mark.parametrize("way", ["pasted", "file"])
def test_a_hundred_thousand_addresses(shop: Shop, way: str) -> None:
    shop.file("addresses.txt", "\ufeff" + "\r\n".join(ADDRESSES) + "\r\n\r\n")
    text = chosen(values=ADDRESSES) if way == "pasted" else chosen(values_file="addresses.txt")
    for _ in range(2):
        code, _found = shop.run(text, *([] if way == "pasted" else ["--live", "--yes"]))
        assert (code, shop.keys("chosen")) == (0, [1, 6])
    length, lists = frozen(shop)
    assert length < 5_000
    assert lists == 1


def test_checking_a_file_of_many_values_is_quick_and_keeps_nothing(shop: Shop) -> None:
    shop.file("addresses.txt", "\n".join(ADDRESSES))
    path = shop.file("campaign.yaml", chosen(values_file="addresses.txt"))
    shop.must("campaign", "validate", path)
    began = time.perf_counter()
    shop.must("campaign", "validate", path)
    assert time.perf_counter() - began < 3  # all of the command; the list itself takes less than a second
    with sqlite3.connect(shop.folder / "home" / "state.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM value_list").fetchall() == [(0,)]


def said(shop: Shop, text: str) -> list[tuple[str, str]]:
    _, printed = shop.call("campaign", "validate", shop.file("campaign.yaml", text), "--json")
    return [(found["field"], found["code"]) for found in json.loads(printed)["problems"] if found["blocking"]]


def test_what_is_wrong_with_files_of_values(shop: Shop) -> None:
    (shop.folder / "latin.txt").write_bytes(b"caf\xe9\n")
    shop.file("ok.txt", "a\n")
    Path(shop.file("../outside.txt", "a\n"))
    assert said(shop, chosen(values_file="none.txt"))[0][1] == "values-file-unreadable"
    assert said(shop, chosen(values_file="../outside.txt"))[0][1] == "values-file-elsewhere"
    assert said(shop, chosen(values_file="/etc/hostname"))[0][1] == "values-file-elsewhere"
    assert said(shop, chosen(values_file="latin.txt"))[0][1] == "values-file-not-utf-8"
    assert said(shop, chosen(values_file="ok.txt", values=["b"]))[0][1] == "values-file-and-values"


def test_wrong_values_of_a_file_are_told_by_their_places(shop: Shop) -> None:
    shop.file("ages.txt", "12\ntwelve\n13\n")
    text = chosen(values_file="ages.txt").replace("[email]", "[age]")
    assert said(shop, text) == [("rule.values.1", "value.wrong-type")]


def test_filters_hold_long_lists_too(shop: Shop) -> None:
    shop.file("addresses.txt", "\n".join(ADDRESSES))
    text = "{name: known, schema: person, rule: {kind: attribute, expression: '[email]', operator: %s}}"
    assert shop.call("filter", "add", shop.file("filter.yaml", text % "in, values_file: addresses.txt"))[0] == 0
    use = campaign("", PEOPLE % ("chosen", "{kind: filter, filter: known}")).replace("transitions:", "")
    assert shop.run(use)[0] == 0
    assert shop.keys("chosen") == [1, 6]


def test_questions_about_a_rule_take_filters_and_files_of_values(shop: Shop) -> None:
    shop.file("addresses.txt", "\n".join(ADDRESSES))
    listed = "{kind: attribute, expression: '[email]', operator: in, values_file: addresses.txt}"
    assert (
        shop.call("filter", "add", shop.file("filter.yaml", f"{{name: known, schema: person, rule: {listed}}}"))[0] == 0
    )
    for rule in (listed, "{kind: filter, filter: known}"):
        path = shop.file("rule.yaml", f"{{dimension: people, rule: {rule}}}")
        assert json.loads(shop.must("audience", "count", path, "--json")) == {"rows": 2, "targets": 2}
