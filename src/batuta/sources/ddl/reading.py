"""A DDL file as an addition to the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from batuta.kit.errors import InputError
from batuta.schema.change import Addition
from batuta.schema.model import Catalogue
from batuta.sources.ddl.schemas import addition_of
from batuta.sources.ddl.statements import Statement, statements
from batuta.sources.ddl.tables import TableDefinition, TableReader
from batuta.sources.ddl.types import enum_values

DIALECTS = ("postgres", "mysql", "sqlite")

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file adds, and notes on statements that were left out."""

    addition: Addition
    notes: tuple[str, ...]


def read_ddl(text: str, dialect: str, file: str, known: Catalogue) -> Imported:
    """Read the tables of a DDL file; foreign keys may lead to schemas of `known` too.

    Statements that do not describe tables are left out with a note; an InputError tells the first place at
    which the file is wrong.
    """
    reading = _Reading(dialect)
    for statement in statements(text, dialect, file):
        reading.take(statement)
    if not reading.tables:
        raise InputError(
            file,
            "there is no table in the file",
            expected="at least one CREATE TABLE statement",
            todo="Name a DDL file, and its dialect with --dialect. Nothing has been imported.",
        )
    return Imported(addition_of(list(reading.tables.values()), known), tuple(reading.notes))


class _Reading:
    """Tables and enums so far; tables are found whatever the case of their names."""

    def __init__(self, dialect: str) -> None:
        self.tables: dict[str, TableDefinition] = {}
        self.notes: list[str] = []
        self._enums: dict[str, tuple[str, ...]] = {}
        self._reader = TableReader(dialect, self._enums)
        self._takers: Mapping[type[exp.Expr], Callable[[Statement], bool]] = {
            exp.Create: self._create,
            exp.Alter: self._alter,
            exp.Comment: self._comment,
        }

    def take(self, statement: Statement) -> None:
        """Take in a statement; note it if it says nothing about tables."""
        taker = self._takers.get(type(statement.tree))
        if isinstance(statement.tree, exp.Command) and statement.text.upper().startswith("CREATE TA"):
            raise _not_understood(statement)
        if taker is None or not taker(statement):
            self.notes.append(f"line {statement.place.line}: left out {_short(statement.text)}")

    def _create(self, statement: Statement) -> bool:
        created = statement.tree
        kind = str(created.args.get("kind") or "").upper()
        if kind == "TABLE":
            self._create_table(created, statement)
        elif kind == "TYPE" and isinstance(created.expression, exp.DataType):
            self._enums[created.this.name.lower()] = enum_values(created.expression)
        elif kind == "INDEX":
            self._create_index(created)
        else:
            return False
        return True

    def _create_table(self, created: exp.Expr, statement: Statement) -> None:
        if not isinstance(created, exp.Create) or not isinstance(created.this, exp.Schema):
            raise _not_understood(statement)
        table = self._reader.table(created, statement.place)
        if table.name.lower() in self.tables:
            former = self.tables[table.name.lower()].place
            raise statement.place.error(
                f"the table {table.name!r} is described twice, first in line {former.line}",
                todo="Leave one of them out, or give it another name.",
            )
        self.tables[table.name.lower()] = table

    def _create_index(self, created: exp.Expr) -> None:
        """Take a unique index over plain columns for a unique constraint; others say nothing about rows."""
        index = created.this
        table = self._table(index.args.get("table"))
        parameters = index.args.get("params")
        if not created.args.get("unique") or table is None or parameters is None or parameters.args.get("where"):
            return
        parts = [part.this if isinstance(part, exp.Ordered) else part for part in parameters.args.get("columns") or ()]
        if all(isinstance(part, exp.Column) for part in parts):
            table.unique.append(frozenset(self._reader.name(part) for part in parts))

    def _alter(self, statement: Statement) -> bool:
        tree = statement.tree
        actions = tree.args.get("actions") or []
        described = [one for one in actions if isinstance(one, (exp.AddConstraint, exp.ColumnDef))]
        if not described:
            return False
        table = self._table(tree.this)
        if table is None:
            raise statement.place.error(
                f"the table {self._reader.table_name(tree.this)!r} is altered, but the file does not create it before",
                todo="Put its CREATE TABLE first.",
            )
        read = [self._reader.read(one, table) for one in described]
        return all(read)

    def _comment(self, statement: Statement) -> bool:
        tree = statement.tree
        text = tree.expression.name if tree.expression is not None else ""
        if isinstance(tree.this, exp.Table) and (table := self._table(tree.this)):
            table.description = text
            return True
        if isinstance(tree.this, exp.Column) and (table := self._table(tree.this.args.get("table"))):
            column = table.columns.get(self._reader.name(tree.this.this))
            if column is not None:
                column.description = text
                return True
        return False

    def _table(self, named: exp.Expr | None) -> TableDefinition | None:
        return None if named is None else self.tables.get(self._reader.table_name(named).lower())


def _not_understood(statement: Statement) -> InputError:
    return statement.place.error(
        f"the statement cannot be read: {_short(statement.text)}",
        expected="CREATE TABLE name (column type, ...)",
        todo="Write the columns out, or name the dialect of the file with --dialect.",
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
