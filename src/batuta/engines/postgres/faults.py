"""PostgreSQL's errors in words for people; the original stays as the cause.

No word of them comes from an address: it may hold a password.
"""

from __future__ import annotations

import psycopg
from psycopg import errors

from batuta.kit.errors import SystemFault
from batuta.runs.ports import Interrupted

PLACE = "database engine"


class Lost(SystemFault):
    """The connection ended, and with it whatever was not committed."""


class Unexplained(SystemFault):
    """A statement failed for a reason of its own, told in the engine's words: compiled ones never should.

    `state` is the five characters in which PostgreSQL says what kind of failure it is.
    """

    def __init__(self, place: str, reason: str, state: str) -> None:
        self.reason = reason
        self.state = state
        super().__init__(place, f"a query failed: {reason}", todo="Report this as an error of Batuta.")


_LOST = (
    "the connection to the database was lost",
    "See that the PostgreSQL server runs and can be reached, then try again; what was committed is kept.",
)
_WORDS: tuple[tuple[type[psycopg.Error], str, str], ...] = (
    (errors.DiskFull, "the disk of the database is full", "Free some space on the disk of the server, then try again."),
    (
        errors.OutOfMemory,
        "the server has too little memory for the query",
        "Give the server more memory, or narrow the population.",
    ),
    (
        errors.TooManyConnections,
        "the server takes no more connections",
        "Close other programs that use it, or raise max_connections of the server.",
    ),
    (
        errors.LockNotAvailable,
        "another program holds a table of Batuta locked",
        "End what it does there, then try again.",
    ),
    (errors.DeadlockDetected, "another program changes the same tables", "Try again."),
    (
        errors.InsufficientPrivilege,
        "the user of the database may not do what is needed",
        "Give the user the right to create schemas and tables in the database (GRANT CREATE ON DATABASE).",
    ),
    (errors.ReadOnlySqlTransaction, "the database may only be read", "Give the address of the primary server."),
    (errors.DataCorrupted, "the database is damaged", "Restore it from a back-up."),
    (errors.IndexCorrupted, "an index of the database is damaged", "Let the server make it anew with REINDEX."),
)


def interrupted() -> Interrupted:
    """Return the failure of a query that someone stopped."""
    return Interrupted(PLACE, "the query was stopped")


def lost() -> Lost:
    """Return the failure of a connection that ended."""
    found, todo = _LOST
    return Lost(PLACE, found, todo=todo)


def fault(error: psycopg.Error) -> SystemFault:
    """Return the expected failure that stands for an error of PostgreSQL; raise it `from` the error."""
    if isinstance(error, errors.QueryCanceled):
        return interrupted()
    for kind, found, todo in _WORDS:
        if isinstance(error, kind):
            return SystemFault(PLACE, found, todo=todo)
    state = error.sqlstate or ""
    if _is_lost(error, state):
        return lost()
    message = error.diag.message_primary or str(error).partition("\n")[0]
    return Unexplained(PLACE, message, state)


def _is_lost(error: psycopg.Error, state: str) -> bool:
    """Tell whether an error ended the connection: its class says so, or the driver alone found out."""
    return (
        state[:3] in ("08", "57P") or state[:2] == "08" or (not state and isinstance(error, psycopg.OperationalError))
    )
