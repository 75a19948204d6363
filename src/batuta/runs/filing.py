"""What runs ask of the files in locations; an adapter fulfils it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from batuta.schema.loading import Reject
from batuta.schema.locations import Location
from batuta.schema.records import Layout


class Record(NamedTuple):
    """A record of a file: the line it begins on, its fields, its text, and what is wrong with it, if anything is."""

    line: int
    fields: Sequence[str]
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was found: other content under the same name is another file."""

    name: str
    size: int
    changed: int
    inode: int


class TextRecords(Protocol):
    """A text file being read, in constant memory.

    Raises InputError with file and line where nothing more can be made of it.
    """

    @property
    def titles(self) -> tuple[str, ...] | None:
        """The names in its header, if it has one."""

    @property
    def header_line(self) -> int:
        """The line of the header."""

    def batches(self) -> Iterator[Sequence[Record]]:
        """Yield the records that follow, some thousands at a time; records without any text are left out."""


class RejectLog(Protocol):
    """The file of rejected records of one task, made with the first of them."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def first(self) -> tuple[Reject, ...]:
        """The first few, for messages."""

    def write(self, rejects: Sequence[Reject]) -> None:
        """Add rejected records."""

    def close(self) -> None:
        """End the file."""


class Files(Protocol):
    """The files in locations, and what a run notes of them in its own folder.

    Names are relative to the location. Every method refuses those that lead out of it, by whatever way, with
    InputError; what the machine refuses is a SystemFault.
    """

    def find(self, location: Location, pattern: str) -> Sequence[Found]:
        """Return the files whose names match a pattern of `*` and `?`, by name."""

    def names(self, location: Location) -> Sequence[str]:
        """Return the names of some files at the top of a location, for messages."""

    def read(self, location: Location, found: Found, layout: Layout) -> TextRecords:
        """Open a text file, packed with gzip or not."""

    def is_unchanged(self, location: Location, found: Found) -> bool:
        """Tell whether a file is still there and as it was found."""

    def remove(self, location: Location, found: Found) -> bool:
        """Delete a file if it is as it was found; tell whether it is gone."""

    def draft(self, location: Location, name: str, key: str) -> Path:
        """Return where a file may be prepared, beside its place; the key is that of the one who writes it."""

    def publish(self, location: Location, name: str, draft: Path, *, replace: bool) -> None:
        """Give a prepared file its name in one step; raise InputError if the name is taken and not to be replaced."""

    def is_taken(self, location: Location, name: str) -> bool:
        """Tell whether a file has that name."""

    def note(self, run: str, key: str, facts: Mapping[str, object]) -> None:
        """Note facts in the folder of a run so that not even a power cut takes them back."""

    def noted(self, run: str, key: str) -> Mapping[str, object] | None:
        """Return the facts noted under a key, or None."""

    def rejects(self, run: str, name: str) -> RejectLog:
        """Return a new file of rejects in the folder of a run; it takes the place of a former one."""
