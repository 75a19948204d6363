"""Export file: the population as a file in a location."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import binder, population_of
from batuta.activities.contract import Effecting, Input, Scope
from batuta.activities.effects import Effect
from batuta.activities.effects import ExportFile as Exporting
from batuta.activities.places import location_named
from batuta.activities.settings import ExpressionText, SortBy
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.messages.naming import check_name
from batuta.rules.bound import AttributeOf, Computed, Expr, Rooted
from batuta.rules.paths import SECONDARY
from batuta.schema.model import Catalogue
from batuta.schema.writing import Written
from batuta.sets.algebra import Set
from batuta.sets.shape import Shape

Title = Annotated[str, Field(min_length=1)]
FileName = Annotated[str, Field(min_length=1, json_schema_extra={"x-widget": "liquid"})]


class WrittenColumn(Document):
    """A column of the file."""

    name: Title = Field(description="its title")
    expression: ExpressionText = Field(description="what it holds: an attribute such as [city], or a formula")


class ExportFile(Effecting):
    """Writes the population to a file in live runs and passes it on; test runs only tell what would be written."""

    kind: ClassVar[str] = "export-file"
    title: ClassVar[str] = "Export file"

    location: str = Field(description="where to: a location", json_schema_extra={"x-widget": "location"})
    name: FileName = Field(description='name of the file; a template such as winners-{{ now | date: "%Y-%m-%d" }}.csv')
    format: Literal["csv", "json", "parquet"] = Field(
        "csv", description="csv, json (an object in each line) or parquet"
    )
    columns: tuple[WrittenColumn, ...] = Field(
        (), description="what to write; nothing: the key and all columns made on the canvas"
    )
    sort: tuple[SortBy, ...] = Field((), description="the order of the rows; at last the key decides")
    header: bool = Field(True, description="a first line with titles, in csv")
    separator: str = Field(",", min_length=1, max_length=1, description="what separates fields, in csv")
    quote_all: bool = Field(False, description="all fields in quotes, in csv, and not only where they need it")
    guard_formulas: bool = Field(
        False, description="an apostrophe before texts that a spreadsheet would take for a formula, in csv"
    )
    compression: Literal["none", "gzip"] = Field("none", description="packed with gzip or not; parquet packs itself")
    existing: Literal["fail", "replace"] = Field("fail", description="where the file is there already")

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population unchanged."""
        _ = scope
        return {"main": population_of(inputs[0])}

    def effects(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Effect, ...]:
        """Return the file to write."""
        population = population_of(inputs[0])
        gather = Gather()
        location = gather.attempt(lambda: location_named(scope, self.location, written=True))
        gather.attempt(partial(check_name, self.name, scope.variables), "name")
        bind = binder(scope, population, gather)
        columns = [
            (column.name, bind.expression(column.expression, f"columns.{place}.expression"))
            for place, column in enumerate(self.columns)
        ]
        sort = bind.sorts(self.sort, "sort")
        bound = tuple((name, expression) for name, expression in columns if expression is not None)
        written = bound if self.columns else tuple(self._all(population.shape, scope.catalogue))
        for problem in self._mistakes(written):
            gather.add(problem)
        gather.check()
        assert location is not None  # else its problems were raised
        return (Exporting(location, self.name, population, written, self._form(), sort, self.existing == "replace"),)

    def _form(self) -> Written:
        return Written(
            format=self.format,
            header=self.header,
            separator=self.separator,
            quote_all=self.quote_all,
            guard_formulas=self.guard_formulas,
            compression=self.compression,
        )

    def _all(self, shape: Shape, catalogue: Catalogue) -> Iterator[tuple[str, Expr]]:
        """Yield the key, then the columns made on the canvas; lists only where a file can hold them."""
        kept = [column for column in shape.columns if not column.lines or self.format != "csv"]
        taken = {column.name.casefold() for column in kept}
        for name, key in _keys(shape, catalogue):
            yield (name if name.casefold() not in taken else f"key_{name}"), key
        for column in kept:
            yield column.name, Computed(column.name, column.type)

    def _mistakes(self, columns: Sequence[tuple[str, Expr]]) -> Iterator[Problem]:
        if not columns and not self.columns:
            yield Problem("export-nothing", {}, "columns")
        if self.separator in ('"', "\r", "\n"):
            yield Problem("export-bad-separator", {}, "separator")
        seen: set[str] = set()
        for place, column in enumerate(self.columns):
            if column.name.casefold() in seen:
                yield Problem("export-column-twice", {"name": column.name}, f"columns.{place}.name")
            seen.add(column.name.casefold())


def _keys(shape: Shape, catalogue: Catalogue) -> Iterator[tuple[str, Expr]]:
    for attribute in catalogue.schema_behind(shape.schema).key:
        yield attribute.name, AttributeOf((), attribute.name, attribute.type)
    if shape.secondary_schema in catalogue.by_name:
        for attribute in catalogue.schema_named(shape.secondary_schema).key:
            own = AttributeOf((), attribute.name, attribute.type)
            yield f"{shape.secondary_schema}_{attribute.name}", Rooted(SECONDARY, own, attribute.type)
