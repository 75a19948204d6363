"""The campaign as a graph: order, paths and what is wrong with its joints. Pure functions."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from batuta.campaign.model import Activity, Campaign, Transition
from batuta.campaign.variables import variable_problems
from batuta.kit.identifiers import SLUG
from batuta.kit.problems import Problem
from batuta.kit.text import suggest
from batuta.kit.zones import zone_names

ERROR = "error"
"""The output of an activity whose errors are processed."""

Neighbours = Mapping[str, tuple[str, ...]]


def sources(campaign: Campaign) -> Neighbours:
    """Return, for each activity, where its inbound transitions come from, in the order of the inbound list."""
    return _neighbours(campaign, lambda t: (t.target, t.source))


def targets(campaign: Campaign) -> Neighbours:
    """Return, for each activity, where its outbound transitions lead, in their order."""
    return _neighbours(campaign, lambda t: (t.source, t.target))


def order(campaign: Campaign) -> tuple[Activity, ...]:
    """Return the activities with each after all that lead to it, else as in the file; those on a cycle are left out."""
    following = targets(campaign)
    waiting = {name: len(before) for name, before in sources(campaign).items()}
    ready = deque(name for name in waiting if not waiting[name])
    found: list[Activity] = []
    while ready:
        name = ready.popleft()
        found.append(campaign.by_id[name])
        for after in following[name]:
            waiting[after] -= 1
            if not waiting[after]:
                ready.append(after)
    return tuple(found)


def cycle(campaign: Campaign) -> tuple[str, ...]:
    """Return the ids along a cycle, the first in the file at both ends, or nothing if there is none."""
    sorted_out = {activity.id for activity in order(campaign)}
    before = sources(campaign)
    stuck = [activity.id for activity in campaign.activities if activity.id not in sorted_out]
    if not stuck:
        return ()
    path = [stuck[0]]
    while True:  # everything stuck has something stuck before it, so walking back must meet itself
        back = next(name for name in before[path[-1]] if name not in sorted_out)
        if back in path:
            around = [*reversed(path[path.index(back) :])]
            first = around.index(min(around, key=stuck.index))
            return (*around[first:], *around[: first + 1])
        path.append(back)


def off(campaign: Campaign, needed: Callable[[str, int, Transition], bool]) -> frozenset[str]:
    """Return the activities that do not run: the disabled ones and what follows them.

    An activity follows a disabled one if nothing that is on leads to it, or if what is missing is `needed`
    (told by the activity's id, the place in its inbound list and the transition).
    """
    found: set[str] = set()
    inbound = inbound_lists(campaign)
    for activity in order(campaign):
        arriving = inbound[activity.id]
        missing = [(place, t) for place, t in enumerate(arriving) if t.source in found]
        all_missing = bool(arriving) and len(missing) == len(arriving)
        if not activity.enabled or all_missing or any(needed(activity.id, place, t) for place, t in missing):
            found.add(activity.id)
    return frozenset(found)


def upstream(campaign: Campaign, activity: str) -> frozenset[str]:
    """Return all activities that lead to an activity, by however many steps."""
    return _reached(sources(campaign), [activity])


def after_errors(campaign: Campaign) -> frozenset[str]:
    """Return all activities that follow the error of another, by however many steps."""
    if not any(activity.process_errors for activity in campaign.activities):
        return frozenset()
    first = {t.target for t in campaign.transitions if t.output == ERROR and _processes(campaign, t.source)}
    return frozenset(first) | _reached(targets(campaign), first)


def _processes(campaign: Campaign, activity: str) -> bool:
    return activity in campaign.by_id and campaign.by_id[activity].process_errors


def _reached(neighbours: Neighbours, start: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    queue = deque(start)
    while queue:
        fresh = [name for name in neighbours.get(queue.popleft(), ()) if name not in found]
        found.update(fresh)
        queue.extend(fresh)
    return frozenset(found)


def inbound_lists(campaign: Campaign) -> Mapping[str, tuple[Transition, ...]]:
    """Return the inbound transitions of every activity at once, without those that come from nowhere."""
    lists: dict[str, list[Transition]] = {activity.id: [] for activity in campaign.activities}
    for transition in campaign.transitions:
        if transition.source in lists and transition.target in lists:
            lists[transition.target].append(transition)
    return {name: tuple(transitions) for name, transitions in lists.items()}


def problems(campaign: Campaign) -> tuple[Problem, ...]:
    """Return all that is wrong with the document before any activity is looked into."""
    return (*_campaign_problems(campaign), *_id_problems(campaign), *_transition_problems(campaign), *_cycles(campaign))


def _campaign_problems(campaign: Campaign) -> Iterator[Problem]:
    if not SLUG.match(campaign.id):
        yield Problem("bad-campaign-id", {"id": campaign.id}, "id")
    if not campaign.activities:
        yield Problem("no-activities", field="activities")
    if campaign.timezone not in _zones():
        yield unknown("unknown-timezone", campaign.timezone, _zones(), "timezone")
    yield from variable_problems(campaign)


def _id_problems(campaign: Campaign) -> Iterator[Problem]:
    for name, count in Counter(activity.id for activity in campaign.activities).items():
        if count > 1:
            yield Problem("duplicate-activity-id", {"id": name}, activity=name)
        if not SLUG.match(name):
            yield Problem("bad-activity-id", {"id": name}, activity=name)


def _transition_problems(campaign: Campaign) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for place, t in enumerate(campaign.transitions):
        field = f"transitions.{place}"
        if t.source not in campaign.by_id:
            yield unknown("transition-from-nowhere", t.source, campaign.by_id, f"{field}.from")
        if t.target not in campaign.by_id:
            yield unknown("transition-to-nowhere", t.target, campaign.by_id, f"{field}.to")
        if (t.source, t.output, t.target) in seen:
            yield Problem("duplicate-transition", {"output": t.output, "source": t.source, "target": t.target}, field)
        seen.add((t.source, t.output, t.target))


def _cycles(campaign: Campaign) -> Iterator[Problem]:
    around = cycle(campaign)
    if around:
        titles = (campaign.by_id[name].title for name in around)
        yield Problem("cycle", {"path": " → ".join(titles)}, activity=around[0])


def unknown(code: str, name: str, known: Iterable[str], field: str = "") -> Problem:
    """Return the problem of a name that does not exist: `<code>-near` where a known name is near, else `<code>`."""
    names = sorted(known)
    near = suggest(name, names)
    if near:
        return Problem(f"{code}-near", {"name": name, "near": near}, field)
    return Problem(code, {"name": name, "known": names[:20] or ["-"]}, field)


def zone(campaign: Campaign) -> str:
    """Return the time zone of a campaign; UTC where it names none that exists, which is a problem of its own."""
    return campaign.timezone if campaign.timezone in _zones() else "UTC"


@cache
def _zones() -> frozenset[str]:
    return zone_names()


def _neighbours(campaign: Campaign, pair: Callable[[Transition], tuple[str, str]]) -> Neighbours:
    lists: dict[str, list[str]] = {activity.id: [] for activity in campaign.activities}
    for transition in campaign.transitions:
        here, there = pair(transition)
        if here in lists and there in lists:
            lists[here].append(there)
    return {name: tuple(names) for name, names in lists.items()}
