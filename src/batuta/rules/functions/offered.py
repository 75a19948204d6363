"""What is not offered where, and why: the one place where it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batuta.rules.functions.sql import DUCKDB, ENGINES


@dataclass(frozen=True, slots=True)
class Absence:
    """Engines on which a function is not offered, and the reason as the second half of a sentence."""

    engines: frozenset[str]
    reason: str


ABSENT: Mapping[str, Absence] = {
    "AESEncrypt": Absence(
        frozenset(ENGINES),
        "its key would stand in SQL that people may read, and DuckDB and PostgreSQL have no such cipher",
    ),
    "GetMirrorURL": Absence(frozenset(ENGINES), "no mirror pages of messages are made"),
    "NodeValue": Absence(
        frozenset(ENGINES),
        "DuckDB reads no XML, PostgreSQL only if it was built so, and Spark fails on a text that is no XML",
    ),
    "Sha512Digest": Absence(frozenset({DUCKDB}), "DuckDB has no such digest"),
}
"""Functions by their names; those that are offered nowhere are in no other table."""


def is_offered(name: str, engine: str) -> bool:
    """Tell whether a function is offered on an engine, or for no engine on any of them."""
    absence = ABSENT.get(name)
    if absence is None:
        return True
    return engine not in absence.engines if engine else not absence.engines.issuperset(ENGINES)


def engines_of(name: str) -> tuple[str, ...]:
    """Return the engines on which a function is offered."""
    return tuple(engine for engine in ENGINES if is_offered(name, engine))


def lacking(engine: str) -> tuple[str, ...]:
    """Return the functions that are not offered on an engine, in the order of their names."""
    return tuple(sorted(name for name, absence in ABSENT.items() if engine in absence.engines))
