"""Values that stand in a text file beside a document: one a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from batuta.campaign.invalid import InvalidFile
from batuta.kit.problems import Problem

MAX_BYTES = 100_000_000
_KEY = "values_file"


def with_files(settings: Any, folder: Path, place: str) -> Any:
    """Return raw settings with the lines of each `values_file` as values; empty lines count for nothing.

    Only files in the folder of the document, or below it, are read. Raises InvalidFile with the name of the document.
    """
    if isinstance(settings, Mapping):
        inside = {name: with_files(value, folder, place) for name, value in settings.items()}
        named = inside.get(_KEY)
        if isinstance(named, str) and named:
            if inside.get("values"):
                raise InvalidFile(place, [(place, Problem("values-file-and-values", {"name": named}))])
            del inside[_KEY]
            inside["values"] = _lines(named, folder, place)
        return inside
    if isinstance(settings, list):
        return [with_files(item, folder, place) for item in settings] if _may_hold(settings) else settings
    return settings


def _may_hold(items: Iterable[object]) -> bool:
    return any(isinstance(item, (Mapping, list)) for item in items)


def _lines(named: str, folder: Path, place: str) -> list[str]:
    path = (folder / named).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InvalidFile(place, [(place, Problem("values-file-elsewhere", {"name": named}))])
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise InvalidFile(
                place, [(place, Problem("values-file-too-large", {"name": named, "limit": f"{MAX_BYTES:,}"}))]
            )
        return [line for line in text.decode("utf-8-sig").replace("\r\n", "\n").split("\n") if line.strip()]
    except UnicodeDecodeError as error:
        problem = Problem("values-file-not-utf-8", {"name": named, "byte": error.start + 1})
        raise InvalidFile(place, [(place, problem)]) from None
    except OSError as error:
        problem = Problem("values-file-unreadable", {"name": named, "reason": error.strerror})
        raise InvalidFile(place, [(place, problem)]) from None
