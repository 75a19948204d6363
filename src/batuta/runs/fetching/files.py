"""Loading files: found in a location, read in constant memory into a working table, then deleted if wanted.

What was read is noted in the run's folder before the table is committed, so that an attempt after a crash, which
adopts the table, knows which files it holds: only these may be deleted, and only as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import compress
from typing import Any, cast

from batuta.activities.fetches import FetchFile
from batuta.kit.errors import InputError
from batuta.kit.text import counted
from batuta.messages.naming import name_of
from batuta.runs.desk import Desk
from batuta.runs.fetching.brought import Brought
from batuta.runs.filing import Found, Record, RejectLog, TextRecords
from batuta.runs.model import Claim, Level, Note
from batuta.runs.ports import Cell, Rows
from batuta.runs.state import Landed
from batuta.schema.loading import Reject
from batuta.schema.reading import ColumnReader, Wrong
from batuta.schema.records import places_of, unnamed

_LONGEST_TEXT = 10_000


@dataclass
class Reading:
    """What has become of the files that were read: their records, and how many of them were rejected and why."""

    files: list[Found] = field(default_factory=list)
    records: int = 0
    rejected: int = 0
    reasons: str = ""
    log: str = ""
    left_out: tuple[str, ...] = ()

    @staticmethod
    def of(facts: Mapping[str, Any]) -> Reading:
        """Return what was noted."""
        files = [Found(**found) for found in facts["files"]]
        return Reading(**{**facts, "files": files, "left_out": tuple(facts["left_out"])})


def bring_file(desk: Desk, claim: Claim, wanted: FetchFile, table: str) -> Brought:
    """Load the files that are wanted, or adopt the table of a former attempt."""
    files, engine = desk.ports.files, desk.ports.engine
    noted = files.noted(desk.run.id, table) if table in engine.tables() else None
    if noted is None:
        rejects = files.rejects(desk.run.id, claim.activity)
        loading = _Loading(desk, claim, wanted, rejects)
        try:
            counts = engine.write(table, wanted.shape, loading.rows(table))
        finally:
            rejects.close()
        reading = loading.reading
    else:
        counts, reading = engine.write(table, wanted.shape, iter(())), Reading.of(noted)
    notes = tuple(_told(reading, wanted, claim.activity))
    return Brought(Landed(table, counts, wanted.shape), notes, partial(_release, desk, claim, wanted, reading))


class _Loading:
    """Turns the records of files into rows, all of them or, by raising, none."""

    def __init__(self, desk: Desk, claim: Claim, wanted: FetchFile, rejects: RejectLog) -> None:
        self._desk, self._claim, self._wanted, self._rejects = desk, claim, wanted, rejects
        self._files = desk.ports.files
        self._kept = [not column.ignore for column in wanted.columns]
        self._readers = [ColumnReader(column, wanted.writing) for column in compress(wanted.columns, self._kept)]
        self.reading = Reading()

    def rows(self, table: str) -> Iterator[Rows]:
        """Yield the rows of all files, numbered; at the end note what was read for that table."""
        name = _name(self._desk, self._claim, self._wanted)
        for found in chosen(self._desk, self._wanted, name):
            self.reading.files.append(found)
            records = self._files.read(self._wanted.location, found, self._wanted.layout)
            yield from self._rows_of(records, found)
            self._check_whole(found)
        self._check_some()
        self._files.note(self._desk.run.id, table, asdict(self.reading))

    def _rows_of(self, records: TextRecords, found: Found) -> Iterator[Rows]:
        columns, titles = self._wanted.columns, records.titles
        places = places_of(columns, titles, found.name, records.header_line)
        self.reading.left_out = unnamed(columns, titles) if titles is not None else ()
        wanted = list(compress(places, self._kept))
        for batch in records.batches():
            rows, rejects = self._read(batch, wanted)
            self.reading.records += len(batch)
            self._reject(rejects, found)
            yield rows

    def _read(self, batch: Sequence[Record], places: Sequence[int]) -> tuple[Rows, list[Reject]]:
        """Return the rows of the records that can be read, and the other records."""
        first = self.reading.records + 1
        numbered = [(number, record) for number, record in enumerate(batch, first) if not record.fault]
        rejects = [_reject(record, record.fault) for record in batch if record.fault]
        columns = [
            reader.read([record.fields[place] for _, record in numbered])
            for reader, place in zip(self._readers, places, strict=True)
        ]
        ahead: list[list[Any]] = [[number for number, _ in numbered]]
        if self._wanted.line_number:
            columns.append([record.line for _, record in numbered])
        rows = list(zip(*ahead, *columns, strict=True))
        if not any(type(value) is Wrong for column in columns for value in column):
            return cast("list[tuple[Cell, ...]]", rows), rejects
        good = []
        for row, (_, record) in zip(rows, numbered, strict=True):
            reasons = [value.reason for value in row if type(value) is Wrong]
            if reasons:
                rejects.append(_reject(record, "; ".join(reasons)))
            else:
                good.append(row)
        return cast("list[tuple[Cell, ...]]", good), rejects

    def _reject(self, rejects: list[Reject], found: Found) -> None:
        """Write rejects down; raise InputError once there are more than are allowed."""
        if not rejects:
            return
        self._rejects.write(sorted(rejects, key=lambda reject: reject.line))
        self.reading.rejected += len(rejects)
        self.reading.log = str(self._rejects.path)
        self.reading.reasons = "; ".join(f"line {one.line}, {one.reason}" for one in self._rejects.first)
        allowed = self._wanted.allowed_errors
        if allowed is not None and self.reading.rejected > allowed:
            raise self._failed(found, f"more than the {allowed} allowed")

    def _check_some(self) -> None:
        if self.reading.rejected and self.reading.rejected == self.reading.records:
            raise self._failed(self.reading.files[-1], "all there are")

    def _failed(self, found: Found, which: str) -> InputError:
        count = counted(self.reading.rejected, "record")
        return InputError(
            f"{found.name} in location {self._wanted.location.name}",
            f"{count} cannot be loaded, {which}: {self.reading.reasons}",
            todo=f"See {self.reading.log}. Correct the file or the columns, or allow more errors. "
            "Nothing has been loaded.",
        )

    def _check_whole(self, found: Found) -> None:
        """Raise InputError if the file changed under the reader's eyes: half of it might be missing."""
        if not self._files.is_unchanged(self._wanted.location, found):
            raise InputError(
                f"{found.name} in location {self._wanted.location.name}",
                "the file changed while it was read",
                todo="Resume the run when it is whole. Nothing has been loaded.",
            )


