"""How many rows satisfy a rule, and which they are."""

from __future__ import annotations

from typing import cast

from batuta.kit.stopping import Stop
from batuta.rules.bound import AttributeOf, Expr
from batuta.runs.ports import Counts, Preview
from batuta.runs.questions.asked import Asked
from batuta.schema.types import Kind
from batuta.sets.heading import Origin, headings
from batuta.sets.questions import HowMany, Page


def count(asked: Asked, stop: Stop | None = None) -> Counts:
    """Count the rows and targets exactly; raise Interrupted once told to stop."""
    ((rows, targets),) = asked.place.ask(HowMany(asked.population), stop)
    return Counts(cast("int", rows), cast("int", targets))


def count_statement(asked: Asked) -> str:
    """Return the statement that counts, in the language of the engine."""
    return asked.place.statement(HowMany(asked.population))


def preview(asked: Asked, limit: int, offset: int = 0, stop: Stop | None = None) -> Preview:
    """Return rows in key order: the key, then the columns that were chosen, else all attributes."""
    columns = _columns(asked)
    page = Page(asked.population, tuple(column for _, column in columns), limit, offset)
    return Preview((*key_names(asked), *(name for name, _ in columns)), asked.place.ask(page, stop))


def preview_statement(asked: Asked, limit: int, offset: int = 0) -> str:
    """Return the statement of a preview, in the language of the engine."""
    return asked.place.statement(Page(asked.population, tuple(column for _, column in _columns(asked)), limit, offset))


def key_names(asked: Asked) -> tuple[str, ...]:
    """Return the names for people of the row key's columns."""
    found = headings(asked.place.catalogue, asked.among.shape)
    return tuple(heading.name for heading in found if heading.origin is not Origin.CANVAS)


def _columns(asked: Asked) -> tuple[tuple[str, Expr], ...]:
    if asked.columns:
        return asked.columns
    own = [each for each in asked.schema.attributes if each.name not in asked.schema.primary_key]
    return tuple((each.name, AttributeOf((), each.name, each.type)) for each in own if each.type.kind is not Kind.JSON)
