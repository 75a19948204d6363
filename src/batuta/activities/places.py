"""Locations and names of files, for marketers' eyes."""

from __future__ import annotations

from batuta.activities.contract import Scope
from batuta.campaign.graph import unknown
from batuta.kit.problems import Problem, Problems
from batuta.schema.locations import Location


def location_named(scope: Scope, name: str, *, written: bool) -> Location:
    """Return a location; raise Problems if there is none of that name, or nothing may be written or deleted there."""
    location = scope.locations.get(name)
    if location is None:
        raise Problems([unknown("unknown-location", name, scope.locations, "location")])
    if written and not location.write:
        raise Problems([Problem("location-read-only", {"name": name}, "location")])
    return location
