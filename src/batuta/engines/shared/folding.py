"""The folded copies of identity attributes: which there are, and what their columns are called."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql.dialect import Dialect
from batuta.schema.model import Schema


def folded_column(attribute: str) -> str:
    """Return the name of the column that holds the folded copy of an identity attribute."""
    return f"_folded_{attribute}"


def folded_attributes(schema: Schema) -> tuple[str, ...]:
    """Return the attributes of a schema that have a folded copy."""
    return tuple(dict.fromkeys(identity.attribute for identity in schema.identities))


def columns_of(schema: Schema, dialect: Dialect) -> dict[str, exp.DataType]:
    """Return the columns of a schema's table with their types: the attributes, then the folded copies."""
    columns = {attribute.name: dialect.type_of(attribute.type) for attribute in schema.attributes}
    return columns | {folded_column(name): dialect.text for name in folded_attributes(schema)}
