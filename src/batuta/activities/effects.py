"""Described effects: what a run would do outside itself. Test mode prints them, live mode carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from batuta.rules.bound import Expr
from batuta.schema.changing import Change
from batuta.schema.locations import Location
from batuta.schema.writing import Written
from batuta.sets.algebra import Set, Sort
from batuta.sets.shape import Shape


@dataclass(frozen=True, slots=True)
class SaveAudience:
    """Keep a population as a new version of an audience, found by its label.

    `attributes` are extra columns (name, expression over the population's rows); with `append` the new
    version holds the former members too, each key once, the new row winning. An empty population replaces
    the audience only if `allow_empty`. Where the population was found by keys, `left_out` are the rows that
    arrived but gave no member.
    """

    label: str
    population: Set
    shape: Shape
    attributes: tuple[tuple[str, Expr], ...] = ()
    append: bool = False
    allow_empty: bool = False
    left_out: Set | None = None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """Write a population to a file in a location, under a name that is a template.

    `columns` are titles with expressions over the population's rows, which come in the order of `sort`, then key.
    Without `replace` a file of that name that is there already is an error.
    """

    location: Location
    name: str
    population: Set
    columns: tuple[tuple[str, Expr], ...]
    form: Written
    sort: tuple[Sort, ...] = ()
    replace: bool = False


@dataclass(frozen=True, slots=True)
class UpdateData:
    """Insert, change or delete rows of a schema, one for each row of a population.

    `values` are expressions over the population's rows for attributes of the schema, all of its key among them. Of
    several rows of the population for one key the first by row key decides.
    """

    schema: str
    change: Change
    population: Set
    values: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the people who look after campaigns; both texts are templates, and `population` is who has arrived."""

    title: str
    message: str
    level: Literal["info", "warning", "error"]
    population: Set | None


Effect = Notify | SaveAudience | ExportFile | UpdateData
