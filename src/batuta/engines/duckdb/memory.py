"""How much memory the engine may use."""

from __future__ import annotations

import os
from pathlib import Path

_CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


_USUAL = 2_500
"""Mebibytes that do for ten million recipients; more would only hold rows that the system's own cache holds too."""


def usual_memory() -> str:
    """Return what the engine takes as long as it is enough, as DuckDB writes it."""
    return f"{min(_half(), _USUAL)}MiB"


def half_of_memory() -> str:
    """Return half of what this machine or container has, as DuckDB writes it: the most the engine takes."""
    return f"{_half()}MiB"


def _half() -> int:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [limit for path in _CONTAINER_LIMITS if (limit := _limit(path)) is not None]
    return min([machine, *limits]) // 2 // 2**20


def _limit(path: Path) -> int | None:
    try:
        text = path.read_text("ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
