"""Cases of random sets on the engine, each held against the model or against a law that all sets obey."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from batuta.schema.types import STRING
from batuta.sets.algebra import Enriched, Intersection, Moved, Part, Set, Union, merged_columns
from batuta.sets.shape import Column, Shape

from .set_model import Model
from .set_trees import ORDERS, ORDERS_OF_PEOPLE, PEOPLE, PEOPLE_OF_ORDERS, Trees, link
from .shop import Shop, shop

WORLDS = 12
DEPTHS = (1, 1, 2, 2, 2, 3)
SHAPES = (PEOPLE, ORDERS, ORDERS_OF_PEOPLE, PEOPLE_OF_ORDERS)


def check(seed: int) -> Counter[str]:
    """Check the case of a seed and return what it was made of; raise AssertionError where sets mean something else."""
    world, trees = shop(seed % WORLDS), Trees(seed)
    name, law = list(LAWS.items())[seed % len(LAWS)] if seed % 3 == 0 else ("the model agrees", the_model_agrees)
    used = law(trees, world)
    return Counter({f"law: {name}": 1}) + used


def the_model_agrees(trees: Trees, world: Shop) -> Counter[str]:
    tree = trees.tree(trees.draw.choice(DEPTHS))
    keys, columns = tree.shape.row_columns, tree.shape.columns
    rows = Model(world).rows(tree)
    expected = [(*key, *(row[column.name] for column in columns)) for key, row in rows.items()]
    found = world.read(tree)
    assert all(len(row) == len(keys) + len(columns) for row in found)
    assert found == sorted(expected, key=repr), "the model says otherwise"
    return kinds_of(tree)


def sizes_add_up(trees: Trees, world: Shop) -> Counter[str]:
    """|A or B| + |A and B| = |A| + |B|."""
    pair = trees.sources(trees.draw.choice(SHAPES), 1, most=2)
    either = Union(pair, pair[0].shape.having(merged_columns(tuple(one.shape for one in pair))))
    both = Intersection(pair, either.shape)
    assert size(either, world) + size(both, world) == sum(size(one, world) for one in pair)
    return kinds_of(both) + Counter(["Union"])


def an_intersection_and_its_complement_partition_the_union(trees: Trees, world: Shop) -> Counter[str]:
    union = trees.union(trees.draw.choice(SHAPES), 1)
    every = Intersection(union.sources, union.shape)
    parted(union, {"every": every, "some": replace(every, complement=True)}, world)
    return kinds_of(every)


def an_exclusion_and_its_complement_partition_the_primary_set(trees: Trees, world: Shop) -> Counter[str]:
    left = trees.exclusion(trees.draw.choice(SHAPES), 1, complement=False)
    columns = tuple(column for column in left.shape.columns if column.name != "excluded_by")
    shape = left.shape.having((*columns, Column("excluded_by", STRING)))
    parted(left.primary, {"left": left, "taken": replace(left, shape=shape, complement=True)}, world)
    return kinds_of(left)


def segments_are_disjoint_and_cover(trees: Trees, world: Shop) -> Counter[str]:
    split = replace(trees.split(trees.draw.choice(SHAPES), 1), stable=trees.draw.random() < 0.5)
    places = [*range(len(split.segments)), None]
    parted(split.source, {f"s{place}": Part(split, place) for place in places}, world)
    return kinds_of(split)


def a_deduplication_and_its_complement_partition_the_source(trees: Trees, world: Shop) -> Counter[str]:
    main = trees.distinct(trees.draw.choice(SHAPES), 1, complement=False)
    row = (*main.source.shape.key, *main.source.shape.secondary_key)
    kept = tuple(Column(f"kept_{place}", type_) for place, type_ in enumerate(row, 1))
    columns = tuple(column for column in main.shape.columns if not column.name.startswith("kept_"))
    rest = replace(main, shape=main.shape.having((*columns, *kept)), complement=True)
    parted(main.source, {"main": main, "rest": rest}, world)
    return kinds_of(main)


def an_enrichment_keeps_the_rows(trees: Trees, world: Shop) -> Counter[str]:
    node = trees.enriched(trees.draw.choice(SHAPES), 1)
    assert isinstance(node, Enriched) or node.shape.columns
    if isinstance(node, Enriched):
        assert keys(node, world) == keys(node.source, world)
    return kinds_of(node)


def there_and_back_contains_the_origin(trees: Trees, world: Shop) -> Counter[str]:
    """Of the origin all come back who have anything at the other end, and the complement is the others."""
    origin = trees.of(PEOPLE, 1)
    away = Moved(origin, (link("person", "orders"),), ORDERS.having(origin.shape.columns))
    back = Moved(away, (link("order", "person"),), PEOPLE.having(origin.shape.columns))
    lost = replace(away, shape=origin.shape, complement=True)
    found, gone, here = (set(keys(node, world)) for node in (back, lost, origin))
    assert found == here - gone
    assert gone <= here
    return kinds_of(back)


def size(node: Set, world: Shop) -> int:
    return len(keys(node, world))


def keys(node: Set, world: Shop) -> list[tuple[object, ...]]:
    """Return the row keys of a set, which it never has twice."""
    width = len(node.shape.row_columns)
    found = [row[:width] for row in world.read(node)]
    assert len(set(found)) == len(found), "a row key twice"
    return sorted(found, key=repr)


def parted(whole: Set, parts: Mapping[str, Set], world: Shop) -> None:
    """Check that the outputs of one task hold each row of a set once."""
    width = len(whole.shape.row_columns)
    made = world.make(parts)
    assert Counter(row[:width] for rows in made.values() for row in rows) == Counter(keys(whole, world)), "no partition"


LAWS: Mapping[str, Callable[[Trees, Shop], Counter[str]]] = {
    law.__name__.replace("_", " "): law
    for law in (
        sizes_add_up,
        an_intersection_and_its_complement_partition_the_union,
        an_exclusion_and_its_complement_partition_the_primary_set,
        segments_are_disjoint_and_cover,
        a_deduplication_and_its_complement_partition_the_source,
        an_enrichment_keeps_the_rows,
        there_and_back_contains_the_origin,
    )
}


def kinds_of(node: object) -> Counter[str]:
    """Count the kinds of nodes in a tree."""
    return Counter(type(part).__name__ for part in _parts(node))


def _parts(value: Any) -> Iterator[object]:
    if isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
    elif is_dataclass(value) and not isinstance(value, Shape):
        if type(value).__module__.startswith("batuta.sets"):
            yield value
        for field in fields(value):
            yield from _parts(getattr(value, field.name))


def main(first: int, last: int) -> int:
    """Check the cases of a range of seeds; print the first that fails, and return 1 if one does."""
    for seed in range(first, last):
        try:
            check(seed)
        except AssertionError as error:
            print(f"seed {seed}: {str(error)[:300]}")  # noqa: T201  # for the process that asked
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
