"""Rows of a population for people and programs: keys under their own names, with attributes of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from batuta.cli.context import Services
from batuta.rules.bound import AttributeOf, Expr, Moment, Rooted
from batuta.rules.paths import SECONDARY
from batuta.schema.model import Catalogue, missing
from batuta.sets.algebra import Table
from batuta.sets.heading import Origin, headings
from batuta.sets.shape import Shape
from batuta.store.catalogue import CatalogueStore


@dataclass(frozen=True)
class Page:
    """Which part of a population is wanted: columns by name (none: all) and rows by their place."""

    columns: tuple[str, ...]
    limit: int
    offset: int

    @staticmethod
    def of(columns: str, limit: int, offset: int) -> Page:
        """Return the page that options name; `columns` are separated by commas."""
        return Page(tuple(name.strip() for name in columns.split(",") if name.strip()), limit, offset)


def print_preview(services: Services, table: Table, page: Page, moment: Moment, as_json: bool) -> None:
    """Print a page of a population: key first, then columns made on the canvas, then attributes."""
    catalogue = CatalogueStore(services.database).read()
    engine = services.engine
    engine.use(catalogue)
    attributes = _attributes(catalogue, table.shape, page)
    found = engine.preview(table, attributes, moment, page.limit, page.offset)
    names = key_names(catalogue, table.shape)
    shown = [
        place for place, name in enumerate(found.columns) if name in names or not page.columns or name in page.columns
    ]
    titles = [names.get(found.columns[place], found.columns[place]) for place in shown]
    rows = [[row[place] for place in shown] for row in found.rows]
    if as_json:
        services.print_json({"columns": titles, "rows": rows})
    else:
        services.console.print(layout(titles, rows, services.console.width))


def key_names(catalogue: Catalogue, shape: Shape) -> dict[str, str]:
    """Return the names for people of the key columns of a working table."""
    found = headings(catalogue, shape)
    return {heading.column: heading.name for heading in found if heading.origin is not Origin.CANVAS}


def _attributes(catalogue: Catalogue, shape: Shape, page: Page) -> tuple[tuple[str, Expr], ...]:
    """Return the wanted attributes of the schema; raise NotFound if a column exists nowhere.

    Those of the secondary row are `secondary.<attribute>`, shown if they are asked for.
    """
    schema = catalogue.schema_behind(shape.schema)
    computed = {column.name for column in shape.columns}
    offered = [name for name in schema.by_name if name not in schema.primary_key and name not in computed]
    beside = _secondary(catalogue, shape)
    for name in page.columns:
        if name not in schema.by_name and name not in computed and name not in beside:
            place = f"schema {schema.name}" if schema.name else "population"
            raise missing("column", name, [*computed, *schema.by_name, *beside], place)
    wanted = [name for name in offered if not page.columns or name in page.columns]
    own = [(name, AttributeOf((), name, schema.by_name[name].type)) for name in wanted]
    return (*own, *((name, beside[name]) for name in page.columns if name in beside))


def _secondary(catalogue: Catalogue, shape: Shape) -> dict[str, Expr]:
    """Return the attributes of the secondary row by their names in a preview."""
    found: dict[str, Expr] = {}
    for attribute in catalogue.schema_behind(shape.secondary_schema).attributes if shape.secondary_schema else ():
        own = AttributeOf((), attribute.name, attribute.type)
        found[f"{SECONDARY}.{attribute.name}"] = Rooted(SECONDARY, own, attribute.type)
    return found


_NARROWEST = 9


def _shown(value: object) -> Text:
    """Return a cell as text; the lines of a list one below the other."""
    if isinstance(value, list):
        lines = (", ".join("" if part is None else str(part) for part in line.values()) for line in value)
        return Text("\n".join(lines))
    return Text("" if value is None else str(value).lower() if isinstance(value, bool) else str(value))


def layout(titles: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> RenderableType:
    """Return a table if its columns have room, else each row as a table of its own, a line for each column."""
    if not rows:
        return Text("Nobody is here.")
    if len(titles) * (_NARROWEST + 3) <= width:
        grid = Grid()
        for title in titles:
            grid.add_column(Text(title), overflow="fold")
        for row in rows:
            grid.add_row(*map(_shown, row))
        return grid
    return Group(*(_record(titles, row) for row in rows))


def _record(titles: Sequence[str], row: Sequence[object]) -> Grid:
    grid = Grid(show_header=False)
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for title, value in zip(titles, row, strict=True):
        grid.add_row(Text(title), _shown(value))
    return grid
