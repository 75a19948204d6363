"""Loads: what a source of records hands over, what an engine makes of it, and what is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from batuta.kit.document import Document
from batuta.kit.errors import InputError
from batuta.kit.text import counted, suggest
from batuta.schema.model import Schema

OTHER_SEPARATORS = ";\t|"
"""What often separates columns where a comma was expected."""

LINE = "_line"
"""The column of a batch that holds the line (or row) of the file each record begins on."""


class ArrowTable(Protocol):
    """A table in memory, handed over by the Arrow C stream interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot be loaded: its line in the file, why not, and its fields as they were read."""

    line: int
    reason: str
    fields: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The next records of a file: text columns by the file's names, and `_line`.

    `first` is not above any `_line` of this batch and above all of those before it; `count` leaves out the
    malformed records; `position` is how much of the file has been read, of `Records.size`.
    """

    table: ArrowTable
    first: int
    count: int
    position: int
    malformed: tuple[Reject, ...] = ()


class Records(Protocol):
    """A file of records, read from its start to its end in batches."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, as the file gives them."""

    @property
    def size(self) -> int:
        """The end of the positions that batches report."""

    def batches(self) -> Iterator[Batch]:
        """Yield all records in the order of the file."""


class RejectSink(Protocol):
    """Where rejected records go."""

    def write(self, rejects: Sequence[Reject]) -> None: ...


class LoadCounts(Document):
    """What became of the records of a file: read = the sum of the others.

    `ignored` were older than what is there or than another record of the file, `repeated` were followed by
    another record of the same key, `unchanged` are there already as they are.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: int = 0
    repeated: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Load:
    """A file to be taken into a schema.

    `columns` are the file's columns that are attributes. More than `allowed_errors` rejects (None: any number,
    but not all records) fail the load. `before_commit` is called with the counts when nothing can fail any
    more but the commit itself; if it raises, nothing is loaded.
    """

    id: str
    schema: Schema
    columns: tuple[str, ...]
    batches: Iterator[Batch]
    rejects: RejectSink
    allowed_errors: int | None = None
    before_commit: Callable[[LoadCounts], None] = lambda _: None


class LoadStatus(StrEnum):
    """How far a load is remembered to have come."""

    COMMITTING = "committing"
    DONE = "done"


class LoadRecord(Document):
    """What is remembered of a load."""

    id: str
    schema_name: str
    file: str
    at: datetime
    counts: LoadCounts
    status: LoadStatus = LoadStatus.COMMITTING


def too_many(counts: LoadCounts, allowed: int | None) -> InputError | None:
    """Return the error of a load that has rejected more than it may, or None."""
    if allowed is not None and counts.rejected > allowed:
        return InputError(
            "load",
            f"{counts.rejected} of {counts.read} records cannot be loaded, {allowed} are allowed",
            todo="Correct the records, or raise --allowed-errors. Nothing has been loaded.",
        )
    if counts.read and counts.rejected == counts.read:
        return InputError(
            "load",
            f"none of the {counted(counts.read, 'record')} can be loaded",
            todo="Correct the records. Nothing has been loaded.",
        )
    return None


def usable_columns(schema: Schema, columns: Sequence[str], place: str, ignore_extra: bool) -> tuple[str, ...]:
    """Return the columns that are attributes of the schema, or raise InputError naming all that is wrong."""
    faults = [*_doubled(columns), *_absent(schema, columns)]
    extra = [name for name in columns if name not in schema.by_name]
    if not ignore_extra:
        faults += [_unknown(name, schema, columns) for name in extra]
    if faults:
        raise InputError(
            f"{place}, line 1",
            "; ".join(faults),
            expected=f"columns of schema {schema.name}, among them {_and(needed_columns(schema))}",
            todo=_mend_header(columns, extra and not ignore_extra),
        )
    return tuple(name for name in columns if name in schema.by_name)


def _mend_header(columns: Sequence[str], extra: object) -> str:
    separator = next((one for one in OTHER_SEPARATORS if one in columns[0]), "") if len(columns) == 1 else ""
    if separator:
        said = "--format tsv" if separator == "\t" else f"--separator '{separator}'"
        return f"If that is what separates the columns, say so: {said}."
    return "Correct the header" + (", or leave such columns out with --ignore-extra." if extra else ".")


def needed_columns(schema: Schema) -> tuple[str, ...]:
    """Return the columns without which no record can be loaded: the primary key and the version."""
    return schema.primary_key + ((schema.version,) if schema.version else ())


def _doubled(columns: Sequence[str]) -> list[str]:
    times = Counter(name.lower() for name in columns)
    twice = [name for name in times if name and times[name] > 1]
    faults = [f"the column {name!r} comes twice (case makes no difference)" for name in twice]
    return [*faults, f"no column may be called {LINE!r}"] if LINE in times else faults


def _absent(schema: Schema, columns: Collection[str]) -> list[str]:
    faults = [f"the key column {name!r} is missing" for name in schema.primary_key if name not in columns]
    if schema.version and schema.version not in columns:
        faults.append(f"the version column {schema.version!r} is missing")
    return faults


def _unknown(name: str, schema: Schema, columns: Sequence[str]) -> str:
    if not name:
        return f"column {columns.index(name) + 1} has no name"
    near = suggest(name, [known for known in schema.by_name if known not in columns])
    return f"schema {schema.name} has no attribute {name!r}" + (f" (did you mean {near}?)" if near else "")


def _and(names: Sequence[str]) -> str:
    return " and ".join(([", ".join(names[:-1])] if len(names) > 1 else []) + [names[-1]])
