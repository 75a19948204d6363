"""Functions of chance: of the seed of the run and the key of the row, so that a table made again is the same.

Each takes the digest md5(seed || ':' || salt || ':' || key text) of its row as hexadecimal digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import md5

from batuta.kit.text import key_text
from batuta.rules.bound import Moment
from batuta.rules.functions.model import Function
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK
from batuta.schema.types import DOUBLE, INTEGER, STRING, Scalar

_HEX, _VARIANT = "0123456789abcdef", "89ab89ab89ab89ab"


def digest_of(seed: str, salt: str, key: Sequence[Scalar]) -> str | None:
    """Return the digest of a row, None for one without key."""
    if any(value is None for value in key):
        return None
    plain = [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in key]
    return md5(f"{seed}:{salt}:{key_text(plain)}".encode(), usedforsecurity=False).hexdigest()


def _random(_: Moment, digest: str) -> float:
    return int(digest[:13], 16) / 2**52


def _uuid(_: Moment, digest: str) -> str:
    variant = _VARIANT[_HEX.index(digest[16])]
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:]}"


def _row_id(_: Moment, digest: str) -> int:
    return int(digest[:15], 16)


def _number(engine: str, digits: int) -> str:
    """Return the whole number that the first digits of the digest are."""
    first = f"SUBSTRING({{chance}}, 1, {digits})"
    if engine == DUCKDB:
        return f"CAST('0x' || {first} AS BIGINT)"
    if engine == SPARK:
        return f"CAST(CONV({first}, 16, 10) AS BIGINT)"
    return f"CAST(CAST('x' || {first} AS BIT({4 * digits})) AS BIGINT)"


def _uuid_of(text: str) -> str:
    def part(start: int, length: int) -> str:
        return f"SUBSTRING({{chance}}, {start}, {length})"

    variant = f"TRANSLATE({part(17, 1)}, '{_HEX}', '{_VARIANT}')"
    parts = [part(1, 8), "'-'", part(9, 4), "'-4'", part(14, 3), "'-'", variant, part(18, 3), "'-'", part(21, 12)]
    return text.format(" || ".join(parts))


CHANCE = (
    Function(
        "Random",
        (),
        always(DOUBLE),
        _random,
        "Gives a number from 0 up to 1 by chance; a row keeps its own in a run, another for each Random in a formula.",
        "Random() < 0.1",
        {
            engine: f"(CAST({_number(engine, 13)} AS {double}) / 4503599627370496)"
            for engine, double in ((DUCKDB, "DOUBLE"), (POSTGRES, "DOUBLE PRECISION"), (SPARK, "DOUBLE"))
        },
        salt="random:{at}",
    ),
    Function(
        "NewUUID",
        (),
        always(STRING),
        _uuid,
        "Gives an identifier by chance, such as 3f0c58a1-7a2e-4c11-9d5e-0b6f3a1c2d4e; a row keeps its own in a run.",
        "NewUUID()",
        {engine: _uuid_of("({})") for engine in (DUCKDB, POSTGRES, SPARK)},
        salt="uuid:{at}",
    ),
    Function(
        "RowId",
        (),
        always(INTEGER),
        _row_id,
        "Gives a whole number of up to 60 bits that stands for the row, the same in all formulas of an activity.",
        "RowId()",
        {engine: f"({_number(engine, 15)})" for engine in (DUCKDB, POSTGRES, SPARK)},
        salt="row",
    ),
)
