"""Paths of relationship names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batuta.kit.text import suggest
from batuta.rules.binding import Surroundings
from batuta.rules.functions.model import Unfit
from batuta.schema.model import Catalogue, Link, Schema

SECONDARY = "secondary"
"""The root under which rules name the row of the secondary dimension."""


_MOST_NAMED = 10
"""How many links one is told to choose from."""


def follow(
    catalogue: Catalogue, start: str, names: Sequence[str], roots: Iterable[str] = ()
) -> tuple[tuple[Link, ...], Schema]:
    """Return the links that a path of names takes from a schema, and the schema it leads to.

    Raises Unfit at the first name that is no link, with the nearest link, or root at the first step.
    """
    schema = catalogue.schema_behind(start)
    if names and not start:
        raise Unfit("expression.no-dimension", name=names[0])
    path: list[Link] = []
    for name in names:
        link = catalogue.link(schema.name, name)
        if link is None:
            if name == SECONDARY and not path and SECONDARY not in roots:
                raise Unfit("expression.no-secondary")
            others = () if path else roots
            near = suggest(name, [*(known.name for known in catalogue.links(schema.name)), *others])
            if near:
                raise Unfit("expression.unknown-link-near", name=name, schema=schema.name, near=near)
            known = [*(known.name for known in catalogue.links(schema.name)), *others][:_MOST_NAMED]
            raise Unfit("expression.unknown-link", name=name, schema=schema.name, known=known or ["-"])
        path.append(link)
        schema = catalogue.by_name[link.there]
    return tuple(path), schema


def leave_root(path: str, surroundings: Surroundings) -> tuple[str, str, Surroundings]:
    """Return the root that a path begins with (empty for none), the rest of the path, and where the rest begins."""
    first, _, rest = path.partition(".")
    root = first.strip()
    if rest and root in surroundings.roots:
        return root, rest, surroundings.roots[root]
    return "", path, surroundings
