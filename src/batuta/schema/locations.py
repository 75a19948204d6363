"""Locations: named places that files come from and go to."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Literal

from pydantic import Field

from batuta.kit.document import Document

LONGEST_NAME = 1000
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")


class Location(Document):
    """A named place for files. Campaigns name it; only the home knows where it is."""

    name: str
    kind: Literal["folder"] = "folder"
    path: str = Field(description="the folder on the machine, an absolute path")
    read: bool = Field(True, description="files may be loaded and, after loading, deleted")
    write: bool = Field(True, description="files may be written")


class NameFault(StrEnum):
    """What is wrong with the name of a file."""

    EMPTY = "the name is empty"
    LONG = f"the name is longer than {LONGEST_NAME} characters"
    CHARACTER = "the name holds a character that no name of a file should"
    ABSOLUTE = "the name is not relative to the location"
    OUTSIDE = "the name leads out of the location"
    HIDDEN = "a part of the name is empty or begins with a dot"


def fault_of_name(name: str) -> NameFault | None:
    """Return what is wrong with the name of a file in a location, or None.

    A name is relative, its folders joined by /, and never leads out of the location.
    """
    parts = name.split("/")
    faults = {
        NameFault.EMPTY: not name.strip(),
        NameFault.LONG: len(name) > LONGEST_NAME,
        NameFault.CHARACTER: bool(_FORBIDDEN.search(name)),
        NameFault.ABSOLUTE: name.startswith(("/", "~")) or ":" in parts[0],
        NameFault.OUTSIDE: ".." in parts,
        NameFault.HIDDEN: any(not part or part.startswith(".") for part in parts),
    }
    return next((fault for fault, found in faults.items() if found), None)
