"""Changes of rows that campaigns make: what is asked for, and what becomes of each row."""

from __future__ import annotations

from enum import StrEnum

from batuta.kit.document import Document


class Change(StrEnum):
    """What is done with the rows that a population names."""

    INSERT = "insert"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"

    @property
    def adds(self) -> bool:
        """Whether rows may come to be that were not there."""
        return self in (Change.INSERT, Change.UPSERT)


class ChangeCounts(Document):
    """What became of the rows of a population: read = the sum of the others.

    `existing` were to be inserted and are there, `missing` were to be changed or deleted and are not, `unchanged`
    are as they should be already, `ignored` are older than what is there, `repeated` name a row that an earlier one
    names, `rejected` lack a key or a required value or hold one that does not fit.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    existing: int = 0
    missing: int = 0
    ignored: int = 0
    repeated: int = 0
    rejected: int = 0

    @property
    def changed(self) -> int:
        """How many rows are not as they were."""
        return self.inserted + self.updated + self.deleted
