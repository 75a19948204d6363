from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from batuta.kit.text import key_text
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import LimitKind, Part, Parted, Segment, Sort, Split
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

COUNT, PERCENT = LimitKind.COUNT, LimitKind.PERCENT


def hashed(*key: object, salt: str = "salt") -> str:
    return hashlib.md5(f"{salt}:{key_text(key)}".encode(), usedforsecurity=False).hexdigest()


def parts(shop: Shop, split: Split) -> list[list[object]]:
    """Return the keys of each segment and then the rest, made by one task."""
    places = [*range(len(split.segments)), None]
    made = shop.task({f"s{place}": Part(split, place) for place in places})
    for place in places:
        assert made[f"s{place}"] == shop.read(Part(split, place))
    return [[row[0] for row in made[f"s{place}"]] for place in places]


def many(shop: Shop, count: int) -> Split:
    return Split(shop.many(count), (), "salt")


def test_shares_of_the_inbound_lie_on_one_hash_axis(shop: Shop) -> None:
    segments = (Segment("a", None, PERCENT, 50), Segment("b", None, PERCENT, 30), Segment("c", None, PERCENT, 20))
    split = replace(many(shop, 10), segments=segments)
    axis = sorted(range(1, 11), key=hashed)
    assert parts(shop, split) == [
        sorted(axis[:5], key=repr),
        sorted(axis[5:8], key=repr),
        sorted(axis[8:], key=repr),
        [],
    ]


@pytest.mark.parametrize(
    ("count", "shares", "sizes"),
    [
        (3, (50, 30, 20), [2, 0, 1, 0]),
        (7, (50, 30, 20), [4, 2, 1, 0]),
        (1, (50, 30, 20), [1, 0, 0, 0]),
        (0, (50, 30, 20), [0, 0, 0, 0]),
        (10, (33.3, 33.3, 33.4), [3, 4, 3, 0]),
        (10, (12.5, 12.5), [1, 2, 7]),
        (6, (0, 100), [0, 6, 0]),
    ],
)
def test_counts_are_rounded_so_that_they_sum_up(
    shop: Shop, count: int, shares: tuple[float, ...], sizes: list[int]
) -> None:
    split = replace(many(shop, count), segments=tuple(Segment(f"s{share}", None, PERCENT, share) for share in shares))
    assert list(map(len, parts(shop, split))) == sizes


def test_a_segment_without_limit_takes_all_it_sees(shop: Shop) -> None:
    poor = Segment("poor", shop.rule("[points] < 6"))
    split = Split(shop.everyone(), (poor, Segment("b", shop.rule("[id] < 5"))), "salt")
    assert parts(shop, split) == [[3, 4, 5], [1, 2], [6]]


def test_a_rule_that_is_empty_for_a_row_does_not_take_it(shop: Shop) -> None:
    """Person 2 has no points."""
    split = Split(shop.everyone(), (Segment("a", shop.rule("[points] >= 0")),), "salt")
    assert parts(shop, split) == [[1, 3, 4, 5, 6], [2]]


def test_over_its_limit_a_row_goes_on_to_the_next_segment(shop: Shop) -> None:
    low = shop.rule("[points] < 8")
    by_points = (Sort(shop.value("[points]"), descending=True),)
    segments = (
        Segment("a", low, COUNT, 2, by_points),
        Segment("b", low, COUNT, 1, by_points),
        Segment("c", None, COUNT, 1),
    )
    found = parts(shop, Split(shop.everyone(), segments, "salt"))
    assert found[:2] == [[3, 6], [5]]
    assert found[2] == [min((1, 2, 4), key=hashed)]
    assert sorted(chain.from_iterable(found), key=repr) == [1, 2, 3, 4, 5, 6]


def test_the_top_comes_by_sort_with_empties_last_and_the_key_decides(shop: Shop) -> None:
    for descending, expected in ((True, [1, 3, 5, 6]), (False, [3, 4, 5, 6])):
        top = Segment("top", None, COUNT, 4, (Sort(shop.value("[points]"), descending),))
        assert parts(shop, Split(shop.everyone(), (top,), "salt"))[0] == expected
    by_text = Segment("top", None, COUNT, 4, (Sort(shop.value("[city]")),))
    assert parts(shop, Split(shop.everyone(), (by_text,), "salt"))[0] == [1, 2, 5, 6]


def test_a_share_with_a_rule_is_of_the_rows_it_sees_that_match(shop: Shop) -> None:
    even = shop.rule("[id] % 2 = 0")
    split = Split(shop.everyone(), (Segment("a", even, PERCENT, 50), Segment("b", None, PERCENT, 50)), "salt")
    first, second, rest = parts(shop, split)
    ranked = sorted((2, 4, 6), key=hashed)
    assert first == sorted(ranked[:2])
    others = sorted({1, 2, 3, 4, 5, 6} - set(first), key=hashed)
    assert (second, rest) == (sorted(others[:3]), sorted(others[3:]))


