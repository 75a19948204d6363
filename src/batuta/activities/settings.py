"""Settings that several kinds of activity share. `x-widget` names the control that edits them in a form."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from batuta.kit.document import Document

ExpressionText = Annotated[str, Field(min_length=1, json_schema_extra={"x-widget": "expression"})]
Path = Annotated[str, Field(min_length=1, json_schema_extra={"x-widget": "path"})]
Inbound = Annotated[str, Field(json_schema_extra={"x-widget": "inbound"})]


class ComputedColumn(Document):
    """A column that is computed for each row."""

    name: str = Field(description="letters, digits and _, a letter first")
    expression: ExpressionText = Field(description="what it holds: an attribute such as [city], or a formula")


class SortBy(Document):
    """One step of an order."""

    expression: ExpressionText = Field(description="what to sort by; empty values come last")
    descending: bool = Field(False, description="largest or latest first")
