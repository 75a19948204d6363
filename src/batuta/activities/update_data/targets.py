"""The schema whose rows change: which attributes may be given, and what they may hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from batuta.campaign.graph import unknown
from batuta.kit.problems import Problem
from batuta.rules.bound import Expr
from batuta.schema.changing import Change
from batuta.schema.model import Attribute, Schema
from batuta.schema.types import Kind, comparable


@dataclass(frozen=True, slots=True)
class Target:
    """A schema and what is done with its rows."""

    schema: Schema
    change: Change

    def problems_of(self, field: str, names: Sequence[str]) -> Iterator[Problem]:
        """Yield what is wrong with the attributes named under `key` or `values`."""
        for place, name in enumerate(names):
            where = f"{field}.{place}.attribute"
            if name not in self.schema.by_name:
                yield unknown("update-unknown-attribute", name, self.schema.by_name, where)
            elif name in names[:place]:
                yield Problem("update-twice", {"attribute": name}, where)
            elif field == "key" and name not in self.schema.primary_key:
                yield Problem("update-not-in-key", {"attribute": name, "schema": self.schema.name}, where)
            elif field == "values" and name in self.schema.primary_key:
                yield Problem("update-key-among-values", {"attribute": name, "schema": self.schema.name}, where)

    def lacking(self, names: Collection[str]) -> Iterator[Problem]:
        """Yield a problem if there are values where none may be, none where some must be, or too few for new rows."""
        if self.change is Change.DELETE:
            if names:
                yield Problem("update-values-of-deleted", {}, "values")
            return
        if self.change is Change.UPDATE and not names:
            yield Problem("update-nothing", {}, "values")
        given = {*names, *self.schema.primary_key, self.schema.version}
        absent = [one.name for one in self.schema.attributes if one.required and one.name not in given]
        if absent and self.change.adds:
            yield Problem("update-required", {"schema": self.schema.name, "attributes": absent}, "values")


def fits(expression: Expr, attribute: Attribute, in_key: bool) -> bool:
    """Tell whether an attribute may hold the values of an expression; some may still not fit when it comes to it."""
    found, wanted = expression.type, attribute.type
    if in_key and not found.may_be_key:
        return False
    if found.is_number and wanted.is_number:
        return wanted.kind is not Kind.INTEGER or found.kind is Kind.INTEGER
    return comparable(found, wanted) and (found.kind, wanted.kind) != (Kind.DATETIME, Kind.DATE)
