"""What a rule or expression is bound against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from batuta.schema.model import Catalogue
from batuta.schema.types import DataType


@dataclass(frozen=True)
class Surroundings:
    """Where a rule stands: the catalogue, the schema whose rows it tests, and what else it may name.

    `columns` are those computed on the canvas, `variables` those of the campaign, `audiences` maps the
    label of each audience to the schema of its members. Names in `[brackets]` are looked up among the
    columns first (as `[target.name]` always), then among the attributes of the schema.
    """

    catalogue: Catalogue
    schema: str
    columns: Mapping[str, DataType] = field(default_factory=dict)
    variables: Mapping[str, DataType] = field(default_factory=dict)
    audiences: Mapping[str, str] = field(default_factory=dict)
