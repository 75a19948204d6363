"""Locations: named places that files come from and go to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from batuta.kit.document import Document

LONGEST_NAME = 1000


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
    if not name.strip():
        return "the name is empty"
    if len(name) > LONGEST_NAME:
        return f"the name is longer than {LONGEST_NAME} characters"
    if any(ord(character) < 32 for character in name) or "\\" in name or "\x7f" in name:
        return "the name holds a character that no name of a file should"
    if name.startswith(("/", "~")) or ":" in parts[0]:
        return "the name is not relative to the location"
    if ".." in parts:
        return "the name leads out of the location"
    if any(part in ("", ".") or part.startswith(".") for part in parts):
        return "a part of the name is empty or begins with a dot"
    return ""
