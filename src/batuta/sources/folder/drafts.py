"""Files written to a location: prepared under a hidden name beside their place, then named in one step."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from batuta.kit.errors import InputError, SystemFault
from batuta.kit.identifiers import seed_of
from batuta.schema.locations import Location
from batuta.sources.folder.places import place_of

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def draft(location: Location, name: str, key: str) -> Path:
    """Return where a file may be prepared: the same place for the same key; its folder is made if need be."""
    place = place_of(location, name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(location, name, error) from error
    return place.with_name(f".batuta-{seed_of(key, name)}.part")


def publish(location: Location, name: str, prepared: Path, *, replace: bool) -> None:
    """Give a prepared file its name in one step, on the disk; a name that is taken stays, and the prepared file too."""
    place = place_of(location, name)
    try:
        _sync(prepared)
        if replace:
            prepared.replace(place)
        else:
            give_name(prepared, place)
        _sync(place.parent)
    except FileExistsError:
        raise taken(location, name) from None
    except OSError as error:
        raise _refused(location, name, error) from error


def taken(location: Location, name: str) -> InputError:
    """Return the error that a file has the name already."""
    return InputError(
        f"location {location.name}",
        f"there is a file {name} already",
        todo="Choose a name with {{ now }} or {{ context.run }} in it, or let existing files be replaced.",
    )


def give_name(prepared: Path, place: Path) -> None:
    """Rename a file unless the name is taken; a second name, then no first one, cannot overwrite anything."""
    try:
        os.link(prepared, place)
    except FileExistsError:
        if not place.samefile(prepared):  # else a former attempt died before its last line
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if place.exists():
            raise FileExistsError from None
        prepared.rename(place)  # a file system without links: between the two lines another file could be lost
        return
    prepared.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(location: Location, name: str, error: OSError) -> SystemFault:
    return SystemFault(f"location {location.name}", f"{name} cannot be written: {error.strerror}")
