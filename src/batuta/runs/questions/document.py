"""Rule files: a rule alone, to ask questions about."""

from __future__ import annotations

import re

from pydantic import Field

from batuta.kit.document import Document
from batuta.rules.tree import Rule

_NAME = re.compile(r"\w+(\.\w+)*\Z")


class NamedColumn(Document):
    """A column of a preview under a name of its own."""

    name: str = Field(min_length=1)
    expression: str


class RuleFile(Document):
    """A rule over the rows of a dimension or of a schema, and the columns to show of them."""

    dimension: str = Field("", description="the dimension whose rows the rule tests")
    schema_name: str = Field("", alias="schema", description="the schema whose rows the rule tests, instead")
    timezone: str = Field("UTC", description="the zone in which days begin, as a campaign has one")
    rule: Rule
    columns: tuple[str | NamedColumn, ...] = Field((), description="attributes, also behind links, and formulas")


def as_formula(column: str) -> str:
    """Return the formula of a column: the name of an attribute, also behind links, needs no brackets."""
    return f"[{column.strip()}]" if _NAME.match(column.strip()) else column
