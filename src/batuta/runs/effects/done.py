"""What is left of an effect once it is carried out."""

from __future__ import annotations

from dataclasses import dataclass

from batuta.runs.model import Note
from batuta.runs.state import Notice, Saved


@dataclass(frozen=True)
class Done:
    """What the state has to keep of an effect, in the very transaction that ends its task; and what is told."""

    notes: tuple[Note, ...] = ()
    saved: tuple[Saved, ...] = ()
    notices: tuple[Notice, ...] = ()
