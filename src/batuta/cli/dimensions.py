"""Targeting dimensions from the terminal."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from rich.table import Table

from batuta.cli.context import services
from batuta.kit.errors import UsageError
from batuta.schema.builtin import consent_name
from batuta.schema.change import add_dimension
from batuta.schema.model import Catalogue, Dimension
from batuta.store.catalogue import CatalogueStore

app = typer.Typer()


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")


@app.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What campaigns call it: recipients, leads ...")],
    schema: Annotated[str, typer.Option(help="The schema whose rows are targeted.")],
    identity: Annotated[str, typer.Option(help="The string attribute by which the world knows a row.")],
    namespace: Annotated[str, typer.Option(help="What that attribute is: email, phone, crm-id ...")] = "email",
    label: Annotated[str, typer.Option(help="A name for people.")] = "",
) -> None:
    """Make a schema a targeting dimension, with its consent."""
    if not _NAME.match(name):
        raise UsageError(
            "dimension",
            f"{name!r} cannot be a name",
            expected="a letter, then letters, digits, underscores and hyphens",
        )
    found = services(context)
    dimension = Dimension(name=name, schema_name=schema, identity=identity, label=label)
    store = CatalogueStore(found.database)
    found.engine.use(store.change(lambda present: add_dimension(present, dimension, namespace), found.clock.now()))
    found.console.print(
        f"Campaigns may target {name}; consent is kept in {consent_name(name)}.", markup=False, highlight=False
    )


@app.command("list")
def list_dimensions(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the targeting dimensions of the home."""
    found = services(context)
    catalogue = CatalogueStore(found.database).read()
    documents = [_as_document(dimension, catalogue) for dimension in catalogue.dimensions]
    if as_json:
        found.print_json(documents)
        return
    table = Table("dimension", "schema", "identity", "namespace", "label")
    for one in documents:
        table.add_row(one["name"], one["schema"], one["identity"], one["namespace"], one["label"])
    found.console.print(table)


def _as_document(dimension: Dimension, catalogue: Catalogue) -> dict[str, Any]:
    identities = catalogue.schema_named(dimension.schema_name).identities
    namespace = next((known.namespace for known in identities if known.attribute == dimension.identity), "")
    return {
        "name": dimension.name,
        "label": dimension.label,
        "schema": dimension.schema_name,
        "identity": dimension.identity,
        "namespace": namespace,
        "consent": consent_name(dimension.name),
    }
