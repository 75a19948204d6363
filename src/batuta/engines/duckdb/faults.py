"""DuckDB's errors in words for people; the original stays as the cause."""

from __future__ import annotations

import re

import duckdb

from batuta.kit.errors import SystemFault
from batuta.runs.ports import Interrupted


class OutOfMemory(SystemFault):
    """A query needed more memory than the engine may use, or more disk than there is to spill to."""


class Unexplained(SystemFault):
    """A statement failed for a reason of its own, told in the engine's words: compiled ones never should."""

    def __init__(self, place: str, reason: str) -> None:
        self.reason = reason
        self.internal = reason.startswith("INTERNAL Error")
        super().__init__(place, f"a query failed: {reason}", todo="Report this as an error of Batuta.")


_PLACE = "database engine"
_WORDS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"no space left on device|disk quota exceeded|could not write all bytes", re.IGNORECASE),
        "the disk is full",
        "Free some space on the disk of the home, then try again.",
    ),
    (
        re.compile(r"could not set lock|conflicting lock|being used by another process", re.IGNORECASE),
        "another program has the database file open",
        "Close that program; only Batuta may open the files of a home.",
    ),
    (
        re.compile(r"database file with version number|newer version of duckdb", re.IGNORECASE),
        f"the database file was made by another version of DuckDB, which {duckdb.__version__} cannot read",
        "Install the version of DuckDB that made this home, as a rule the newest: pip install --upgrade duckdb.",
    ),
    (
        re.compile(
            r"not a valid duckdb database|corrupt|checksum|failed to deserialize|serialization error|wal file",
            re.IGNORECASE,
        ),
        "the database file is damaged",
        "Restore the home from a back-up.",
    ),
    (
        re.compile(r"permission denied|read-only file system", re.IGNORECASE),
        "the database file may not be written",
        "Give the user who runs Batuta the right to write the home.",
    ),
    (
        re.compile(r"database has been invalidated|previous fatal error", re.IGNORECASE),
        "the database stopped after an earlier failure",
        "Start Batuta again; what was committed is kept.",
    ),
)


def interrupted() -> Interrupted:
    """Return the failure of a query that someone stopped."""
    return Interrupted(_PLACE, "the query was stopped")


def fault(error: duckdb.Error | OSError, place: str = _PLACE) -> SystemFault:
    """Return the expected failure that stands for an error of DuckDB; raise it `from` the error.

    Errors come as OSError where rows are read through Arrow, so that only their text tells what they are.
    """
    text = str(error)
    if text.startswith("INTERRUPT Error"):
        return interrupted()
    for pattern, found, todo in _WORDS:
        if pattern.search(text):
            return SystemFault(place, found, todo=todo)
    if text.startswith("Out of Memory Error") or isinstance(error, duckdb.OutOfMemoryException):
        return OutOfMemory(
            place,
            "the query needs more memory than the engine may use",
            todo="Raise the engine's memory, free disk space for it to spill to, or narrow the population.",
        )
    first_line = text.partition("\n")[0]
    return Unexplained(place, first_line)
