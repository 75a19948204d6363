"""What a task needs more than once is made once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from batuta.engines.sql.carried import Keys
from batuta.engines.sql.combine import parts_of_complement
from batuta.engines.sql.distinct import Ranked, ranked_of
from batuta.engines.sql.lookups import Chosen
from batuta.engines.sql.placed import Placed, placed_of
from batuta.engines.sql.split import Divided
from batuta.sets.addressed import Addressed
from batuta.sets.algebra import (
    Distinct,
    Enriched,
    Exclusion,
    Filtered,
    Fresh,
    Intersection,
    Keyed,
    Members,
    Moved,
    Nobody,
    Part,
    Parted,
    Records,
    Table,
    Union,
)
from batuta.sets.lookup import Expanded, Finding, Found, Looking, Lookup, Reconciled

_CHEAP = (Table, Nobody)


def shared(sets: Iterable[Any]) -> list[Any]:
    """Return the nodes that the sets read more than once, each after those it is made of."""
    uses: Counter[Any] = Counter()
    order: dict[Any, None] = {}
    for root in sets:
        _visit(root, uses, order)
    wide = {node.distinct for node in order if isinstance(node, Ranked) and node.kept}
    found: dict[Any, None] = {}
    for node in order:
        if isinstance(node, Ranked) and node.distinct in wide:
            count = uses[node] + uses[replace(node, kept=not node.kept)]
            found |= {replace(node, kept=True): None} if count > 1 else {}
        elif uses[node] > 1:
            found[node] = None
    return list(found)


def _visit(node: Any, uses: Counter[Any], order: dict[Any, None]) -> None:
    if isinstance(node, _CHEAP):
        return
    uses[node] += 1
    if uses[node] == 1:
        for child, times in _read(node):
            for _ in range(times):
                _visit(child, uses, order)
        order[node] = None


def _read(node: Any) -> Iterator[tuple[Any, int]]:
    """Yield what a node reads, and how many times."""
    yield from _READ[type(node)](node)


def _source(node: Any) -> Iterator[tuple[Any, int]]:
    yield node.source, 1


def _of_union(node: Union) -> Iterator[tuple[Any, int]]:
    """Yield each source, twice where later ones are held against it or its columns go to earlier ones."""
    last = len(node.sources) - 1
    for place, source in enumerate(node.sources):
        yield source, 1 if node.on or (place == last and not source.shape.columns) else 2


def _of_intersection(node: Intersection) -> Iterator[tuple[Any, int]]:
    for part in parts_of_complement(node) if node.complement else node.sources:
        yield part, 1


def _of_exclusion(node: Exclusion) -> Iterator[tuple[Any, int]]:
    for source in (node.primary, *(barrier.source for barrier in node.barriers)):
        yield source, 1


def _of_distinct(node: Distinct) -> Iterator[tuple[Any, int]]:
    if node.keep == 0 and not node.complement:
        yield node.source, 1
        return
    yield ranked_of(node), 1
    if node.source.shape.columns:
        yield node.source, 1


def _of_keys(node: Keys) -> Iterator[tuple[Any, int]]:
    """Yield what the keys of a population are taken from, which may have no columns."""
    if isinstance(node.of, Part):
        yield Divided(node.of.split), 1
    elif isinstance(node.of, Distinct) and node.of.keep:
        yield ranked_of(node.of), 1
    else:
        yield node.of, 1


def _of_ranked(node: Ranked) -> Iterator[tuple[Any, int]]:
    yield node.distinct.source, 1


def _of_addressed(node: Addressed) -> Iterator[tuple[Any, int]]:
    """Yield the rows that messages are made of, twice where the others of a target are listed."""
    found = placed_of(node)
    yield (node.source, 1) if found is None else (found, 2 if node.others else 1)


def _of_part(node: Part | Parted) -> Iterator[tuple[Any, int]]:
    yield Divided(node.split), 1
    if node.split.source.shape.columns:
        yield node.split.source, 1


def _of_divided(node: Divided) -> Iterator[tuple[Any, int]]:
    yield node.split.source, 1


def _among(lookup: Lookup) -> Iterator[tuple[Any, int]]:
    """Yield what is looked among, unless it is compiled where it stands."""
    if not isinstance(lookup.among, Records):
        yield lookup.among, 1


def _of_enriched(node: Enriched) -> Iterator[tuple[Any, int]]:
    looking = [addition.lookup for addition in node.additions if isinstance(addition, Found)]
    yield node.source, 1 + len(looking)
    for lookup in looking:
        yield from _among(lookup)


def _of_chosen(node: Chosen) -> Iterator[tuple[Any, int]]:
    yield node.source, 1
    yield from _among(node.lookup)


def _of_looking(node: Looking) -> Iterator[tuple[Any, int]]:
    yield node.source, 1
    if node.finding is Finding.NOTHING:
        yield Chosen(node.source, node.lookup), 1
    else:
        yield node.source, 1
        yield from _among(node.lookup)


def _of_reconciled(node: Reconciled) -> Iterator[tuple[Any, int]]:
    yield Chosen(node.source, node.lookup), 1
    yield node.source, 1


def _of_expanded(node: Expanded) -> Iterator[tuple[Any, int]]:
    yield node.source, 1 if node.lookup.pairs else 2
    yield from _among(node.lookup)


_READ: Mapping[type[Any], Callable[[Any], Iterator[tuple[Any, int]]]] = {
    Records: lambda _: iter(()),
    Keys: _of_keys,
    Members: lambda _: iter(()),
    Filtered: _source,
    Union: _of_union,
    Intersection: _of_intersection,
    Exclusion: _of_exclusion,
    Distinct: _of_distinct,
    Ranked: _of_ranked,
    Enriched: _of_enriched,
    Keyed: _source,
    Moved: _source,
    Fresh: _source,
    Part: _of_part,
    Parted: _of_part,
    Divided: _of_divided,
    Addressed: _of_addressed,
    Placed: _source,
    Chosen: _of_chosen,
    Looking: _of_looking,
    Reconciled: _of_reconciled,
    Expanded: _of_expanded,
}
