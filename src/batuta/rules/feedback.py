"""Feedback conditions: what became of messages, as predicates over the built-in schemas of a dimension."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from batuta.kit.problems import Problem, Problems
from batuta.kit.text import suggest
from batuta.rules.binding import Surroundings
from batuta.rules.bound import (
    All,
    AllOf,
    Among,
    AnyOf,
    AttributeOf,
    Compare,
    Constant,
    IsTrue,
    Linked,
    Predicate,
    Without,
)
from batuta.rules.tree import Behaviour, Condition, FeedbackIs, Operator
from batuta.schema.feedback import EVENTS, MESSAGE, MESSAGE_FEEDBACK, MESSAGE_TRACKING, Feedback, Interaction
from batuta.schema.feedback import feedback_name as name_of
from batuta.schema.model import Link
from batuta.schema.types import BOOLEAN, INSTANT, STRING, DataType

BindCondition = Callable[[Condition, Surroundings], Predicate]

_INTERACTIONS: Mapping[Behaviour, Interaction] = {
    Behaviour.OPENED: Interaction.OPENED,
    Behaviour.CLICKED: Interaction.CLICKED,
    Behaviour.UNSUBSCRIBED: Interaction.UNSUBSCRIBED,
}
_EVENTS: Mapping[Behaviour, tuple[Feedback, ...]] = {
    Behaviour.BOUNCED: (Feedback.BOUNCED_HARD, Feedback.BOUNCED_SOFT),
    Behaviour.COMPLAINED: (Feedback.COMPLAINT,),
}
_TIMES: Mapping[Behaviour, str] = {Behaviour.SENT: "sent_at", Behaviour.DELIVERED: "delivered_at"}
_WITHOUT: Mapping[Behaviour, Behaviour] = {
    Behaviour.NOT_OPENED: Behaviour.OPENED,
    Behaviour.NOT_CLICKED: Behaviour.CLICKED,
}
_SENT = "sent"
"""The output of a channel activity with those it sent to, or in a test run would send to."""

_FLAGS = ("proof", "seed", "test")


@dataclass(frozen=True, slots=True)
class _Ways:
    """The links from a row to its messages, and from a message to its events."""

    messages: Link
    events: Mapping[str, Link]


def bind_feedback(rule: FeedbackIs, around: Surroundings, bind_condition: BindCondition) -> Predicate:
    """Return the predicate of a feedback condition; raise Problems with the field that is at fault.

    Without a campaign it speaks of the nearest channel activity upstream in this run; in a rehearsal of it those
    count as sent to, in any period, who would be, and nobody answers. Of a schema that is several dimensions the
    messages of all count.
    """
    towards = _towards(rule, around)
    ways = list(_ways(around))
    if not ways:
        raise _one("rule.feedback-no-dimension", "behaviour", schema=around.schema or "-")
    if around.sends is not None and around.sends().rehearsal and not (rule.campaign or rule.activity):
        return _rehearsed(rule.behaviour, around, around.sends().nearest)
    return _any([_behaved(rule, way, towards, around, bind_condition) for way in ways])


def _rehearsed(behaviour: Behaviour, around: Surroundings, nearest: Sequence[str]) -> Predicate:
    if behaviour is not Behaviour.SENT and behaviour not in _WITHOUT:
        return AnyOf(())
    names = [f"{activity}.{_SENT}" for activity in nearest]
    passages = {name: around.passages[name] for name in names if name in around.passages}
    here = {name: passage.table for name, passage in passages.items() if passage.schema == around.schema}
    return AnyOf(tuple(Among(name, table) for name, table in here.items()))


def _ways(around: Surroundings) -> Iterator[_Ways]:
    catalogue = around.catalogue
    for dimension in catalogue.dimensions:
        if dimension.schema_name != around.schema:
            continue
        links = {link.there: link for link in catalogue.links(around.schema)}
        messages = links.get(name_of(MESSAGE, dimension.name))
        if messages is None or not catalogue.by_name[messages.there].builtin:
            continue
        from_message = {link.there: link for link in catalogue.links(messages.there)}
        yield _Ways(messages, {kind: from_message[name_of(kind, dimension.name)] for kind in EVENTS})


def _towards(rule: FeedbackIs, around: Surroundings) -> list[Predicate]:
    """Return what holds of the messages that are meant: which campaign, activity or run they are of."""
    if rule.campaign:
        named = {"campaign": (rule.campaign,), **({"activity": (rule.activity,)} if rule.activity else {})}
        return _equal(named)
    if around.sends is None:
        raise _one("rule.feedback-campaign-missing", "campaign")
    sends = around.sends()
    if rule.activity:
        _check_activity(rule.activity, sends.channels)
        return _equal({"campaign": (sends.campaign,), "activity": (rule.activity,)})
    if not sends.nearest:
        raise _one("rule.feedback-nothing-sent", "campaign")
    return _equal({"run": (sends.run,), "activity": sends.nearest})


def _check_activity(activity: str, channels: Sequence[str]) -> None:
    if activity in channels:
        return
    near = suggest(activity, channels)
    if near:
        raise _one("rule.feedback-activity-near", "activity", activity=activity, near=near)
    raise _one("rule.feedback-activity", "activity", activity=activity, known=list(channels))


def _behaved(
    rule: FeedbackIs, ways: _Ways, towards: list[Predicate], around: Surroundings, bind_condition: BindCondition
) -> Predicate:
    def period(attribute: str, schema: str) -> list[Predicate]:
        if rule.period is None:
            return []
        condition = Condition(expression=f"[{attribute}]", **dict(rule.period))
        try:
            return [bind_condition(condition, around.of_linked(schema))]
        except Problems as error:
            raise Problems(problem.under("period") for problem in error.problems) from None

    def events(behaviour: Behaviour) -> Predicate:
        kind = MESSAGE_TRACKING if behaviour in _INTERACTIONS else MESSAGE_FEEDBACK
        link = ways.events[kind]
        within = period("time", link.there) if behaviour is rule.behaviour else []
        return Linked((link,), AllOf((*_of_event(behaviour, rule.machines), *within)))

    def some(*conditions: Predicate) -> Predicate:
        return Linked((ways.messages,), _every([*towards, *([] if rule.proofs else _genuine()), *conditions]))

    behaviour = rule.behaviour
    without = _WITHOUT.get(behaviour)
    if without is None and behaviour not in _TIMES:
        return some(events(behaviour))
    column = _TIMES.get(behaviour, "sent_at")
    left = [_filled(column), *period(column, ways.messages.there)]
    if without is None:
        return some(*left)
    return Without(some(*left), (some(*left, events(without)),))


def _of_event(behaviour: Behaviour, machines: bool) -> list[Predicate]:
    if behaviour in _EVENTS:
        return _equal({"status": _EVENTS[behaviour]})
    human = [] if machines else [Without(All(), (IsTrue(AttributeOf((), "machine", BOOLEAN)),))]
    return [*_equal({"interaction": (_INTERACTIONS[behaviour],)}), *human]


def _genuine() -> list[Predicate]:
    """Return that a message is no proof, no seed and no test."""
    flags = tuple(IsTrue(AttributeOf((), name, BOOLEAN)) for name in _FLAGS)
    return [Without(All(), flags)]


def _filled(name: str) -> Predicate:
    return Compare(Operator.IS_NOT_EMPTY, AttributeOf((), name, INSTANT))


def _equal(wanted: Mapping[str, Sequence[str]]) -> list[Predicate]:
    """Return that attributes have one of the values, exactly."""
    return [_one_of(AttributeOf((), name, STRING), values, STRING) for name, values in wanted.items()]


def _one_of(left: AttributeOf, values: Sequence[str], given: DataType) -> Predicate:
    return Compare(Operator.IN, left, tuple(Constant(str(value), given) for value in values))


def _every(conditions: Sequence[Predicate]) -> Predicate:
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))


def _any(conditions: Sequence[Predicate]) -> Predicate:
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))


def _one(code: str, field: str, **values: object) -> Problems:
    return Problems([Problem(code, values, field)])
