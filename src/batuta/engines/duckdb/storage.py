"""How schemas are stored in DuckDB: which table, which columns, which types.

The engine attaches its two files under the names `data` and `work`. The rows of a schema stand in
`data."data"."<schema>"`, audiences in `data."audience"`, remembered keys in `data."memory"`, those of deleted
rows in `data."tombstone"`, the engine's own tables in `data."system"`, working tables in `work.main`. Tables of
schemas carry no indexes: loads keep keys unique themselves, and an index on the key makes a load several times
slower.

Each identity attribute has a folded copy (kit.text.fold) in a column of its own, so that people can be
compared without regard to case and accents at the speed of plain text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from duckdb import DuckDBPyConnection
from sqlglot import exp

from batuta.engines.shared.addresses import Addresses, Part
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.schema.model import Catalogue, Schema
from batuta.schema.types import DataType, Kind

DATA, WORK = "data", "work"
"""The names under which the two files are attached."""

KEYS = "keys"
"""The part of the work file that holds keys of outputs whose columns stand in the table of another output."""

ROWS, AUDIENCES, SYSTEM, MEMORIES, TOMBSTONES = "data", "audience", "system", "memory", "tombstone"
"""The parts of the data file."""

ADDRESSES = Addresses(
    rows=Part(ROWS, DATA),
    audiences=Part(AUDIENCES, DATA),
    memories=Part(MEMORIES, DATA),
    tombstones=Part(TOMBSTONES, DATA),
    system=Part(SYSTEM, DATA),
    work=Part("main", WORK),
    keys=Part(KEYS, WORK),
    temporary=Part("main", "temp"),
)

DIALECT = "duckdb"

_TYPES: Mapping[Kind, str] = {
    Kind.STRING: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.DATETIME: "TIMESTAMP",
    Kind.INSTANT: "TIMESTAMP",
    Kind.ENUM: "VARCHAR",
    Kind.JSON: "VARCHAR",
}


def column_type(data_type: DataType) -> exp.DataType:
    """Return the DuckDB type of a value; instants are timestamps in UTC."""
    if data_type.kind is Kind.DECIMAL:
        precision, scale = DuckDb().digits(data_type)
        return exp.DataType.build(f"DECIMAL({precision}, {scale})", dialect=DIALECT)
    return exp.DataType.build(_TYPES[data_type.kind], dialect=DIALECT)


def rows_table(schema: str) -> exp.Table:
    """Return the table that holds the rows of a schema."""
    return exp.table_(schema, db=ROWS, catalog=DATA, quoted=True)


def folded_column(attribute: str) -> str:
    """Return the name of the column that holds the folded copy of an identity attribute."""
    return f"_folded_{attribute}"


def folded_attributes(schema: Schema) -> tuple[str, ...]:
    """Return the attributes of a schema that have a folded copy."""
    return tuple(dict.fromkeys(identity.attribute for identity in schema.identities))


def columns_of(schema: Schema) -> dict[str, exp.DataType]:
    """Return the columns of a schema's table with their types: the attributes, then the folded copies."""
    columns = {attribute.name: column_type(attribute.type) for attribute in schema.attributes}
    text = exp.DataType.build("VARCHAR", dialect=DIALECT)
    return columns | {folded_column(name): text.copy() for name in folded_attributes(schema)}


def ensure_tables(connection: DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Make the parts of the data file, a table for each new schema and a column for each new attribute."""
    for part in (ROWS, AUDIENCES, SYSTEM, MEMORIES, TOMBSTONES):
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{DATA}"."{part}"')
    present = _present_columns(connection)
    for schema in catalogue.schemas:
        if schema.name.lower() in present:
            _add_columns(connection, schema, present[schema.name.lower()])
        else:
            connection.execute(_creation(schema).sql(DIALECT))


def _present_columns(connection: DuckDBPyConnection) -> dict[str, set[str]]:
    found = connection.execute(
        "SELECT lower(table_name), lower(column_name) FROM duckdb_columns()"
        " WHERE database_name = ? AND schema_name = ?",
        [DATA, ROWS],
    ).fetchall()
    present: dict[str, set[str]] = defaultdict(set)
    for table, column in found:
        present[table].add(column)
    return present


def _creation(schema: Schema) -> exp.Create:
    definitions: list[exp.Expr] = [
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in columns_of(schema).items()
    ]
    return exp.Create(this=exp.Schema(this=rows_table(schema.name), expressions=definitions), kind="TABLE")


def _add_columns(connection: DuckDBPyConnection, schema: Schema, present: set[str]) -> None:
    new = {name: kind for name, kind in columns_of(schema).items() if name.lower() not in present}
    for name, kind in new.items():
        column = exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind)
        connection.execute(exp.Alter(this=rows_table(schema.name), kind="TABLE", actions=[column]).sql(DIALECT))
    for attribute in folded_attributes(schema):
        if folded_column(attribute) in new:
            _fill_folded(connection, schema.name, attribute)


def _fill_folded(connection: DuckDBPyConnection, schema: str, attribute: str) -> None:
    """Fold the values of rows that were there before the attribute became an identity."""
    copy = exp.column(folded_column(attribute), quoted=True)
    update = exp.Update(this=rows_table(schema), expressions=[copy.eq(folded(exp.column(attribute, quoted=True)))])
    connection.execute(update.sql(DIALECT))


def folded(text: exp.Expr) -> exp.Expr:
    """Return the folding of a text, equal to kit.text.fold to the letter; a macro of engines.sql.for_duckdb."""
    return exp.Anonymous(this="batuta_fold", expressions=[text])
