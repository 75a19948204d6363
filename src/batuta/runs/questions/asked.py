"""A rule understood: bound against the home, with all that is wrong with it told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import available_timezones

from batuta.kit.errors import InputError
from batuta.kit.problems import Gather
from batuta.kit.stopping import Stop
from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import All, AllOf, Expr, Moment, Predicate
from batuta.rules.called import Names
from batuta.rules.filters import Filter
from batuta.rules.lists import ValueList
from batuta.rules.tree import Rule
from batuta.runs.audiences import named_audiences, stored_versions, with_stored
from batuta.runs.model import Audience, AudienceVersion
from batuta.runs.ports import Engine, Rows
from batuta.runs.questions.document import NamedColumn, RuleFile, as_formula
from batuta.schema.model import Catalogue, Schema, missing
from batuta.sets.algebra import Filtered, Records, Set
from batuta.sets.questions import Question
from batuta.sets.shape import Shape


@dataclass(frozen=True)
class Place:
    """Where questions are answered: an engine with its data, audiences, filters and lists, at a moment."""

    engine: Engine
    catalogue: Catalogue
    moment: Moment
    audiences: Mapping[str, Audience] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    lists: Mapping[str, ValueList] = field(default_factory=dict)
    engine_name: str = ""

    def stored(self) -> dict[str, AudienceVersion]:
        """Return what is stored of each audience, by the names that rules read it by."""
        return {name: one for audience in self.audiences.values() for name, one in stored_versions(audience).items()}

    def ask(self, question: Question, stop: Stop | None = None) -> Rows:
        """Return the rows that answer a question."""
        return self.engine.ask(question, self.moment, self._tables(), stop)

    def statement(self, question: Question) -> str:
        """Return the statement that answers a question, for people to read."""
        return self.engine.asked(question, self.moment, self._tables())

    def _tables(self) -> dict[str, str]:
        return {name: version.table for name, version in self.stored().items()}


@dataclass(frozen=True)
class Asked:
    """A rule as it is asked about: of the rows of `among`, those for which `predicate` holds.

    `unfilled` are the audiences that it names and that were never filled: they hold nobody. `columns` are those of
    a preview, by their names.
    """

    place: Place
    rule: Rule
    predicate: Predicate
    around: Surroundings
    among: Set
    unfilled: tuple[str, ...] = ()
    columns: tuple[tuple[str, Expr], ...] = ()

    @property
    def population(self) -> Set:
        """The rows that satisfy the rule."""
        return narrowed(self.among, self.predicate)

    @property
    def schema(self) -> Schema:
        """The schema of the rows."""
        return self.place.catalogue.schema_behind(self.among.shape.schema)

    @property
    def names(self) -> Names:
        """What things are called where the rule stands."""
        titles = {name: known.title for name, known in self.place.filters.items()}
        labels = {
            (name, each.name): each.label for name, known in self.place.filters.items() for each in known.parameters
        }
        return Names(self.place.catalogue, self.around.schema, titles, self.place.lists, labels)


def narrowed(population: Set, predicate: Predicate) -> Set:
    """Return the rows of a population that satisfy a predicate too; of a plain one in a single condition."""
    if not isinstance(population, Records) or population.columns:
        return Filtered(population, predicate)
    if population.where == All():
        return replace(population, where=predicate)
    return replace(population, where=AllOf((population.where, predicate)))


def understand(file: RuleFile, place: Place, name: str) -> Asked:
    """Return the rule of a file, bound; raise Problems with all that is wrong, their fields those of the file.

    What cannot be looked for at all, such as a dimension that is not there, raises InputError with the file's `name`.
    """
    shape = shape_in(file, place.catalogue, name)
    around = surroundings(place, shape.schema)
    gather = Gather()
    bound = gather.attempt(lambda: bind_rule(file.rule, around), "rule")
    columns = [
        (_title(column), gather.attempt(lambda column=column: _column(column, around), f"columns.{number}"))  # type: ignore[misc]  # mypy infers no type for a lambda with a default
        for number, column in enumerate(file.columns)
    ]
    gather.check()
    if bound is None:
        raise RuntimeError("binding that finds no predicate tells why")
    stored = place.stored()
    unfilled = tuple(sorted(set(named_audiences(bound)) - stored.keys()))
    predicate = with_stored(bound, {label: version.shape for label, version in stored.items()})
    found = tuple((title, column) for title, column in columns if column is not None)
    return Asked(place, file.rule, predicate, around, Records(shape, All()), unfilled, found)


def surroundings(place: Place, schema: str) -> Surroundings:
    """Return what a rule over the rows of a schema may name outside a campaign: nothing of other rows beside it."""
    audiences = {label: audience.shape.schema for label, audience in place.audiences.items()}
    return Surroundings(
        place.catalogue,
        schema,
        audiences=audiences,
        filters=place.filters,
        lists=place.lists,
        windows=False,
        engine=place.engine_name,
    )


def shape_in(file: RuleFile, catalogue: Catalogue, name: str) -> Shape:
    """Return the shape of the rows that a file speaks of."""
    if bool(file.dimension) == bool(file.schema_name):
        found = "both a dimension and a schema are named" if file.dimension else "no dimension is named"
        raise InputError(name, found, todo="Write `dimension:` with a dimension, or `schema:` with a schema.")
    schema = file.schema_name
    if file.dimension:
        known = {dimension.name: dimension.schema_name for dimension in catalogue.dimensions}
        if file.dimension not in known:
            raise missing("dimension", file.dimension, known, name)
        schema = known[file.dimension]
    if schema not in catalogue.by_name:
        raise missing("schema", schema, catalogue.by_name, name)
    return Shape(file.dimension, schema, tuple(attribute.type for attribute in catalogue.by_name[schema].key))


def zone_in(file: RuleFile, name: str) -> str:
    """Return the zone that a file names; raise NotFound if there is none of that name."""
    if file.timezone not in available_timezones():
        raise missing("time zone", file.timezone, available_timezones(), name)
    return file.timezone


def bind_columns(columns: Sequence[str], around: Surroundings) -> tuple[tuple[str, Expr], ...]:
    """Return columns by their names, bound; raise Problems with all that is wrong, by the place of the column."""
    gather = Gather()
    found = [gather.attempt(lambda text=text: _column(text, around), str(place)) for place, text in enumerate(columns)]  # type: ignore[misc]  # as above
    gather.check()
    return tuple((title, column) for title, column in zip(columns, found, strict=True) if column is not None)


def _title(column: str | NamedColumn) -> str:
    return column.strip() if isinstance(column, str) else column.name


def _column(column: str | NamedColumn, around: Surroundings) -> Expr:
    return bind_expression(as_formula(column if isinstance(column, str) else column.expression), around)
