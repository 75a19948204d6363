"""Stopping what another thread is doing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop:
    """A wish that some work should end, made once from any thread and heard by whatever does the work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wished = False
        self._heard_by: list[Callable[[], None]] = []

    @property
    def wished(self) -> bool:
        """Whether the work should end."""
        return self._wished

    def wish(self) -> None:
        """Ask for the end; returns when all who do the work have been told."""
        with self._lock:
            self._wished = True
            listening = tuple(self._heard_by)
        for tell in listening:
            tell()

    @contextmanager
    def heard_by(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell` when the end is wished for within the block, at once if it already was."""
        with self._lock:
            self._heard_by.append(tell)
            late = self._wished
        try:
            if late:
                tell()
            yield
        finally:
            with self._lock:
                self._heard_by.remove(tell)
