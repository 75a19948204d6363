"""How schemas are stored in PostgreSQL: which table, which columns, which types, which indexes.

All is in schemas of one database whose names begin with `batuta_`, so that the database may hold other things
too. The rows of a schema stand in `batuta_rows."<schema>"`. Tables of schemas have an index on the key, on the
columns of each relationship and on the folded copy of each identity attribute; loads keep keys unique themselves.

Each identity attribute has a folded copy (kit.text.fold) in a column of its own, so that people can be
compared without regard to case and accents at the speed of plain text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from sqlglot import exp

from batuta.engines.postgres.sessions import ADDRESSES, Session
from batuta.engines.sql.for_postgres import Postgres
from batuta.kit.errors import InputError
from batuta.schema.model import Catalogue, Schema
from batuta.schema.types import DataType, Kind

DIALECT = Postgres.name
_LONGEST = 63
"""Bytes of a name that PostgreSQL tells apart."""
_TEXT = DataType(kind=Kind.STRING)


def column_type(data_type: DataType) -> exp.DataType:
    """Return the type of a value; instants are timestamps in UTC."""
    return Postgres().type_of(data_type)


def rows_table(schema: str) -> exp.Table:
    """Return the table that holds the rows of a schema."""
    return ADDRESSES.rows.table(schema)


def folded_column(attribute: str) -> str:
    """Return the name of the column that holds the folded copy of an identity attribute."""
    return f"_folded_{attribute}"


def folded_attributes(schema: Schema) -> tuple[str, ...]:
    """Return the attributes of a schema that have a folded copy."""
    return tuple(dict.fromkeys(identity.attribute for identity in schema.identities))


def folded(text: exp.Expr) -> exp.Expr:
    """Return the folding of a text, equal to kit.text.fold to the letter."""
    return Postgres().folded(text, case=True, accents=True)


def columns_of(schema: Schema) -> dict[str, exp.DataType]:
    """Return the columns of a schema's table with their types: the attributes, then the folded copies."""
    columns = {attribute.name: column_type(attribute.type) for attribute in schema.attributes}
    return columns | {folded_column(name): column_type(_TEXT) for name in folded_attributes(schema)}


def ensure_tables(session: Session, catalogue: Catalogue) -> None:
    """Make a table for each new schema, a column for each new attribute and the indexes that are missing.

    The caller holds the transaction.
    """
    for schema in catalogue.schemas:
        _check_names(schema)
        present = set(session.columns(ADDRESSES.rows, schema.name))
        if present:
            _add_columns(session, schema, present)
        else:
            session.run(_creation(schema).sql(DIALECT))
    for name, columns in _indexed(catalogue):
        session.run(_index(name, columns).sql(DIALECT))


def _check_names(schema: Schema) -> None:
    for name in (schema.name, *columns_of(schema)):
        if len(name.encode()) > _LONGEST:
            raise InputError(
                f"schema {schema.name}",
                f"the name {name} is too long for PostgreSQL",
                expected=f"at most {_LONGEST} characters",
                todo="Give the schema or attribute a shorter name.",
            )


def _creation(schema: Schema) -> exp.Create:
    definitions = [_definition(name, kind) for name, kind in columns_of(schema).items()]
    return exp.Create(this=exp.Schema(this=rows_table(schema.name), expressions=definitions), kind="TABLE")


def _definition(name: str, kind: exp.DataType) -> exp.ColumnDef:
    return exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind)


def _add_columns(session: Session, schema: Schema, present: set[str]) -> None:
    new = {name: kind for name, kind in columns_of(schema).items() if name not in present}
    for name, kind in new.items():
        change = exp.Alter(this=rows_table(schema.name), kind="TABLE", actions=[_definition(name, kind)])
        session.run(change.sql(DIALECT))
    for attribute in folded_attributes(schema):
        if folded_column(attribute) in new:
            _fill_folded(session, schema.name, attribute)


def _fill_folded(session: Session, schema: str, attribute: str) -> None:
    """Fold the values of rows that were there before the attribute became an identity."""
    copy = exp.column(folded_column(attribute), quoted=True)
    update = exp.Update(this=rows_table(schema), expressions=[copy.eq(folded(exp.column(attribute, quoted=True)))])
    session.run(update.sql(DIALECT))


def _indexed(catalogue: Catalogue) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield which columns of which schemas rows are looked up by: keys, links, identities."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for schema in catalogue.schemas:
        found[schema.name, schema.primary_key] = None
        found |= {(schema.name, (folded_column(name),)): None for name in folded_attributes(schema)}
    for relationship in catalogue.relationships:
        here, there = zip(*relationship.pairs, strict=True)
        found[relationship.source, here] = None
        found[relationship.target, there] = None
    yield from found


def _index(schema: str, columns: Sequence[str]) -> exp.Create:
    digest = hashlib.sha256("\x1f".join((schema, *columns)).encode()).hexdigest()[:16]
    ordered = [exp.Ordered(this=exp.column(name, quoted=True)) for name in columns]
    parameters = exp.IndexParameters(columns=ordered)
    index = exp.Index(this=exp.to_identifier(f"i_{digest}", quoted=True), table=rows_table(schema), params=parameters)
    return exp.Create(this=index, kind="INDEX", exists=True)
