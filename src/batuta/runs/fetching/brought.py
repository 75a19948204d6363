"""What a fetch has brought."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from batuta.runs.model import Note
from batuta.runs.state import Landed


@dataclass(frozen=True)
class Brought:
    """A table brought from outside, what is told of it, and what remains to be done once everything is safe.

    `release` may be called again after a crash, and yields what is told of it.
    """

    landed: Landed
    notes: tuple[Note, ...] = ()
    release: Callable[[], Iterable[Note]] = tuple
