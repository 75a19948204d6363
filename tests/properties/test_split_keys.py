"""Chance is reproducible: a seed gives the lists of keys in tests/data/split_keys.json, on every engine and machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batuta.rules.bound import All
from batuta.sets.algebra import LimitKind, Part, Records, Segment, Split, Table
from batuta.testing import arriving, attempt, scope

from .shop import ORDERS, PEOPLE, Shop

KEPT: Mapping[str, Any] = json.loads(Path(__file__).parent.parent.joinpath("data/split_keys.json").read_text("utf-8"))
SHARES = {"half": 50, "third": 30, "fifth": 20}
SEGMENTS = tuple(Segment(name, None, LimitKind.PERCENT, share) for name, share in SHARES.items())


def hashed(salt: str, text: str) -> str:
    return hashlib.md5(f"{salt}:{text}".encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def shop() -> Shop:
    """A shop with a table of the numbers from 1 to 200."""
    found = Shop(1)
    found.connection.execute('CREATE TABLE work."numbers" AS SELECT range AS _t1 FROM range(1, 201)')
    return found


def numbers(shop: Shop, split: Split) -> dict[str, list[Any]]:
    """Return the keys of each segment in order."""
    made = shop.make({name: Part(split, place) for place, name in enumerate(SHARES)})
    return {name: sorted(row[0] if len(row) == 1 else list(row) for row in rows) for name, rows in made.items()}


def test_exact_shares_give_the_keys_that_are_kept(shop: Shop) -> None:
    axis = sorted(range(1, 201), key=lambda number: hashed("spring", str(number)))
    by_hand = {"half": sorted(axis[:100]), "third": sorted(axis[100:160]), "fifth": sorted(axis[160:])}
    found = numbers(shop, Split(Table("numbers", PEOPLE), SEGMENTS, "spring"))
    assert found == by_hand == KEPT["exact"]
    assert sorted(key for keys in found.values() for key in keys) == list(range(1, 201))


def test_stable_shares_give_the_keys_that_are_kept(shop: Shop) -> None:
    """Eight digits of the hash are compared with the shares of all they can be: nobody is that near a border."""
    by_hand: dict[str, list[int]] = {name: [] for name in SHARES}
    for number in range(1, 201):
        point = int(hashed("spring", str(number))[:8], 16) / 16**8
        by_hand["half" if point < 0.5 else "third" if point < 0.8 else "fifth"].append(number)
    found = numbers(shop, Split(Table("numbers", PEOPLE), SEGMENTS, "spring", stable=True))
    assert found == by_hand == KEPT["stable"]


def test_keys_of_several_parts_are_hashed_with_their_lengths(shop: Shop) -> None:
    keys = [(row["shop"], row["number"]) for row in shop.rows["order"]]
    axis = sorted(keys, key=lambda key: hashed("spring", "".join(f"{len(str(part))}:{part}" for part in key)))
    by_hand = {"half": axis[:7], "third": axis[7:11], "fifth": axis[11:]}
    found = numbers(shop, Split(Records(ORDERS, All()), SEGMENTS, "spring"))
    assert found == {name: sorted(map(list, keys)) for name, keys in by_hand.items()} == KEPT["composite"]


def test_stable_keeps_people_over_runs(shop: Shop) -> None:
    """The salt is that of campaign and activity; people who come and go move nobody else."""
    parameters = {"segments": [{"name": name, "percent": share} for name, share in SHARES.items()], "stable": True}
    runs = [
        attempt("split", parameters, arriving(), around=replace(scope(), run_seed=run)).populations
        for run in ("first", "second")
    ]
    assert runs[0] == runs[1]
    chance = {**parameters, "stable": False}
    other = attempt("split", chance, arriving(), around=replace(scope(), run_seed="first")).populations
    assert other != attempt("split", chance, arriving(), around=replace(scope(), run_seed="second")).populations
    split = Split(Table("numbers", PEOPLE), SEGMENTS, "spring", stable=True)
    before = numbers(shop, split)
    shop.connection.execute('DELETE FROM work."numbers" WHERE _t1 % 3 = 0')
    shop.connection.execute('INSERT INTO work."numbers" SELECT range FROM range(201, 300)')
    after = numbers(shop, split)
    for name in SHARES:
        assert [key for key in after[name] if key <= 200] == [key for key in before[name] if key % 3]
