"""What a rule or expression is bound against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from batuta.schema.model import Catalogue
from batuta.schema.types import DataType


@dataclass(frozen=True)
class Surroundings:
    """Where a rule stands: the catalogue, the schema whose rows it tests, and what else it may name.

    `columns` are those computed on the canvas, `variables` those of the campaign, `audiences` maps the
    label of each audience to the schema of its members. Names in `[brackets]` are looked up among the
    columns first (as `[target.name]` always), then among the attributes of the schema.

    `roots` are other rows that go with the one at hand, such as that of the secondary dimension: a name or path
    whose first step is a root is looked up there, even where a link has the same name. Conditions over linked
    rows see none of them.
    """

    catalogue: Catalogue
    schema: str
    columns: Mapping[str, DataType] = field(default_factory=dict)
    variables: Mapping[str, DataType] = field(default_factory=dict)
    audiences: Mapping[str, str] = field(default_factory=dict)
    roots: Mapping[str, Surroundings] = field(default_factory=dict)

    def of_linked(self, schema: str) -> Surroundings:
        """Return what may be named of a linked row: no columns, no roots."""
        return replace(self, schema=schema, columns={}, roots={})
