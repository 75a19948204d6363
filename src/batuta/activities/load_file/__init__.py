"""Load file: the records of a text file become a population of lines."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from batuta.activities.contract import Fetching, Input, Scope, Takes
from batuta.activities.fetches import FetchFile
from batuta.activities.load_file.checks import column_problems, file_problems
from batuta.activities.places import location_named
from batuta.kit.problems import Gather
from batuta.messages.naming import check_name
from batuta.schema.reading import Writing
from batuta.schema.records import Delimited, FileColumn, Format, Layout, Mark
from batuta.schema.types import INTEGER
from batuta.sets.shape import Column, shape_of_lines

FileName = Annotated[str, Field(min_length=1, json_schema_extra={"x-widget": "liquid"})]


class LoadFile(Fetching):
    """Loads the records of a text file, a row for each line; they have columns, and no dimension yet."""

    kind: ClassVar[str] = "load-file"
    title: ClassVar[str] = "Load file"
    least_inputs: ClassVar[int] = 0
    takes: ClassVar[Takes] = Takes.ACTIVATION

    location: str = Field(description="where the file is: a location", json_schema_extra={"x-widget": "location"})
    file: FileName = Field(description="its name, or a pattern with * and ?; a template such as new-{{ vars.day }}.csv")
    take: Literal["one", "latest", "all"] = Field(
        "one", description="where several files match: an error, only the latest, or all of them in the order of names"
    )
    missing: Literal["fail", "empty"] = Field(
        "fail", description="where no file is there: an error, or a population without lines"
    )
    format: Format = Field(Delimited(), description="delimited or fixed width")
    encoding: str = Field("utf-8", description="utf-8, latin-1, cp1252, utf-16 ...")
    skip_lines: int = Field(0, ge=0, description="how many lines at the beginning are no records")
    columns: tuple[FileColumn, ...] = Field(
        min_length=1, description="the columns of the file; with a header by their titles, else all in their order"
    )
    decimal_mark: Mark = Field(".", description="what stands before decimals")
    thousands_mark: Mark = Field("", description="what stands between groups of three digits")
    date_format: str = Field("", description="how dates are written, such as %d/%m/%Y; nothing: 2026-11-23")
    time_zone: str = Field("", description="the zone of times that name none; nothing: that of the campaign")
    line_number: str = Field("", description="a column for the number of the line in the file; nothing: none")
    allowed_errors: int | None = Field(
        0, ge=0, description="more rejected lines fail the load as a whole; nothing: any number, but not all"
    )
    delete_after: bool = Field(False, description="delete the file when it is loaded; never in test runs")

    def fetch(self, inputs: tuple[Input, ...], scope: Scope) -> FetchFile:
        """Return what to load; raise Problems with all that is wrong."""
        _ = inputs
        gather = Gather()
        location = gather.attempt(lambda: location_named(scope, self.location, written=self.delete_after))
        gather.attempt(partial(check_name, self.file, scope.variables), "file")
        for problem in (*file_problems(self), *column_problems(self)):
            gather.add(problem)
        gather.check()
        assert location is not None  # else its problems were raised
        return FetchFile(
            location=location,
            file=self.file,
            layout=self._layout(),
            columns=self.columns,
            writing=self.writing(scope.zone),
            shape=shape_of_lines(scope.activity, self._columns()),
            take=self.take,
            missing=self.missing,
            allowed_errors=self.allowed_errors,
            delete_after=self.delete_after,
            line_number=self.line_number,
        )

    def writing(self, zone: str) -> Writing:
        """Return how numbers and dates are written, where the campaign is in a zone."""
        return Writing(self.decimal_mark, self.thousands_mark, self.date_format, self.time_zone or zone)

    def _layout(self) -> Layout:
        widths = tuple(column.width for column in self.columns)
        return Layout(format=self.format, encoding=self.encoding, skip=self.skip_lines, widths=widths)

    def _columns(self) -> tuple[Column, ...]:
        kept = tuple(Column(column.name, column.data_type) for column in self.columns if not column.ignore)
        return (*kept, Column(self.line_number, INTEGER)) if self.line_number else kept
