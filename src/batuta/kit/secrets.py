"""Secrets: settings name where one is kept, never the secret itself."""

from __future__ import annotations

import os
from pathlib import Path

from batuta.kit.errors import SystemFault

REFERENCES = ("env:", "file:")
"""What a reference begins with: the name of a variable, or the path of a file, follows."""


def is_reference(text: str) -> bool:
    """Tell whether a text names where a secret is kept."""
    return any(text.startswith(kind) and len(text) > len(kind) for kind in REFERENCES)


def secret(reference: str, place: str, *, what: str = "password", todo: str = "Provide it, then try again.") -> str:
    """Return what a reference stands for; raise SystemFault, without the secret, if it cannot be had."""
    kind, _, name = reference.partition(":")
    if kind == "env":
        found = os.environ.get(name, "")
        problem = f"the variable {name} is not set"
    else:
        try:
            found, problem = Path(name).read_text("utf-8").rstrip("\r\n"), f"the file {name} is empty"
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            found, problem = "", f"the file {name} cannot be read: {reason}"
    if not found:
        raise SystemFault(place, f"the {what} is missing: {problem}", todo=todo)
    return found
