"""The folded copies of identity attributes: which there are, and what their columns are called."""

from __future__ import annotations

from batuta.schema.model import Schema


def folded_column(attribute: str) -> str:
    """Return the name of the column that holds the folded copy of an identity attribute."""
    return f"_folded_{attribute}"


def folded_attributes(schema: Schema) -> tuple[str, ...]:
    """Return the attributes of a schema that have a folded copy."""
    return tuple(dict.fromkeys(identity.attribute for identity in schema.identities))