def test_a_sorted_share_of_the_inbound(shop: Shop) -> None:
    top = Segment("top", None, PERCENT, 50, (Sort(shop.value("[points]"), descending=True),))
    assert parts(shop, Split(shop.everyone(), (top,), "salt")) == [[1, 3, 6], [2, 4, 5]]


def test_overlapping_segments_each_see_all_rows(shop: Shop) -> None:
    segments = (
        Segment("a", shop.rule("[points] >= 5")),
        Segment("b", None, COUNT, 2, (Sort(shop.value("[points]"), descending=True),)),
        Segment("c", shop.rule("[id] < 4"), PERCENT, 100),
    )
    split = Split(shop.everyone(), segments, "salt", overlapping=True)
    assert parts(shop, split) == [[1, 3, 5, 6], [1, 6], [1, 2, 3], [4]]


def test_overlapping_shares_lie_side_by_side_and_begin_anew(shop: Shop) -> None:
    axis = sorted(range(1, 11), key=hashed)
    segments = (Segment("a", None, PERCENT, 60), Segment("b", None, PERCENT, 60))
    split = replace(many(shop, 10), segments=segments, overlapping=True)
    assert parts(shop, split)[:2] == [sorted(axis[:6], key=repr), sorted(axis[6:] + axis[:2], key=repr)]
    partition = (Segment("a", None, PERCENT, 50), Segment("b", None, PERCENT, 30), Segment("c", None, PERCENT, 20))
    found = parts(shop, replace(split, segments=partition))
    assert Counter(chain.from_iterable(found)) == Counter(range(1, 11))


def test_stable_shares_compare_the_hash_with_thresholds(shop: Shop) -> None:
    split = replace(
        many(shop, 200),
        segments=(Segment("a", None, PERCENT, 50), Segment("b", None, PERCENT, 25), Segment("c", None, PERCENT, 25)),
        stable=True,
    )
    expected: list[list[object]] = [[], [], [], []]
    for key in range(1, 201):
        first = int(hashed(key)[0], 16)
        expected[0 if first < 8 else 1 if first < 12 else 2].append(key)
    assert parts(shop, split) == [sorted(keys, key=repr) for keys in expected]


def test_a_stable_share_is_kept_when_others_come_and_go(shop: Shop) -> None:
    split = replace(many(shop, 100), segments=(Segment("a", None, PERCENT, 40),), stable=True)
    before = set(parts(shop, split)[0])
    shop.connection.execute("DELETE FROM work.many WHERE _t1 % 3 = 0")
    assert set(parts(shop, split)[0]) == {key for key in before if int(str(key)) % 3}


def test_a_stable_share_with_a_rule_has_an_axis_of_its_own(shop: Shop) -> None:
    split = replace(
        many(shop, 400),
        segments=(Segment("a", None, PERCENT, 50), Segment("b", shop.rule("[id] > 0"), PERCENT, 50)),
        stable=True,
    )
    shop.connection.execute("INSERT INTO data.person (id) SELECT i FROM generate_series(7, 400) AS r(i)")
    first, second, rest = map(len, parts(shop, split))
    assert first + second + rest == 400
    assert abs(second - (400 - first) / 2) < 40


def test_overlapping_stable_shares(shop: Shop) -> None:
    split = replace(
        many(shop, 100),
        segments=(Segment("a", None, PERCENT, 75), Segment("b", None, PERCENT, 50)),
        stable=True,
        overlapping=True,
    )
    first, second, _ = parts(shop, split)
    digit = {key: int(hashed(key)[0], 16) for key in range(1, 101)}
    assert first == sorted((key for key in digit if digit[key] < 12), key=repr)
    assert second == sorted((key for key in digit if digit[key] >= 12 or digit[key] < 4), key=repr)


def test_chance_with_several_key_columns_uses_the_text_of_the_whole_key(shop: Shop) -> None:
    keys = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (2, 4)]
    split = Split(shop.table("o", shop.orders, keys), (Segment("a", None, COUNT, 3),), "salt")
    assert shop.keys(Part(split, 0)) == sorted(sorted(keys, key=lambda key: hashed(*key))[:3])


def test_all_in_one_table_names_the_segment(shop: Shop) -> None:
    column = Column("segment", STRING)
    shape = shop.people.having((Column("note", STRING), column))
    source = shop.table("p", shop.people.having((Column("note", STRING),)), [(key, f"n{key}") for key in range(1, 7)])
    split = Split(source, (Segment("po'or", shop.rule("[points] < 6")), Segment("b", shop.rule("[id] < 2"))), "salt")
    expected = {1: "b", 2: None, 3: "po'or", 4: "po'or", 5: "po'or", 6: None}
    found = shop.read(Parted(split, "segment", shape))
    assert found == [(key, f"n{key}", label) for key, label in expected.items()]
    overlapping = replace(split, overlapping=True)
    assert shop.read(Parted(overlapping, "segment", shape)) == found


def test_rows_of_a_target_are_counted_as_rows(shop: Shop) -> None:
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))
    source = shop.table("rows", shape, [(1, 1, number) for number in range(1, 5)])
    split = Split(source, (Segment("a", None, PERCENT, 50),), "salt")
    assert len(shop.read(Part(split, 0))) == 2
