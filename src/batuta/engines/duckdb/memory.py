"""How much memory the engine may use."""

from __future__ import annotations

import os
from pathlib import Path

_CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def half_of_memory() -> str:
    """Return half of what this machine or container has, as DuckDB writes it."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [limit for path in _CONTAINER_LIMITS if (limit := _limit(path)) is not None]
    return f"{min([machine, *limits]) // 2 // 2**20}MiB"


def _limit(path: Path) -> int | None:
    try:
        text = path.read_text("ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
