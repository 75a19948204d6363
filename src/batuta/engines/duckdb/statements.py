"""Statements that people write: read as the engine reads them, to see what they would reach.

That they cannot write is not decided here but by the transaction and the settings that they run under. What is
decided here is which tables and which functions a statement may name at all: working tables, audiences and the
functions that show or change the engine itself are none of its business.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from batuta.engines.duckdb.sessions import Session
from batuta.engines.duckdb.storage import DATA, ROWS
from batuta.engines.shared.querying import PLACE, check_given, refused
from batuta.kit.errors import InputError
from batuta.schema.model import Catalogue, missing

_TREE = "SELECT json_serialize_sql(?::VARCHAR)"
_SOURCES = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EMPTY", "EXPRESSION_LIST", "PIVOT"})
_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})


def single(sql: str, parameters: Mapping[str, object]) -> duckdb.Statement:
    """Return the one query of a text, whose parameters are those given; raise InputError if it is anything else."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise refused(str(error)) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        found = "there is no statement" if not statements else f"{len(statements)} statements"
        kind = statements[0].type.name if len(statements) == 1 else found
        raise InputError(PLACE, f"found: {kind}", expected="one SELECT", todo="Write a single query that only reads.")
    check_given(set(statements[0].named_parameters), set(parameters))
    return statements[0]


def check_reach(session: Session, sql: str, catalogue: Catalogue) -> None:
    """Raise InputError unless a query names tables of the catalogue only, and no function that reaches further."""
    ((text,),) = session.rows(_TREE, [sql])
    tree = json.loads(str(text))
    if tree["error"]:
        raise refused(str(tree.get("error_message", "")))
    nodes = list(_nodes(tree))
    own = {str(entry["key"]).casefold() for node in nodes for entry in node.get("map", ()) if "key" in entry}
    known = {schema.name.casefold() for schema in catalogue.schemas}
    for node in nodes:
        if not {"type", "alias", "sample"} <= node.keys():
            continue
        if node["type"] not in _SOURCES:
            raise InputError(PLACE, "it shows what the engine holds", expected="a query of the data")
        if node["type"] == "TABLE_FUNCTION" and node["function"]["function_name"].casefold() not in _FUNCTIONS:
            name = node["function"]["function_name"]
            raise InputError(PLACE, f"the function {name} may not be used here", todo="Read the tables of the data.")
        if node["type"] == "BASE_TABLE":
            _check_table(node, own, known, catalogue)


def _check_table(node: Mapping[str, Any], own: set[str], known: set[str], catalogue: Catalogue) -> None:
    name, schema, database = (str(node[part]) for part in ("table_name", "schema_name", "catalog_name"))
    if not schema and not database and name.casefold() in own | known:
        return
    if (database.casefold(), schema.casefold()) == (DATA, ROWS) and name.casefold() in known:
        return
    if schema or database:
        whole = ".".join(part for part in (database, schema, name) if part)
        raise InputError(PLACE, f"the table {whole} may not be read", todo="Name a schema of the data, without prefix.")
    raise missing("schema", name, [schema.name for schema in catalogue.schemas], "schemas")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)
