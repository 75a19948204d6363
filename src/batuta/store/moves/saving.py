"""Audiences change here: shells when a live run begins, a version when a task that saves one ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from batuta.runs.model import Claim
from batuta.runs.state import AudienceMoved, Saved
from batuta.sets.shape import Shape
from batuta.store.audiences import audience_named
from batuta.store.runs import SHAPE
from batuta.store.tables import audience_versions, audiences


def make_shells(connection: Connection, campaign: str, shells: Mapping[str, Shape], at: datetime) -> None:
    """Make the audiences that a run will fill visible, and its campaign's; what is in them already stays.

    Those that the campaign saved before and saves no longer are anyone's.
    """
    connection.execute(update(audiences).where(audiences.c.campaign == campaign).values(campaign=""))
    for label, shape in shells.items():
        audience = _id(connection, label) or _make(connection, label, shape, at)
        connection.execute(update(audiences).where(audiences.c.id == audience).values(campaign=campaign))


def release(connection: Connection, label: str) -> None:
    """Let any campaign save an audience; raise NotFound if there is none of that label."""
    audience_named(connection, label)
    connection.execute(update(audiences).where(audiences.c.label == label).values(campaign=""))


def save_version(connection: Connection, claim: Claim, saved: Saved, at: datetime) -> None:
    """Make a new version the latest of its audience.

    Raises AudienceMoved if the audience is no longer at the version the new one was made after.
    """
    landed = saved.landed
    audience = _id(connection, saved.label) or _make(connection, saved.label, landed.shape, at)
    latest = select(func.coalesce(func.max(audience_versions.c.number), 0))
    former = connection.execute(latest.where(audience_versions.c.audience == audience)).scalar_one()
    if former != saved.former:
        raise AudienceMoved(f"audience {saved.label}", f"version {former} was saved meanwhile")
    connection.execute(
        insert(audience_versions).values(
            audience=audience,
            number=former + 1,
            table_name=landed.table,
            rows=landed.counts.rows,
            targets=landed.counts.targets,
            shape=SHAPE.dump_json(landed.shape).decode(),
            run=claim.run,
            activity=claim.activity,
            appended=saved.appended,
            saved_at=at.isoformat(),
        )
    )


def _id(connection: Connection, label: str) -> int | None:
    found = connection.scalar(select(audiences.c.id).where(audiences.c.label == label))
    return None if found is None else int(found)


def _make(connection: Connection, label: str, shape: Shape, at: datetime) -> int:
    row = insert(audiences).values(label=label, shape=SHAPE.dump_json(shape).decode(), made_at=at.isoformat())
    return int(connection.execute(row.returning(audiences.c.id)).scalar_one())
