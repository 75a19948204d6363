"""Random sets mean on the engine what the specification says, and obey the laws of sets."""

from __future__ import annotations

from collections import Counter

import pytest

from .set_cases import LAWS, check

pytestmark = pytest.mark.usefixtures("on_each_engine")

QUICK, ALL, CHUNK = 510, 20_000, 500
LEAST = {
    "Records": 400,
    "Members": 40,
    "Filtered": 30,
    "Union": 40,
    "Intersection": 40,
    "Exclusion": 40,
    "Distinct": 40,
    "Enriched": 30,
    "Value": 10,
    "Lines": 10,
    "Total": 10,
    "Found": 10,
    "Keyed": 10,
    "Moved": 100,
    "Part": 20,
    "Parted": 20,
    **{f"law: {name}": 20 for name in LAWS},
}
"""How often each kind of set comes among the quick cases at least."""


def test_random_sets() -> None:
    counted: Counter[str] = Counter()
    for seed in range(QUICK):
        counted += check(seed)
    assert sum(count for kind, count in counted.items() if kind.startswith("law")) == QUICK
    assert {kind: counted[kind] for kind, least in LEAST.items() if counted[kind] < least} == {}


@pytest.mark.slow
@pytest.mark.parametrize("first", range(QUICK, QUICK + ALL, CHUNK))
def test_many_random_sets(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(seed)
