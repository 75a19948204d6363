"""Tables as schemas, foreign keys as references: the checks that need the whole file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batuta.kit.errors import InputError
from batuta.kit.identifiers import NAME
from batuta.kit.text import suggest
from batuta.schema.change import Addition
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.naming import Reference
from batuta.schema.types import DataType, comparable
from batuta.sources.ddl.statements import Place
from batuta.sources.ddl.tables import ForeignKey, TableDefinition


def addition_of(tables: Sequence[TableDefinition], known: Catalogue) -> Addition:
    """Return the schemas and references that tables describe; raise InputError at the first that cannot be."""
    schemas = tuple(_schema(table) for table in tables)
    ends = {schema.name.lower(): _known_end(schema) for schema in known.schemas if not schema.builtin}
    ends |= {
        table.name.lower(): _End(schema, _unique_sets(table)) for table, schema in zip(tables, schemas, strict=True)
    }
    references = [_reference(table, key, ends) for table in tables for key in table.foreign_keys]
    return Addition(schemas, tuple(dict.fromkeys(references)))


class _End:
    """A schema that references may lead to or from, and which of its columns no two rows share."""

    def __init__(self, schema: Schema, unique: frozenset[frozenset[str]]) -> None:
        self.schema = schema
        self._spelled = {name.lower(): name for name in schema.by_name}
        self._unique = {frozenset(name.lower() for name in names) for names in unique}

    def spelled(self, name: str) -> str | None:
        """Return a column's name as the schema spells it, None if it has no such column."""
        return self._spelled.get(name.lower())

    def is_unique(self, columns: Sequence[str]) -> bool:
        """Tell whether no two rows share values of these columns."""
        low = {name.lower() for name in columns}
        return any(names <= low for names in self._unique)


def _known_end(schema: Schema) -> _End:
    return _End(schema, frozenset({frozenset(schema.primary_key)}))


def _unique_sets(table: TableDefinition) -> frozenset[frozenset[str]]:
    return frozenset({frozenset(table.primary_key), *table.unique})


def _schema(table: TableDefinition) -> Schema:
    _check_name("table", table.name, table.place)
    for column in table.columns.values():
        _check_name(f"column of table {table.name}", column.name, column.place)
    if not table.primary_key:
        raise table.place.error(
            f"table {table.name} has no primary key",
            expected="PRIMARY KEY on the column or columns that identify a row",
            todo="Add one; without it rows cannot be updated or targeted.",
        )
    for name in table.primary_key:
        if not table.columns[name].type.may_be_key:
            raise table.columns[name].place.error(
                f"the primary key of table {table.name} has the column {name!r} of type {table.columns[name].type}",
                expected="key columns of any type but double and json",
                todo="Choose another key, or give the column another type.",
            )
    return Schema(
        name=table.name,
        description=table.description,
        attributes=tuple(
            Attribute(
                name=column.name,
                type=column.type,
                description=column.description,
                required=column.required or column.name in table.primary_key,
            )
            for column in table.columns.values()
        ),
        primary_key=table.primary_key,
    )


def _check_name(what: str, name: str, place: Place) -> None:
    if not NAME.match(name):
        raise place.error(
            f"{name!r} cannot be the name of a {what}",
            expected="a letter, then letters, digits and underscores",
            todo="Rename it in the file.",
        )


def _reference(table: TableDefinition, key: ForeignKey, ends: Mapping[str, _End]) -> Reference:
    source = ends[table.name.lower()]
    target = ends.get(key.table.lower())
    if target is None:
        near = suggest(key.table, [end.schema.name for end in ends.values()])
        raise _error(
            table,
            key,
            f"leads to the table {key.table!r}, which is neither in the file nor in the catalogue",
            f"Did you mean {near}?" if near else "Add the table to the file, or import it first.",
        )
    there = _targets(table, key, target)
    if not target.is_unique(there):
        raise _error(
            table,
            key,
            f"leads to ({', '.join(there)}) of {target.schema.name}, of which several rows may be equal",
            "Let it lead to the primary key, or declare these columns UNIQUE.",
        )
    for here, other in zip(key.here, there, strict=True):
        _check_types(table, key, (here, source.schema.by_name[here].type), (other, target.schema.by_name[other].type))
    pairs = tuple(zip(key.here, there, strict=True))
    return Reference(source.schema.name, target.schema.name, pairs, unique=source.is_unique(key.here))


def _targets(table: TableDefinition, key: ForeignKey, target: _End) -> tuple[str, ...]:
    """Return the columns that a foreign key leads to, spelled as their table spells them."""
    wanted = key.there or target.schema.primary_key
    found = []
    for name in wanted:
        spelled = target.spelled(name)
        if spelled is None:
            near = suggest(name, target.schema.by_name)
            todo = f"Did you mean {near}?" if near else f"Its columns: {', '.join(target.schema.by_name)}."
            raise _error(table, key, f"leads to the column {name!r}, which {target.schema.name} does not have", todo)
        found.append(spelled)
    if len(found) != len(key.here):
        raise _error(
            table,
            key,
            f"joins {len(key.here)} columns to {len(found)} of {target.schema.name}",
            "Name as many of each.",
        )
    return tuple(found)


def _check_types(
    table: TableDefinition, key: ForeignKey, here: tuple[str, DataType], there: tuple[str, DataType]
) -> None:
    if not comparable(here[1], there[1]):
        raise _error(
            table,
            key,
            f"joins {here[0]} ({here[1]}) to {key.table}.{there[0]} ({there[1]}), whose values can never be equal",
            "Give both columns the same type.",
        )


def _error(table: TableDefinition, key: ForeignKey, found: str, todo: str) -> InputError:
    return key.place.error(f"the foreign key ({', '.join(key.here)}) of table {table.name} {found}", todo=todo)
