"""Turns: what must be done one at a time, by name."""

from __future__ import annotations

import threading
from collections import defaultdict


class Turns:
    """Locks by name, shared by all runs of a home in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._named: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def of(self, name: str) -> threading.Lock:
        """Return the lock of that name."""
        with self._lock:
            return self._named[name]
