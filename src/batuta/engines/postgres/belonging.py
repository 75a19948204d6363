"""Whose a database is: it belongs to one home, and remembers which."""

from __future__ import annotations

from dataclasses import dataclass

from batuta.engines.postgres.faults import PLACE
from batuta.engines.postgres.sessions import Connection
from batuta.kit.errors import InputError, SystemFault

_KNOWN = "SELECT to_regclass('batuta_system.home') IS NOT NULL"
_HOME = 'SELECT "id" FROM "batuta_system"."home"'
_RECORD = 'INSERT INTO "batuta_system"."home" VALUES (%s)'


@dataclass(frozen=True, slots=True)
class Owner:
    """A home: its name, and whether it had data when it was last open."""

    home: str
    has_data: bool = False


def belongs(connection: Connection, owner: Owner) -> bool:
    """Tell whether the database is the home's already; raise if it is another's, or lost what the home had."""
    ((known,),) = connection.execute(_KNOWN).fetchall()
    found = [str(home) for (home,) in connection.execute(_HOME).fetchall()] if known else []
    if found and found != [owner.home]:
        raise InputError(
            PLACE,
            "the database belongs to another home",
            todo="Make a database for this home alone, and name it with batuta engine use.",
        )
    if owner.has_data and not found:
        raise SystemFault(
            PLACE,
            "the data of this home is gone: the database holds nothing of it",
            todo="Check the address, bring the database back from a backup, or start a new home with --home DIR.",
        )
    return bool(found)


def record(connection: Connection, owner: Owner) -> None:
    """Let the database remember the home it belongs to; the caller holds the transaction."""
    connection.execute(_RECORD, [owner.home])
