"""The columns of populations for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from batuta.cli.context import Services
from batuta.schema.types import DataType
from batuta.sets.heading import Heading, headings
from batuta.sets.shape import Shape
from batuta.store.catalogue import CatalogueStore


def print_schema(services: Services, shape: Shape, as_json: bool) -> None:
    """Print which columns a population has."""
    found = headings(CatalogueStore(services.database).read(), shape)
    if as_json:
        services.print_json({"dimension": shape.dimension or None, "columns": as_documents(found)})
    else:
        services.console.print(Text(dimension_of(shape)))
        services.console.print(columns_table(found))


def dimension_of(shape: Shape) -> str:
    """Return whose rows a population has, for people."""
    return shape.dimension or "no dimension"


def columns_table(found: Sequence[Heading]) -> Table:
    """Return columns with what they hold and where they come from, as lines below a title."""
    table = Table(box=None, show_header=False, padding=(0, 2))
    for name in ("column", "holds", "from"):
        table.add_column(name, overflow="fold", style="dim" if name == "from" else None)
    for heading in found:
        table.add_row(Text(heading.name), Text(heading.holds), str(heading.origin))
    return table


def as_documents(found: Sequence[Heading]) -> list[dict[str, Any]]:
    """Return columns as values for JSON."""
    return [_document(heading) for heading in found]


def _document(heading: Heading) -> dict[str, Any]:
    lines = [_typed(line.name, line.type) for line in heading.lines]
    document = {**_typed(heading.name, heading.type), "origin": str(heading.origin)}
    return {**document, "lines": lines} if lines else document


def _typed(name: str, kind: DataType) -> dict[str, Any]:
    return {"name": name, "type": kind.in_full}
