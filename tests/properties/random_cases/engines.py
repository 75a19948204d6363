"""The engines that random worlds are put on, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlglot import exp

from batuta.engines.sql import Compiler
from batuta.kit.stopping import Stop
from batuta.rules.bound import Moment
from batuta.runs.ports import Rows
from batuta.schema.types import DataType, Kind, Scalar
from batuta.sets.algebra import Set
from batuta.sets.questions import Question
from tests.properties.databases import DATABASES, Database

from .worlds import Random, folded_of

_PARTS = ("data", "work", "audience")


class Places:
    """Where the tables of a world are."""

    def __init__(self, world: Random) -> None:
        self._folded = world.folded

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, db="data", quoted=True)

    def working(self, name: str) -> exp.Table:
        return exp.table_(name, db="work", quoted=True)

    def row_keys(self, name: str) -> exp.Table:
        return self.working(name)

    def audience(self, label: str) -> exp.Table:
        return exp.table_(label, db="audience", quoted=True)

    def folded(self, schema: str, attribute: str) -> str | None:
        return f"_folded_{attribute}" if (schema, attribute) in self._folded else None

    def __getattr__(self, name: str) -> Any:
        raise LookupError(f"rules need no {name}")


class Side:
    """A world on one engine."""

    def __init__(self, on: str, world: Random) -> None:
        self.database = _database(on)
        self.dialect = self.database.dialect
        self.world = world
        self.compiler = Compiler(self.dialect, world.catalogue, world.moment, Places(world))
        for part in _PARTS:
            self.database.execute(f"DROP SCHEMA IF EXISTS {part} CASCADE")
            self.database.execute(f"CREATE SCHEMA {part}")
        for schema in world.catalogue.schemas:
            types = {each.name: each.type for each in schema.attributes}
            rows = [list(row.values()) for row in world.rows[schema.name]]
            if (schema.name, "note") in world.folded:
                types["_folded_note"] = types["note"]
                rows = [[*row.values(), folded_of(row["note"])] for row in world.rows[schema.name]]
            self._fill("data", schema.name, types, rows)
        for part, sets, times in (("audience", world.members, 1), ("work", world.tables, 2)):
            for name, keys in sets.items():
                key = world.catalogue.schema_named(name.removeprefix("Friends ").removeprefix("passed_")).key
                types = {f"_t{place}": each.type for place, each in enumerate(key, 1)}
                self._fill(part, name, types, [list(each) for each in sorted(keys, key=repr)] * times)

    def _fill(self, part: str, name: str, types: Mapping[str, DataType], rows: list[list[Scalar]]) -> None:
        table = exp.table_(name, db=part, quoted=True)
        columns = [
            exp.ColumnDef(this=exp.to_identifier(column, quoted=True), kind=self.dialect.type_of(given))
            for column, given in types.items()
        ]
        made = exp.Create(this=exp.Schema(this=table, expressions=columns), kind="TABLE")
        self.database.execute(made.sql(self.dialect.name))
        marks = ", ".join("?" for _ in types)
        values = ", ".join(f"({marks})" for _ in rows)
        statement = f"INSERT INTO {table.sql(self.dialect.name)} VALUES {values}"
        self.database.execute(statement, [_stored(value) for row in rows for value in row])

    def read(self, population: Set) -> list[tuple[Any, ...]]:
        """Return the rows of a population."""
        return self._fetched(self.compiler.select(population))

    def answers(self, question: Question) -> list[tuple[Any, ...]]:
        """Return the answer to a question."""
        return self._fetched(self.compiler.question(question))

    def ask(self, question: Question, _moment: Moment, _audiences: Mapping[str, str], _stop: Stop | None) -> Rows:
        """Answer as an engine does."""
        return self.answers(question)

    def _fetched(self, query: exp.Select) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.database.execute(query.sql(self.dialect.name)).fetchall()
        return found


@cache
def _database(on: str) -> Database:
    made = DATABASES[on]()
    for statement in made.dialect.preparation:
        made.execute(statement)
    return made


def _stored(value: Scalar) -> Scalar:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def scalar(value: Any, given: DataType) -> Scalar:
    """Return what a driver gave as the meaning has it."""
    if given.kind is Kind.INSTANT and isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    found: Scalar = value
    return found
