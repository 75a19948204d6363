"""Finding dimensions and the ways between them, for marketers' eyes."""

from __future__ import annotations

from batuta.activities.binder import population_of
from batuta.activities.contract import Input
from batuta.campaign.graph import unknown
from batuta.kit.problems import Problem, Problems
from batuta.schema.model import Catalogue, Link
from batuta.sets.algebra import Set
from batuta.sets.shape import Shape, shape_of


def dimension_shape(catalogue: Catalogue, name: str) -> Shape:
    """Return the shape of a population of a dimension; raise Problems if there is no such dimension."""
    names = [dimension.name for dimension in catalogue.dimensions]
    if name not in names:
        raise Problems([unknown("unknown-dimension", name, names, "dimension")])
    return shape_of(catalogue, name)


def targets_of(arriving: Input) -> Set:
    """Return the population that arrives; raise Problems where its rows belong to no dimension."""
    population = population_of(arriving)
    if not population.shape.schema:
        raise Problems([Problem("population-without-dimension", {"source": arriving.label})])
    return population


def way(catalogue: Catalogue, start: str, path: str, end: str, field: str) -> tuple[Link, ...]:
    """Return the links of a dotted path from one schema to another; raise Problems if it does not lead there."""
    links: list[Link] = []
    here = start
    for name in path.split("."):
        link = catalogue.link(here, name)
        if link is None:
            raise Problems([unknown("unknown-way", name, (link.name for link in catalogue.links(here)), field)])
        links.append(link)
        here = link.there
    if here != end:
        raise Problems([Problem("way-leads-elsewhere", {"path": path, "there": here, "wanted": end}, field)])
    return tuple(links)
