"""Values that stand in a text file beside a document: one a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from batuta.kit.problems import Problem, Problems

MAX_BYTES = 100_000_000
_KEY = "values_file"


def with_files(settings: Any, folder: Path, steps: tuple[str, ...] = ()) -> Any:
    """Return raw settings with the lines of each `values_file` as values; empty lines count for nothing.

    Only files in the folder of the document, or below it, are read. Raises Problems with the field that names a file.
    """
    if isinstance(settings, Mapping):
        inside = {name: with_files(value, folder, (*steps, name)) for name, value in settings.items()}
        named = inside.get(_KEY)
        if isinstance(named, str) and named:
            field = ".".join((*steps, _KEY))
            if inside.get("values"):
                raise Problems([Problem("values-file-and-values", {"name": named}, field)])
            del inside[_KEY]
            inside["values"] = _lines(named, folder, field)
        return inside
    if isinstance(settings, list) and _may_hold(settings):
        return [with_files(item, folder, (*steps, str(place))) for place, item in enumerate(settings)]
    return settings


def _may_hold(items: Iterable[object]) -> bool:
    return any(isinstance(item, (Mapping, list)) for item in items)


def _lines(named: str, folder: Path, field: str) -> list[str]:
    try:
        path = (folder / named).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise Problems([Problem("values-file-elsewhere", {"name": named}, field)])
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise Problems([Problem("values-file-too-large", {"name": named, "limit": f"{MAX_BYTES:,}"}, field)])
        return [line for line in text.decode("utf-8-sig").replace("\r\n", "\n").split("\n") if line.strip()]
    except UnicodeDecodeError as error:
        raise Problems([Problem("values-file-not-utf-8", {"name": named, "byte": error.start + 1}, field)]) from None
    except OSError as error:
        raise Problems([Problem("values-file-unreadable", {"name": named, "reason": error.strerror}, field)]) from None
    except ValueError as error:  # a name that no file can have
        raise Problems([Problem("values-file-unreadable", {"name": named, "reason": error}, field)]) from None
