"""Saved audiences and their versions; only `moves` writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    select,
)

from batuta.runs.model import Audience, AudienceVersion
from batuta.schema.model import missing
from batuta.store.runs import SHAPE
from batuta.store.tables import audience_versions, audiences


def all_audiences(connection: Connection) -> dict[str, Audience]:
    """Return each audience with its versions, by label."""
    found = {
        row.id: Audience(row.label, SHAPE.validate_json(row.shape), campaign=row.campaign)
        for row in connection.execute(select(audiences).order_by(audiences.c.label))
    }
    order = audience_versions.c.audience, audience_versions.c.number
    saved = connection.execute(select(audience_versions).order_by(*order))
    for audience, rows in groupby(saved, lambda row: row.audience):
        versions = tuple(map(_version, rows))
        last = versions[-1]
        found[audience] = replace(
            found[audience],
            shape=last.shape,
            version=last.number,
            table=last.table,
            rows=last.rows,
            targets=last.targets,
            versions=versions,
        )
    return {audience.label: audience for audience in found.values()}


def audience_named(connection: Connection, label: str) -> Audience:
    """Return an audience; raise NotFound with the nearest label if there is none."""
    known = all_audiences(connection)
    if label not in known:
        raise missing("audience", label, known, "audiences")
    return known[label]


def versions_of(connection: Connection, label: str) -> list[AudienceVersion]:
    """Return the versions of an audience, oldest first."""
    wanted = (
        select(audience_versions)
        .join(audiences, audiences.c.id == audience_versions.c.audience)
        .where(audiences.c.label == label)
        .order_by(audience_versions.c.number)
    )
    return [_version(row) for row in connection.execute(wanted)]


def _version(row: Row[Any]) -> AudienceVersion:
    return AudienceVersion(
        row.number,
        row.table_name,
        row.rows,
        row.targets,
        SHAPE.validate_json(row.shape),
        row.run,
        row.activity,
        row.appended,
        datetime.fromisoformat(row.saved_at),
    )
