"""Names of working tables: unique per run, activity, output, generation and fence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping

from batuta.runs.model import Claim

_READABLE, _DIGEST = 13, 12
"""How long two parts of a name are: with what engines put after it, PostgreSQL has to keep all of it (63 bytes)."""


def table_name(claim: Claim, output: str) -> str:
    """Return the name under which this attempt makes the table of an output.

    Readable in part; a digest of all parts keeps it unique whatever activities and outputs are called.
    """
    digest = _digest(claim.run, claim.activity, output, claim.generation, claim.fence)[:_DIGEST]
    readable = re.sub(r"[^a-z0-9]+", "_", f"{claim.activity}_{output}".lower()).strip("_")[:_READABLE]
    return f"w_{claim.run}_{readable}_{claim.generation}_{claim.fence}_{digest}"


def intended_names(claim: Claim, outputs: Iterable[str], made: Collection[str]) -> dict[str, str]:
    """Return the name of each output's table: that of a former attempt if it is made, else a fresh one."""
    return {output: _former(claim.names, output, made) or table_name(claim, output) for output in outputs}


def effect_key(claim: Claim, label: str, former: int) -> str:
    """Return the key of the effect of saving an audience after its version `former`: the same at each attempt."""
    return f"audience/{claim.run}/{claim.generation}/{claim.activity}/{former}/{label}"


def change_key(claim: Claim) -> str:
    """Return the key of the effect of changing rows of the data: the same at each attempt."""
    return f"change/{claim.run}/{claim.generation}/{claim.activity}"


def told_key(claim: Claim, kind: str) -> str:
    """Return the key of the effect of telling what became of messages: the same at each attempt."""
    return f"{kind}/{claim.run}/{claim.generation}/{claim.activity}"


def audience_table(effect: str) -> str:
    """Return the name of the table that an effect makes."""
    return f"a_{_digest(effect)}"


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def _former(names: Mapping[str, str], output: str, made: Collection[str]) -> str | None:
    name = names.get(output)
    return name if name in made else None
