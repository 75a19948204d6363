"""Erasure of people from a demo home, as if they had asked for it while a campaign was under way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb


def erase_recipients(data: Path, keys: Sequence[int]) -> None:
    """Delete recipients from the data file of a home that no process has open; what they bought stays."""
    with duckdb.connect(str(data)) as connection:
        connection.execute(
            'DELETE FROM "data"."data"."recipients" WHERE "id" IN (SELECT unnest($keys::BIGINT[]))', {"keys": keys}
        )
