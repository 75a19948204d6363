"""Tables as a DDL file describes them, statement by statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from batuta.schema.types import STRING, DataType
from batuta.sources.ddl.statements import Place, position
from batuta.sources.ddl.types import Enums, attribute_type


@dataclass
class Column:
    """A column: its type, whether it may be empty, what its comment says."""

    name: str
    type: DataType
    place: Place
    required: bool = False
    description: str = ""


@dataclass(frozen=True)
class ForeignKey:
    """Columns that refer to another table: to `there`, or to its primary key if that is empty."""

    here: tuple[str, ...]
    table: str
    there: tuple[str, ...]
    place: Place


@dataclass
class TableDefinition:
    """A table as far as it has been described."""

    name: str
    place: Place
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    unique: list[frozenset[str]] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    description: str = ""


class TableReader:
    """Reads the parts of a table's description in one dialect."""

    def __init__(self, dialect: str, enums: Enums) -> None:
        self._dialect = dialect
        self._enums = enums

    def name(self, identifier: exp.Expr) -> str:
        """Return a name as the database would keep it: PostgreSQL lowers what is not quoted."""
        part = identifier if isinstance(identifier, exp.Identifier) else identifier.find(exp.Identifier)
        text = part.name if part is not None else identifier.name
        quoted = part is not None and bool(part.args.get("quoted"))
        return text.lower() if self._dialect == "postgres" and not quoted else text

    def table_name(self, table: exp.Expr) -> str:
        """Return a table's name without the database or schema before it."""
        return self.name(table.this if isinstance(table, exp.Table) else table)

    def table(self, created: exp.Create, place: Place) -> TableDefinition:
        """Return what a CREATE TABLE with columns describes."""
        name = created.this.this
        table = TableDefinition(self.table_name(name), place)
        for part in created.this.expressions:
            self.read(part, table)
        comment = created.find(exp.SchemaCommentProperty)
        if comment is not None:
            table.description = comment.this.name
        return table

    def read(self, part: exp.Expr, table: TableDefinition) -> bool:
        """Take in a column or constraint; False if it is something else."""
        if isinstance(part, exp.ColumnDef):
            self._column(part, table)
        elif isinstance(part, (exp.Identifier, exp.Column)) and self._dialect == "sqlite":
            self._add(Column(self.name(part), STRING, position(part, table.place)), table)
        elif isinstance(part, (exp.Constraint, exp.AddConstraint)):
            read = [self.read(inner, table) for inner in part.expressions]
            return all(read)
        else:
            return self._constraint(part, table)
        return True

    def _constraint(self, part: exp.Expr, table: TableDefinition) -> bool:
        if isinstance(part, exp.PrimaryKey):
            first = part.expressions[0] if part.expressions else part
            self._key(self._names(part.expressions, table), table, position(first, table.place))
        elif isinstance(part, exp.UniqueColumnConstraint):
            table.unique.append(frozenset(self._names(_listed(part.this), table)))
        elif isinstance(part, exp.ForeignKey):
            here = self._names(part.expressions, table)
            table.foreign_keys.append(self._reference(part.args["reference"], here, table))
        else:
            return False
        return True

    def _column(self, part: exp.ColumnDef, table: TableDefinition) -> None:
        name = self.name(part.this)
        column = Column(name, self._type(part, table), position(part.this, table.place))
        self._add(column, table)
        for constraint in part.args.get("constraints") or ():
            self._column_constraint(constraint.args["kind"], column, table)

    def _add(self, column: Column, table: TableDefinition) -> None:
        if column.name.lower() in {known.lower() for known in table.columns}:
            raise column.place.error(
                f"table {table.name} has two columns {column.name!r}",
                todo="Give one of them another name (case makes no difference).",
            )
        table.columns[column.name] = column

    def _type(self, part: exp.ColumnDef, table: TableDefinition) -> DataType:
        if part.kind is None:
            return STRING
        data_type = attribute_type(part.kind, self._enums, self._dialect)
        if data_type is None:
            column = f"{table.name}.{self.name(part.this)}"
            raise position(part.this, table.place).error(
                f"the column {column} has the type {part.kind.sql(self._dialect)}, which no attribute can have",
                expected="a string, integer, decimal (up to 38 digits), double, boolean, date, time, timestamp, "
                "enum or json type",
                todo="Leave the column out, or give it a type of these.",
            )
        return data_type

    def _column_constraint(self, kind: exp.Expr, column: Column, table: TableDefinition) -> None:
        if isinstance(kind, exp.PrimaryKeyColumnConstraint):
            self._key((column.name,), table, column.place)
        elif isinstance(kind, exp.NotNullColumnConstraint):
            column.required = not kind.args.get("allow_null")
        elif isinstance(kind, exp.UniqueColumnConstraint):
            table.unique.append(frozenset({column.name}))
        elif isinstance(kind, exp.Reference):
            table.foreign_keys.append(self._reference(kind, (column.name,), table))
        elif isinstance(kind, exp.CommentColumnConstraint):
            column.description = kind.this.name

    def _key(self, names: tuple[str, ...], table: TableDefinition, place: Place) -> None:
        if table.primary_key not in ((), names):
            raise place.error(
                f"table {table.name} has two primary keys: ({', '.join(table.primary_key)}) and ({', '.join(names)})",
                todo="Keep one; where several columns identify a row, write PRIMARY KEY (one, other).",
            )
        table.primary_key = names

    def _reference(self, reference: exp.Expr, here: tuple[str, ...], table: TableDefinition) -> ForeignKey:
        to = reference.this
        named = to.this if isinstance(to, exp.Schema) else to
        there = tuple(self.name(one) for one in to.expressions) if isinstance(to, exp.Schema) else ()
        return ForeignKey(here, self.table_name(named), there, position(named.this, table.place))

    def _names(self, parts: Sequence[exp.Expr], table: TableDefinition) -> tuple[str, ...]:
        """Return the columns that a constraint lists, spelled as the table spells them."""
        spelled = {known.lower(): known for known in table.columns}
        names = []
        for part in parts:
            name = self.name(part)
            if name.lower() not in spelled:
                raise position(part, table.place).error(
                    f"a constraint of table {table.name} names the column {name!r}, which the table does not have",
                    expected=f"one of {', '.join(table.columns)}",
                    todo="Correct the name, or add the column.",
                )
            names.append(spelled[name.lower()])
        return tuple(names)


def _listed(part: exp.Expr | None) -> Sequence[exp.Expr]:
    return part.expressions if isinstance(part, (exp.Schema, exp.Tuple)) else [part] if part is not None else ()
