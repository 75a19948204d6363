"""Described fetches: what a run would bring into a working table from outside. Test mode brings it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from batuta.rules.bound import Expr
from batuta.schema.locations import Location
from batuta.schema.reading import Writing
from batuta.schema.records import FileColumn, Layout
from batuta.sets.shape import Shape


@dataclass(frozen=True, slots=True)
class FetchFile:
    """Load the records of a file, or of several, in a location.

    `file` is a template of its name or of a pattern (`*` and `?`); one match is wanted unless `take` says which.
    `columns` are those of the file in their order, ignored ones included; the shape has the others, and the
    column `line_number` if that is set. More than `allowed_errors` rejected lines (None: any number, but not all)
    keep anything from being loaded. Files are deleted by live runs only, once the table is safe.
    """

    location: Location
    file: str
    layout: Layout
    columns: tuple[FileColumn, ...]
    writing: Writing
    shape: Shape
    take: Literal["one", "latest", "all"] = "one"
    missing: Literal["fail", "empty"] = "fail"
    allowed_errors: int | None = 0
    delete_after: bool = False
    line_number: str = ""


@dataclass(frozen=True, slots=True)
class FetchQuery:
    """Run a query of a data engineer in the engine; the shape has the columns of its result that are wanted.

    The parameters are named in its text and bound to the values of expressions over no row.
    """

    sql: str
    parameters: tuple[tuple[str, Expr], ...]
    shape: Shape


Fetch = FetchFile | FetchQuery
