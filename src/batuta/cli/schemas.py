"""Schemas from the terminal: import them from DDL files, list and show them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from batuta.cli.context import services
from batuta.kit.text import counted
from batuta.schema.change import add_schemas, described, set_version
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.sources.ddl import read_ddl
from batuta.sources.files import read_text
from batuta.store.catalogue import CatalogueStore

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class DdlDialect(StrEnum):
    """The databases whose DDL can be read."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    SQLITE = "sqlite"


@app.command("import")
def import_schemas(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of CREATE TABLE statements.")],
    dialect: Annotated[DdlDialect, typer.Option(help="The database it was written for.")] = DdlDialect.POSTGRES,
    as_json: AsJson = False,
) -> None:
    """Import the tables of a DDL file as schemas, their foreign keys as relationships: all of them or none."""
    found = services(context)
    text = read_text(file)
    store = CatalogueStore(found.database)
    former = store.read()
    imported = read_ddl(text, dialect.value, file.name, former)
    now = store.change(lambda present: add_schemas(present, imported.addition, file.name), found.clock.now())
    found.engine.use(now)
    names = [schema.name for schema in imported.addition.schemas]
    if as_json:
        added = [name for name in names if name not in former.by_name]
        found.print_json({"file": file.name, "schemas": names, "added": added, "notes": list(imported.notes)})
        return
    for note in imported.notes:
        found.console.print(note, markup=False, highlight=False)
    links = len(now.relationships) - len(former.relationships)
    new = sum(name not in former.by_name for name in names)
    said = f"{counted(len(names), 'schema')} read, {new} of them new, {counted(links, 'new relationship')}."
    found.console.print(said, highlight=False)


@app.command("set-version")
def choose_version(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The schema.")],
    attribute: Annotated[str, typer.Argument(help="An integer, datetime or instant, not part of the key.")],
) -> None:
    """Choose the attribute that decides which of two records with one key is newer."""
    found = services(context)
    CatalogueStore(found.database).change(lambda present: set_version(present, name, attribute), found.clock.now())
    said = f"Of records of {name} with one key, the one with the later or equal {attribute} wins."
    found.console.print(said, markup=False, highlight=False, soft_wrap=True)


@app.command("list")
def list_schemas(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Built-in schemas too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the schemas of the home."""
    found = services(context)
    catalogue = CatalogueStore(found.database).read()
    schemas = [schema for schema in catalogue.schemas if everything or not schema.builtin]
    if as_json:
        found.print_json([as_listed(schema, catalogue) for schema in schemas])
        return
    table = Table("schema", "attributes", "primary key", "relationships")
    for schema in schemas:
        links = ", ".join(link.name for link in catalogue.links(schema.name))
        table.add_row(schema.name, str(len(schema.attributes)), ", ".join(schema.primary_key), links)
    found.console.print(table)


@app.command("show")
def show_schema(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The schema.")],
    as_json: AsJson = False,
) -> None:
    """Show the attributes, key and relationships of a schema."""
    found = services(context)
    catalogue = CatalogueStore(found.database).read()
    schema = catalogue.schema_named(name)
    if as_json:
        found.print_json(as_document(schema, catalogue))
        return
    table = Table("attribute", "type", "key", "required", "description", title=schema.label or schema.name)
    for attribute in schema.attributes:
        key = "key" if attribute.name in schema.primary_key else ""
        required = "required" if attribute.required else ""
        table.add_row(attribute.name, described(attribute), key, required, attribute.description)
    found.console.print(table)
    links = Table("relationship", "to", "cardinality", "joined by")
    for link in _links(schema, catalogue):
        joined = ", ".join(" = ".join(pair) for pair in link["pairs"])
        links.add_row(link["name"], link["to"], link["cardinality"], joined)
    found.console.print(links)


def as_listed(schema: Schema, catalogue: Catalogue) -> dict[str, Any]:
    """Return a schema as programs read it in a list."""
    return {
        "name": schema.name,
        "label": schema.label,
        "primary_key": list(schema.primary_key),
        "attributes": [_attribute(attribute) for attribute in schema.attributes],
        "relationships": _links(schema, catalogue),
    }


def as_document(schema: Schema, catalogue: Catalogue) -> dict[str, Any]:
    """Return a schema as programs read it alone: with all that is known of it."""
    return as_listed(schema, catalogue) | {
        "description": schema.description,
        "version": schema.version,
        "identities": [identity.model_dump() for identity in schema.identities],
        "builtin": schema.builtin,
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    data_type = attribute.type
    document: dict[str, Any] = {
        "name": attribute.name,
        "type": data_type.kind.value,
        "required": attribute.required,
        "label": attribute.label,
        "description": attribute.description,
        "sensitive": attribute.sensitive,
    }
    limits = {"precision": data_type.precision, "scale": data_type.scale, "values": list(data_type.values) or None}
    return document | {name: limit for name, limit in limits.items() if limit is not None}


def _links(schema: Schema, catalogue: Catalogue) -> list[dict[str, Any]]:
    single = {
        end
        for relationship in catalogue.relationships
        if relationship.unique
        for end in ((relationship.source, relationship.name), (relationship.target, relationship.reverse))
    }
    return [
        {
            "name": link.name,
            "to": link.there,
            "cardinality": "1-1" if (schema.name, link.name) in single else "1-N" if link.many else "N-1",
            "pairs": [list(pair) for pair in link.pairs],
        }
        for link in catalogue.links(schema.name)
    ]
