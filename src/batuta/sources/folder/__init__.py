"""Files in folders, for runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from batuta.kit.errors import SystemFault
from batuta.runs.filing import Found, Record
from batuta.schema.locations import Location
from batuta.schema.records import Layout
from batuta.sources.folder import drafts, places
from batuta.sources.folder.lines import LONGEST_LINE
from batuta.sources.folder.records import RecordsOfText
from batuta.sources.rejects import RejectFile


@dataclass(frozen=True)
class FolderFiles:
    """Fulfils runs.filing.Files; `folder_of` gives the folder of a run."""

    folder_of: Callable[[str], Path]
    longest: int = LONGEST_LINE

    def find(self, location: Location, pattern: str) -> Sequence[Found]:
        return places.find(location, pattern)

    def names(self, location: Location) -> Sequence[str]:
        return places.names(location)

    def read(self, location: Location, found: Found, layout: Layout) -> OpenRecords:
        return OpenRecords(location, found, layout, self.longest)

    def is_unchanged(self, location: Location, found: Found) -> bool:
        return places.current(location, found.name) == found

    def remove(self, location: Location, found: Found) -> bool:
        now = places.current(location, found.name)
        if now is not None and now != found:
            return False
        try:
            places.place_of(location, found.name).unlink(missing_ok=True)
        except OSError as error:
            raise SystemFault(
                f"location {location.name}",
                f"{found.name} is loaded but cannot be deleted: {error.strerror}",
                todo="Let its folder be written to, then resume the run: it is not loaded again.",
            ) from error
        return True

    def draft(self, location: Location, name: str, key: str) -> Path:
        return drafts.draft(location, name, key)

    def publish(self, location: Location, name: str, draft: Path, *, replace: bool) -> None:
        drafts.publish(location, name, draft, replace=replace)

    def is_taken(self, location: Location, name: str) -> bool:
        return os.path.lexists(places.place_of(location, name))

    def note(self, run: str, key: str, facts: Mapping[str, object]) -> None:
        path = self._notes(run, key)
        temporary = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(facts, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise SystemFault(str(path), f"it cannot be written: {error.strerror}") from error

    def noted(self, run: str, key: str) -> Mapping[str, object] | None:
        path = self._notes(run, key)
        if not path.exists():
            return None
        facts: Mapping[str, object] = json.loads(path.read_text("utf-8"))
        return facts

    def rejects(self, run: str, name: str) -> RejectFile:
        log = RejectFile(self.folder_of(run) / "rejects" / f"{name}.csv", ("text",))
        log.discard()
        return log

    def _notes(self, run: str, key: str) -> Path:
        return self.folder_of(run) / "files" / f"{key}.json"


class OpenRecords:
    """The records of one file; it is open while its header is read, and again while its records are."""

    def __init__(self, location: Location, found: Found, layout: Layout, longest: int) -> None:
        self._location, self._found, self._layout, self._longest = location, found, layout, longest
        with places.opened(location, found) as file:
            head = RecordsOfText(file, layout, found.name, longest)
            self.titles, self.header_line = head.titles, head.header_line

    def batches(self) -> Iterator[Sequence[Record]]:
        """Yield the records that follow the header, some thousands at a time."""
        with places.opened(self._location, self._found) as file:
            yield from RecordsOfText(file, self._layout, self._found.name, self._longest).batches()
