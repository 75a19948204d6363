"""Paths of relationship names."""

from __future__ import annotations

from collections.abc import Sequence

from batuta.kit.text import suggest
from batuta.rules.functions.model import Unfit
from batuta.schema.model import Catalogue, Link, Schema


def follow(catalogue: Catalogue, start: str, names: Sequence[str]) -> tuple[tuple[Link, ...], Schema]:
    """Return the links that a path of names takes from a schema, and the schema it leads to.

    Raises Unfit at the first name that is no link.
    """
    schema = catalogue.schema_named(start)
    path: list[Link] = []
    for name in names:
        link = catalogue.link(schema.name, name)
        if link is None:
            near = suggest(name, [known.name for known in catalogue.links(schema.name)])
            if near:
                raise Unfit("expression.unknown-link-near", name=name, schema=schema.name, near=near)
            raise Unfit("expression.unknown-link", name=name, schema=schema.name)
        path.append(link)
        schema = catalogue.by_name[link.there]
    return tuple(path), schema
