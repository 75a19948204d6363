"""The schemas that come with the house: the suppression list, and the consent of each dimension."""

from __future__ import annotations

from collections.abc import Collection

from batuta.schema.model import Attribute, Dimension, Relationship, Schema
from batuta.schema.naming import free
from batuta.schema.types import INSTANT, STRING, DataType, Kind

SUPPRESSION = Schema(
    name="suppression",
    label="Suppression list",
    description="Addresses and domains never to be sent to.",
    attributes=(
        Attribute(name="entry", type=STRING, required=True, folded=True, description="an address, or a whole domain"),
        Attribute(
            name="reason",
            type=DataType(kind=Kind.ENUM, values=("hard-bounce", "complaint", "soft-bounces", "by-hand")),
            required=True,
        ),
        Attribute(name="source", type=STRING),
        Attribute(name="expires_at", type=INSTANT, description="empty: never"),
    ),
    primary_key=("entry",),
    builtin=True,
)

WHOLE_CHANNEL = "*"
"""The communication type of a consent that speaks of all of its channel."""

STATES = ("in", "out", "pending")


def consent_name(dimension: str) -> str:
    """Return the name of the schema that holds a dimension's consent."""
    return f"consent_{dimension}"


def consent_key(schema: Schema) -> tuple[str, ...]:
    """Return the names that a dimension's key attributes bear in its consent schema, in their order."""
    own = {attribute.name for attribute in _OWN}
    return tuple(f"target_{name}" if name in own else name for name in schema.primary_key)


def consent_of(dimension: Dimension, schema: Schema) -> Schema:
    """Return the consent schema of a dimension over `schema`; a later decision replaces an earlier one."""
    names = consent_key(schema)
    keys = tuple(
        Attribute(name=name, type=attribute.type, required=True)
        for name, attribute in zip(names, schema.key, strict=True)
    )
    return Schema(
        name=consent_name(dimension.name),
        label=f"Consent of {dimension.label or dimension.name}",
        description="Who agreed to what: no row means yes, unless the channel needs explicit consent.",
        attributes=keys + _OWN,
        primary_key=(*names, "channel", "communication_type"),
        version="time",
        builtin=True,
    )


def consent_link(dimension: Dimension, schema: Schema, taken: Collection[str]) -> Relationship:
    """Return the relationship from a dimension's consent to its schema, named `consents` on the way back."""
    consent = consent_of(dimension, schema)
    return Relationship(
        source=consent.name,
        target=schema.name,
        pairs=tuple(zip(consent_key(schema), schema.primary_key, strict=True)),
        name=free(schema.name, consent.by_name),
        reverse=free("consents", taken),
    )


_OWN = (
    Attribute(name="channel", type=STRING, required=True),
    Attribute(
        name="communication_type",
        type=STRING,
        required=True,
        description=f"the list or topic; {WHOLE_CHANNEL} is the whole channel",
    ),
    Attribute(name="state", type=DataType(kind=Kind.ENUM, values=STATES), required=True),
    Attribute(name="time", type=INSTANT, required=True, description="when it was given or withdrawn"),
    Attribute(name="source", type=STRING),
    Attribute(name="proof", type=STRING),
)