def _name(desk: Desk, claim: Claim, wanted: FetchFile) -> str:
    context = {"campaign": desk.run.campaign, "run": desk.run.id, "activity": claim.activity}
    return name_of(wanted.file, desk.moment(claim.activity), context)


def chosen(desk: Desk, wanted: FetchFile, name: str) -> Sequence[Found]:
    """Return the files to load; raise InputError if none or too many match."""
    place = f"location {wanted.location.name}"
    matching = desk.ports.files.find(wanted.location, name)
    if not matching:
        if wanted.missing == "empty":
            return ()
        there = ", ".join(desk.ports.files.names(wanted.location)) or "no file at all"
        raise InputError(
            place,
            f"there is no file {name}; it holds {there}",
            todo="Put the file there and resume the run, or let a missing file count as an empty one.",
        )
    if wanted.take == "one" and len(matching) > 1:
        raise InputError(
            place,
            f"{len(matching)} files match {name}: {', '.join(found.name for found in matching[:10])}",
            todo="Name one of them, or say whether to take the latest or all.",
        )
    if wanted.take == "latest":
        return (max(matching, key=lambda found: (found.changed, found.name)),)
    return matching


def _reject(record: Record, reason: str) -> Reject:
    """Return a rejected record with its text, in which bytes that are no text are shown as they are."""
    shown = record.text[:_LONGEST_TEXT].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Reject(record.line, reason, (shown,))


def _told(reading: Reading, wanted: FetchFile, activity: str) -> Iterator[Note]:
    names = ", ".join(found.name for found in reading.files) or "no file"
    said = f"Reads {counted(reading.records, 'record')} of {names} in location {wanted.location.name}"
    data = {"files": [found.name for found in reading.files], "read": reading.records, "rejected": reading.rejected}
    yield Note(said, activity=activity, data=data)
    if reading.left_out:
        titles = ", ".join(title or "(no title)" for title in reading.left_out)
        yield Note(f"Leaves out columns of the file that the activity does not name: {titles}", activity=activity)
    if reading.rejected:
        rejected = f"{counted(reading.rejected, 'record')} rejected: {reading.reasons}. See {reading.log}"
        yield Note(rejected, Level.WARNING, activity)


def _release(desk: Desk, claim: Claim, wanted: FetchFile, reading: Reading) -> Iterator[Note]:
    """Delete the files that were loaded, in live runs, and tell it."""
    if not wanted.delete_after:
        return
    for found in reading.files:
        if not desk.run.live:
            yield Note(f"Would delete {found.name}", activity=claim.activity)
        elif desk.ports.files.remove(wanted.location, found):
            yield Note(f"Deletes {found.name}", activity=claim.activity)
        else:
            said = f"Keeps {found.name}: it is not the file any more that was loaded"
            yield Note(said, Level.WARNING, claim.activity)
