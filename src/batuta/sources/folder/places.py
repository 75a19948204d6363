"""Files in a folder by relative names that never lead out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from batuta.kit.errors import InputError, SystemFault
from batuta.runs.filing import Found
from batuta.schema.locations import Location, fault_of_name

_SHOWN = 20
_OPENING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def place_of(location: Location, name: str) -> Path:
    """Return where a file of that name is or would be; raise InputError if that is not inside the location."""
    fault: str | None = fault_of_name(name)
    root = _root(location)
    path = root.joinpath(*name.split("/")) if not fault else root
    if not fault and not _resolved(path, location).is_relative_to(root):
        fault = "the name leads out of the location by a symbolic link"
    if fault:
        place, found, expected = f"location {location.name}", f"{name!r}: {fault}", "a name such as new/people.csv"
        raise InputError(place, found, expected=expected, todo="Correct the name, or the values that it is made from.")
    return path


def find(location: Location, pattern: str) -> list[Found]:
    """Return the regular files whose names match a pattern, part by part, ordered by name."""
    place_of(location, pattern)  # a pattern follows the rules of names
    root = _root(location)
    with _told(location, "searched"):
        names = ["/".join(parts) for parts in _matching(root, pattern.split("/"))]
        there = [name for name in sorted(names) if name == pattern or root.joinpath(name).is_file()]
        return [found for name in there if (found := _found(location, name)) is not None]


def names(location: Location) -> list[str]:
    """Return the names of some files at the top of a location."""
    with _told(location, "listed"), os.scandir(_root(location)) as entries:
        files = (entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        return sorted(name for name in files if not fault_of_name(name))[:_SHOWN]


def current(location: Location, name: str) -> Found | None:
    """Return a file as it is now, or None if there is no regular file of that name."""
    with _told(location, "looked at"):
        return _found(location, name)


@contextmanager
def opened(location: Location, found: Found) -> Iterator[BinaryIO]:
    """Open a regular file for reading, as it was found; a link, folder or device is refused."""
    path = place_of(location, found.name)
    with _told(location, f"read ({found.name})"):
        descriptor = os.open(path, _OPENING)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise InputError(f"location {location.name}", f"{found.name!r} is no regular file")
        yield file


def _matching(folder: Path, patterns: list[str]) -> Iterator[tuple[str, ...]]:
    first, *rest = patterns
    try:
        entries = [entry.name for entry in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in entries:
        if name.startswith(".") or not fnmatchcase(name, first.replace("[", "[[]")):
            continue
        if not rest:
            yield (name,)
        elif (folder / name).is_dir() and not (folder / name).is_symlink():
            yield from ((name, *below) for below in _matching(folder / name, rest))


def _found(location: Location, name: str) -> Found | None:
    """Return a regular file; what else has the name is refused, not passed over."""
    path = place_of(location, name)
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        raise InputError(f"location {location.name}", f"{name!r} is a symbolic link", todo="Put the file itself there.")
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "no file but a device, pipe or socket"
        raise InputError(f"location {location.name}", f"{name!r} is {what}", expected="a regular file")
    return Found(name, status.st_size, status.st_mtime_ns, status.st_ino)


def _root(location: Location) -> Path:
    path = Path(location.path)
    if not path.is_dir():
        raise InputError(
            f"location {location.name}",
            f"there is no folder {location.path}",
            todo="Make it, or set the location anew with `batuta location set`.",
        )
    return _resolved(path, location)


def _resolved(path: Path, location: Location) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        raise InputError(f"location {location.name}", f"{path.name!r} is a link that leads back to itself") from None


@contextmanager
def _told(location: Location, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SystemFault(f"location {location.name}", f"it cannot be {what}: {error.strerror}") from error
