"""Identifiers: sortable ones for what happens, checked ones for what people name."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(now: datetime) -> str:
    """Return a fresh identifier of 16 characters that sorts by time (millisecond, then chance)."""
    return _base32(int(now.timestamp() * 1000), 9) + _base32(secrets.randbits(35), 7)


def seed_of(*parts: object) -> str:
    """Return 16 hex digits that depend on all the parts and on nothing else."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def _base32(number: int, width: int) -> str:
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(5 * (width - 1), -1, -5))
