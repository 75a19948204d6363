"""Which engines tests run on: all, or those that BATUTA_ENGINES names."""

from __future__ import annotations

import os
from collections.abc import Iterable


def wanted(engines: Iterable[str]) -> tuple[str, ...]:
    """Return those of some engines that tests run on."""
    named = os.environ.get("BATUTA_ENGINES", "")
    return tuple(engine for engine in engines if not named or engine in named.split(","))
