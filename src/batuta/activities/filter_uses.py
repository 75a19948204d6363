"""Which campaigns and filters use a predefined filter, and which of them a change of it would break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge, validate
from batuta.campaign.model import Campaign
from batuta.kit.problems import Problems
from batuta.rules.binding import Surroundings
from batuta.rules.filter_checks import check_filter
from batuta.rules.filters import Filter
from batuta.rules.tree import Predefined
from batuta.rules.walk import nodes_in


def used_by(campaign: Campaign, filters: Mapping[str, Filter]) -> frozenset[str]:
    """Return the names of the filters that a campaign uses, those that its filters use among them."""
    return _closed({used.filter for rules in _rules(campaign) for used in nodes_in(rules, Predefined)}, filters)


def users(name: str, filters: Mapping[str, Filter], campaigns: Iterable[Campaign]) -> list[str]:
    """Return the campaigns and the other filters that use a filter, as people name them."""
    found = [f"campaign {one.id}" for one in campaigns if name in used_by(one, filters)]
    others = (known for known in filters.values() if known.name != name)
    return found + [f"filter {one.name}" for one in others if name in _closed(_names_in(one), filters)]


def broken_by(known: Filter, knowledge: Knowledge, campaigns: Iterable[Campaign]) -> list[str]:
    """Return the campaigns and filters that are sound now and would not be with a filter as it is given."""
    after = replace(knowledge, filters={**knowledge.filters, known.name: known})
    found = [
        f"campaign {one.id}"
        for one in campaigns
        if known.name in used_by(one, knowledge.filters) and _wrong(one, after) - _wrong(one, knowledge)
    ]
    others = (one for one in knowledge.filters.values() if one.name != known.name)
    using = [one for one in others if known.name in _closed(_names_in(one), knowledge.filters)]
    return found + [f"filter {one.name}" for one in using if _sound(one, knowledge) and not _sound(one, after)]


def around(knowledge: Knowledge) -> Surroundings:
    """Return what a filter may name: the data, the audiences and the other filters."""
    audiences = {label: shape.schema for label, shape in knowledge.audiences.items()}
    return Surroundings(
        knowledge.catalogue,
        "",
        audiences=audiences,
        filters=knowledge.filters,
        lists=knowledge.lists,
        engine=knowledge.engine,
    )


def _sound(known: Filter, knowledge: Knowledge) -> bool:
    try:
        check_filter(known, around(knowledge))
    except Problems:
        return False
    return True


def _wrong(campaign: Campaign, knowledge: Knowledge) -> set[tuple[str, str, str]]:
    found = validate(campaign, knowledge).problems
    return {(problem.activity, problem.field, problem.code) for problem in found if problem.blocking}


def _rules(campaign: Campaign) -> Iterator[object]:
    for activity in campaign.activities:
        try:
            yield typed(activity)
        except Problems:
            continue


def _names_in(known: Filter) -> set[str]:
    return {used.filter for used in nodes_in(known.rule, Predefined)}


def _closed(names: set[str], filters: Mapping[str, Filter]) -> frozenset[str]:
    """Return filters with all that they use."""
    found: set[str] = set()
    fresh = set(names)
    while fresh:
        found |= fresh
        fresh = {inner for name in fresh if name in filters for inner in _names_in(filters[name])} - found
    return frozenset(found)
