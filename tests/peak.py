"""The most memory that a process of its own holds."""

from __future__ import annotations

import subprocess
import time

import psutil


def peak_memory(process: subprocess.Popen[str]) -> int:
    """Wait for a process; return the most memory it was seen to hold, in bytes.

    What the system tells after its end counts what its parent once held, too: a child begins as a copy of that.
    """
    seen = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, seen.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    return peak
