"""The built-in schemas of what became of messages: for each dimension one row per message, and two of events.

`message` has one row per message; `message_feedback` and `message_tracking` one per event. Each holds the key of
the dimension's own schema, so that rules reach them like any other rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from batuta.schema.model import Attribute, Catalogue, Dimension, Relationship, Schema
from batuta.schema.naming import free
from batuta.schema.types import BOOLEAN, INSTANT, INTEGER, STRING, DataType, Kind


class Feedback(StrEnum):
    """What may become of a message, as its events tell."""

    SENT = "sent"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED_HARD = "bounced-hard"
    BOUNCED_SOFT = "bounced-soft"
    FAILED = "failed"
    EXCLUDED = "excluded"
    COMPLAINT = "spam-complaint"


class Interaction(StrEnum):
    """What somebody, or something, did with a message."""

    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"
    MIRROR_PAGE = "mirror-page"


IN_DOUBT = "in-doubt"
"""The status of a message of which nobody knows whether it left; no event tells of it."""

MESSAGE, MESSAGE_FEEDBACK, MESSAGE_TRACKING = "message", "message_feedback", "message_tracking"

_STATUS = DataType(kind=Kind.ENUM, values=tuple(Feedback))
_LAST = DataType(kind=Kind.ENUM, values=(*Feedback, IN_DOUBT))
_INTERACTION = DataType(kind=Kind.ENUM, values=tuple(Interaction))

_WHENCE = (
    Attribute(name="campaign", type=STRING, required=True),
    Attribute(name="version", type=INTEGER, description="of the campaign"),
    Attribute(name="run", type=STRING, required=True),
    Attribute(name="activity", type=STRING, required=True),
    Attribute(name="channel", type=STRING, required=True),
    Attribute(name="treatment", type=STRING),
)
_MESSAGE_ID = Attribute(name="message_id", type=STRING, required=True)
_EVENT_ID = Attribute(name="event_id", type=STRING, required=True, description="the same however often it is told")
_SECONDARY = Attribute(name="secondary_key", type=STRING, description="the key of the secondary row, as text")
_DOMAIN = Attribute(name="domain", type=STRING, description="of the address")
_REASON = Attribute(name="reason", type=STRING, description="why it was left out, failed or bounced")

_OWN: Mapping[str, tuple[tuple[Attribute, ...], tuple[Attribute, ...]]] = {
    MESSAGE: (
        (_MESSAGE_ID, *_WHENCE, Attribute(name="status", type=_LAST, required=True, description="the last")),
        (
            _REASON,
            _DOMAIN,
            Attribute(name="sent_at", type=INSTANT),
            Attribute(name="delivered_at", type=INSTANT),
            Attribute(name="first_open_at", type=INSTANT, description="by a person"),
            Attribute(name="first_click_at", type=INSTANT, description="by a person"),
            Attribute(name="proof", type=BOOLEAN, required=True),
            Attribute(name="seed", type=BOOLEAN, required=True),
            Attribute(name="test", type=BOOLEAN, required=True),
            _SECONDARY,
        ),
    ),
    MESSAGE_FEEDBACK: (
        (_EVENT_ID, _MESSAGE_ID, *_WHENCE, Attribute(name="status", type=_STATUS, required=True)),
        (_REASON, _DOMAIN, Attribute(name="time", type=INSTANT, required=True), _SECONDARY),
    ),
    MESSAGE_TRACKING: (
        (_EVENT_ID, _MESSAGE_ID, Attribute(name="interaction", type=_INTERACTION, required=True)),
        (
            Attribute(name="link", type=STRING),
            Attribute(name="time", type=INSTANT, required=True),
            Attribute(name="user_agent", type=STRING, description="its class"),
            Attribute(name="machine", type=BOOLEAN, required=True, description="prefetch or bot, no person"),
        ),
    ),
}
_LABELS = {
    MESSAGE: ("Messages to {}", "One row for each message: what became of it last, and when."),
    MESSAGE_FEEDBACK: ("Feedback of {}", "One row for each event in a message's life."),
    MESSAGE_TRACKING: ("Tracking of {}", "One row for each opening, click or unsubscription."),
}
_BACK = {MESSAGE: "messages", MESSAGE_FEEDBACK: MESSAGE_FEEDBACK, MESSAGE_TRACKING: MESSAGE_TRACKING}
"""The name of the way from the dimension's schema to each."""

EVENTS = {MESSAGE_FEEDBACK: "feedback", MESSAGE_TRACKING: "tracking"}
"""The schemas of events, each with the name of the way to it from a message."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A relationship to be: from which schema by which name to which one, and the wanted name of the way back."""

    source: str
    name: str
    target: str
    back: str


def feedback_name(kind: str, dimension: str) -> str:
    """Return the name of the schema of a kind that a dimension has."""
    return f"{kind}_{dimension}"


def feedback_names(dimension: str) -> tuple[str, ...]:
    """Return the names of all schemas of this kind that a dimension has."""
    return tuple(feedback_name(kind, dimension) for kind in _OWN)


def target_names(kind: str, schema: Schema) -> tuple[str, ...]:
    """Return the names that the dimension's key attributes bear in a schema of a kind, in their order."""
    own = {attribute.name for part in _OWN[kind] for attribute in part}
    return tuple(f"target_{name}" if name in own else name for name in schema.primary_key)


def feedback_of(kind: str, dimension: Dimension, schema: Schema) -> Schema:
    """Return the schema of a kind for a dimension over `schema`."""
    names = target_names(kind, schema)
    keys = tuple(
        Attribute(name=name, type=attribute.type, required=True)
        for name, attribute in zip(names, schema.key, strict=True)
    )
    before, after = _OWN[kind]
    label, description = _LABELS[kind]
    return Schema(
        name=feedback_name(kind, dimension.name),
        label=label.format(dimension.label or dimension.name),
        description=description,
        attributes=(*before, *keys, *after),
        primary_key=(before[0].name,),
        builtin=True,
    )


def with_feedback(catalogue: Catalogue, dimension: Dimension) -> Catalogue:
    """Return the catalogue with the schemas of a dimension's messages, and their links; those there stay."""
    schema = catalogue.schema_named(dimension.schema_name)
    for kind in _OWN:
        if feedback_name(kind, dimension.name) not in catalogue.by_name:
            catalogue = _with_one(catalogue, kind, dimension, schema)
    return catalogue


def _with_one(catalogue: Catalogue, kind: str, dimension: Dimension, schema: Schema) -> Catalogue:
    added = feedback_of(kind, dimension, schema)
    own = {*added.by_name, MESSAGE}
    pairs = tuple(zip(target_names(kind, schema), schema.primary_key, strict=True))
    ways = [_link(catalogue, _Way(added.name, free(schema.name, own), schema.name, _BACK[kind]), pairs)]
    if kind in EVENTS:
        way = _Way(added.name, MESSAGE, feedback_name(MESSAGE, dimension.name), EVENTS[kind])
        ways.append(_link(catalogue, way, ((_MESSAGE_ID.name, _MESSAGE_ID.name),)))
    return catalogue.model_copy(
        update={
            "schemas": (*catalogue.schemas, added),
            "relationships": (*catalogue.relationships, *ways),
        }
    )


def _link(catalogue: Catalogue, way: _Way, pairs: tuple[tuple[str, str], ...]) -> Relationship:
    taken = {*catalogue.by_name[way.target].by_name, *(link.name for link in catalogue.links(way.target))}
    back = free(way.back, taken)
    return Relationship(source=way.source, target=way.target, pairs=pairs, name=way.name, reverse=back)
