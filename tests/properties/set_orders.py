"""The orders in which rows are taken: by values with empties last, or by chance."""

from __future__ import annotations

import hashlib
from typing import Any

from batuta.kit.text import key_text


def is_empty(value: object) -> bool:
    return value is None or value == ""


def chance(salt: str, key: tuple[Any, ...]) -> str:
    """The order of chance: the hash of salt and key text, alike on every engine."""
    return hashlib.md5(f"{salt}:{key_text(key)}".encode(), usedforsecurity=False).hexdigest()


class Descending:
    """Turns an order round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]  # it is only ordered by


def order_of(value: Any, *, descending: bool = False) -> tuple[Any, ...]:
    """A sort key: empties last either way."""
    if is_empty(value):
        return (1,)
    return (0, Descending(value) if descending else value)
