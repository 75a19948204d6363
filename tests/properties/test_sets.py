"""Laws that hold for populations whatever they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.bound import AggregateIs, Compare, Constant, Expr, Predicate
from batuta.rules.evaluate import compute, holds
from batuta.rules.functions.operators import is_empty
from batuta.rules.tree import AggregateFunction, Operator
from batuta.schema.model import Link
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import (
    Barrier,
    Choice,
    Criterion,
    Distinct,
    Enriched,
    Exclusion,
    Intersection,
    LimitKind,
    Lines,
    Part,
    Records,
    Segment,
    Set,
    Sort,
    Split,
    Total,
    Union,
)
from batuta.sets.shape import Column

from .rule_trees import rules
from .shop import CATALOGUE, PEOPLE, around, shop

pytestmark = pytest.mark.usefixtures("on_each_engine")

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SEEDS = st.integers(0, 4)
IDS = st.frozensets(st.integers(1, 12))
FIELDS = ["[city]", "[email]", "Lower([email])", "[points]", "[country.name]", "[tier]", "[vip]", "[born]"]
quick = settings(max_examples=60, deadline=None, suppress_health_check=QUIET, derandomize=True)


def value(text: str, schema: str = "person") -> Expr:
    return bind_expression(text, around(schema))


def people(ids: frozenset[int]) -> Records:
    """Return the people with these ids."""
    listed = tuple(Constant(number, INTEGER) for number in sorted(ids)) or (Constant(-1, INTEGER),)
    return Records(PEOPLE, Compare(Operator.IN, value("[id]"), listed))


def keys(seed: int, population: Set) -> list[int]:
    return sorted(int(str(row[0])) for row in shop(seed).read(population))


@quick
@given(SEEDS, IDS, IDS, IDS)
def test_unions_intersections_and_exclusions_are_those_of_sets(
    seed: int, one: frozenset[int], two: frozenset[int], three: frozenset[int]
) -> None:
    sources = (people(one), people(two), people(three))
    union, every = Union(sources, PEOPLE), Intersection(sources, PEOPLE)
    assert keys(seed, union) == sorted(one | two | three)
    assert keys(seed, every) == sorted(one & two & three)
    assert keys(seed, replace(every, complement=True)) == sorted((one | two | three) - (one & two & three))
    pair = sources[:2]
    both = len(keys(seed, Union(pair, PEOPLE))) + len(keys(seed, Intersection(pair, PEOPLE)))
    assert both == len(one) + len(two)
    left = Exclusion(sources[0], (Barrier(sources[1], "two"), Barrier(sources[2], "three")), PEOPLE)
    taken = replace(left, shape=PEOPLE.having((Column("excluded_by", STRING),)), complement=True)
    assert keys(seed, left) == sorted(one - two - three)
    expected = [(key, "two" if key in two else "three") for key in sorted(one & (two | three))]
    assert sorted(shop(seed).read(taken)) == expected


@quick
@given(SEEDS, rules("person", 2), rules("person", 2))
def test_a_rule_is_split_by_any_other(seed: int, first: object, second: object) -> None:
    one, two = (bind_rule(rule, around("person")) for rule in (first, second))  # type: ignore[arg-type]  # rules both
    sets = (Records(PEOPLE, one), Records(PEOPLE, two))
    total = len(keys(seed, Union(sets, PEOPLE))) + len(keys(seed, Intersection(sets, PEOPLE)))
    assert total == len(keys(seed, sets[0])) + len(keys(seed, sets[1]))
    left = Exclusion(sets[0], (Barrier(sets[1], "x"),), PEOPLE)
    assert len(keys(seed, left)) + len(keys(seed, Intersection(sets, PEOPLE))) == len(keys(seed, sets[0]))


SHARES = st.lists(st.integers(0, 100), min_size=1, max_size=5).map(
    lambda weights: [100 * weight / (sum(weights) or 1) for weight in weights]
)


@quick
@given(SEEDS, IDS, SHARES, st.booleans(), st.text("ab", max_size=3))
def test_shares_partition_the_inbound(
    seed: int, ids: frozenset[int], shares: list[float], stable: bool, salt: str
) -> None:
    segments = tuple(
        Segment(f"s{place}", None, LimitKind.PERCENT, round(share, 6)) for place, share in enumerate(shares)
    )
    split = Split(people(ids), segments, salt, stable=stable)
    parts = [keys(seed, Part(split, place)) for place in (*range(len(segments)), None)]
    assert Counter(key for part in parts for key in part) == Counter(ids)
    if not stable:
        before = 0.0
        for part, share in zip(parts, shares, strict=False):
            exact = len(ids) * share / 100
            assert abs(len(part) - exact) <= 1
            before += exact
        assert sum(map(len, parts[:-1])) == round(before)


def _segments() -> st.SearchStrategy[Segment]:
    limits = st.one_of(
        st.just((None, 0)),
        st.tuples(st.just(LimitKind.COUNT), st.integers(0, 6)),
        st.tuples(st.just(LimitKind.PERCENT), st.integers(0, 30)),
    )
    where = st.none() | rules("person", 1).map(lambda rule: bind_rule(rule, around("person")))
    sort = st.sampled_from(FIELDS).flatmap(lambda text: st.builds(Sort, st.just(value(text)), st.booleans()))
    return st.builds(
        lambda limit, where, sort: Segment("s", where, limit[0], limit[1], sort),
        limits,
        where,
        st.tuples() | st.tuples(sort),
    )


@quick
@given(SEEDS, IDS, st.lists(_segments(), min_size=1, max_size=4), st.booleans())
def test_segments_are_disjoint_and_cover_all(
    seed: int, ids: frozenset[int], segments: list[Segment], stable: bool
) -> None:
    split = Split(people(ids), tuple(segments), "salt", stable=stable)
    places = [*range(len(segments)), None]
    made = shop(seed).make({f"s{place}": Part(split, place) for place in places})
    found = {place: [int(str(row[0])) for row in made[f"s{place}"]] for place in places}
    assert Counter(key for part in found.values() for key in part) == Counter(ids)
    seen = set(ids)
    rows = {int(str(row["id"])): row for row in shop(seed).rows["person"]}
    for place, segment in enumerate(segments):
        matching = {key for key in seen if _meets(segment.where, seed, rows[key])}
        assert set(found[place]) <= matching
        if segment.limit is None:
            assert set(found[place]) == matching
        if segment.limit is LimitKind.COUNT:
            assert len(found[place]) == min(segment.amount, len(matching))
        seen -= set(found[place])


def _meets(where: Predicate | None, seed: int, row: dict[str, object]) -> bool:
    return where is None or holds(where, shop(seed).standpoint(row, "person"))  # type: ignore[arg-type]  # a row


@quick
@given(
    SEEDS,
    IDS,
    st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True),
    st.lists(st.tuples(st.sampled_from(list(Choice)), st.sampled_from(FIELDS)), max_size=2),
    st.tuples(st.integers(0, 3), st.booleans()),
)
def test_a_deduplication_parts_its_source(
    seed: int,
    ids: frozenset[int],
    fields: list[str],
    criteria: list[tuple[Choice, str]],
    options: tuple[int, bool],
) -> None:
    keep, empty_are_duplicates = options
    preferred = tuple(Constant(text, STRING) for text in ("jose", "Ana"))
    chain = tuple(
        Criterion(choice, value(text), preferred if choice is Choice.PREFERRED else ())
        for choice, text in criteria
        if choice is not Choice.PREFERRED or value(text).type.is_text
    )
    compared = tuple(map(value, fields))
    main = Distinct(people(ids), compared, PEOPLE, keep, chain, empty_are_duplicates=empty_are_duplicates, salt="s")
    rest = replace(main, shape=PEOPLE.having((Column("kept_1", INTEGER),)), complement=True)
    made = shop(seed).make({"main": main, "rest": rest})
    kept = {row[0] for row in made["main"]}
    assert Counter([*kept, *(row[0] for row in made["rest"])]) == Counter(ids)
    assert all(row[1] in kept for row in made["rest"])
    groups = _groups(seed, ids, compared, empty_are_duplicates=empty_are_duplicates)
    for group in groups:
        assert len(kept & group) == (len(group) if keep == 0 else min(keep, len(group)))


def _groups(seed: int, ids: frozenset[int], fields: tuple[Expr, ...], *, empty_are_duplicates: bool) -> list[set[int]]:
    groups: dict[object, set[int]] = {}
    for row in shop(seed).rows["person"]:
        number = int(str(row["id"]))
        if number in ids:
            values = [compute(field, shop(seed).standpoint(row, "person")) for field in fields]
            shown = tuple(None if is_empty(each) else each for each in values)
            alone = all(each is None for each in shown) and not empty_are_duplicates
            groups.setdefault(number if alone else shown, set()).add(number)
    return list(groups.values())


def link(schema: str, name: str) -> Link:
    found = CATALOGUE.link(schema, name)
    assert found is not None
    return found


WHERES = (st.none() | rules("order", 2)).map(lambda rule: None if rule is None else bind_rule(rule, around("order")))


@quick
@given(SEEDS, IDS, st.tuples(WHERES, WHERES), st.integers(1, 3), st.sampled_from(["[total]", "[placed]", "[status]"]))
def test_an_enrichment_keeps_the_number_of_rows(
    seed: int, ids: frozenset[int], wheres: tuple[Predicate | None, ...], count: int, sort: str
) -> None:
    where, other = wheres
    path = (link("person", "orders"),)
    order = (Sort(value(sort, "order"), descending=True),)
    lines = Lines("o", path, where, order, count, (("number", value("[number]", "order")),))
    total = Total("n", path, where, AggregateFunction.COUNT, None, INTEGER)
    more = Total("m", path, other, AggregateFunction.COUNT, None, INTEGER)
    columns = [Column(f"o_{number}_number", INTEGER) for number in range(1, count + 1)]
    columns += [Column("o", STRING, (Column("number", INTEGER),)), Column("n", INTEGER), Column("m", INTEGER)]
    found = shop(seed).read(Enriched(people(ids), (lines, total, more), PEOPLE.having(tuple(columns))))
    assert sorted(int(str(row[0])) for row in found) == sorted(ids)
    for row in found:
        listed, counted, others = row[-3], int(str(row[-2])), int(str(row[-1]))
        assert isinstance(listed, list)
        assert len(listed) == min(count, counted)
        assert [line["number"] for line in listed] == [each for each in row[1:-3] if each is not None]
        person = shop(seed).standpoint(
            next(each for each in shop(seed).rows["person"] if each["id"] == row[0]), "person"
        )
        for rule, number in ((where, counted), (other, others)):
            wanted = (Constant(number, INTEGER),)
            assert holds(
                AggregateIs(path, AggregateFunction.COUNT, None, rule, INTEGER, Operator.EQUAL, wanted), person
            )


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=QUIET)
@given(SEEDS, IDS, st.lists(_segments(), min_size=1, max_size=6), st.booleans())
def test_many_splits(seed: int, ids: frozenset[int], segments: list[Segment], stable: bool) -> None:
    split = Split(people(ids), tuple(segments), "salt", stable=stable)
    places = [*range(len(segments)), None]
    made = shop(seed).make({f"s{place}": Part(split, place) for place in places})
    assert Counter(row[0] for part in made.values() for row in part) == Counter(ids)
