"""Locations: named places that files come from and go to."""

from __future__ import annotations

import re
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


def fault_of_name(name: str) -> str:
    """Return what is wrong with the name of a file in a location, or ''.

    A name is relative, its folders joined by /, and never leads out of the location.
    """
    parts = name.split("/")
    faults = {
        "the name is empty": not name.strip(),
        f"the name is longer than {LONGEST_NAME} characters": len(name) > LONGEST_NAME,
        "the name holds a character that no name of a file should": bool(_FORBIDDEN.search(name)),
        "the name is not relative to the location": name.startswith(("/", "~")) or ":" in parts[0],
        "the name leads out of the location": ".." in parts,
        "a part of the name is empty or begins with a dot": any(not part or part.startswith(".") for part in parts),
    }
    return next((fault for fault, found in faults.items() if found), "")
