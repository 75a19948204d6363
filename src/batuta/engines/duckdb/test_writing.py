from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from batuta.runs.ports import Counts, Rows
from batuta.schema.types import STRING
from batuta.sets.shape import Column, shape_of_lines

if TYPE_CHECKING:
    from conftest import World

BATCH, BATCHES = 50_000, 12


def test_rows_that_are_written_are_let_go(world: World) -> None:
    """Twelve batches of some megabytes each: never more than a few of them are held."""
    held: list[int] = []
    before = pa.total_allocated_bytes()

    def rows() -> Iterator[Rows]:
        for start in range(0, BATCH * BATCHES, BATCH):
            held.append(pa.total_allocated_bytes() - before)
            yield [(number, f"{number:060}") for number in range(start, start + BATCH)]

    shape = shape_of_lines("file", (Column("text", STRING),))
    assert world.engine.write("many", shape, rows()) == Counts(BATCH * BATCHES, 0)
    one = BATCH * (8 + 60)
    assert max(held) < 5 * one
