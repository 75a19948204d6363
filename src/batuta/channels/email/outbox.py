"""The outbox: a transport that writes each message to a file, for demos, tests and a first look."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import Envelope, Outcome, Status

ALREADY_SENT = "already-sent"
"""The reason of a message that lay in the outbox before it was handed over."""

_PLAIN = re.compile(r"[0-9a-f]{8,64}\Z")


class Outbox:
    """A folder of .eml files named after their Message-IDs, in 256 subfolders.

    A file is there whole or not at all. The same message handed over twice stays one file, and the outcome
    says that it was there already. Safe to use from several threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[Path] = set()
        self._unsynced = False

    def send(self, envelope: Envelope) -> Outcome:
        """Write one message."""
        path = self.path_of(envelope.message_id)
        temporary = path.with_suffix(".part")
        try:
            self._make(path.parent)
            if _is_whole(path):
                return Outcome(0, Status.SENT, ALREADY_SENT)
            temporary.write_bytes(envelope.content)
            temporary.replace(path)
        except OSError as error:
            raise SystemFault(
                str(path),
                f"the outbox cannot take a message: {error.strerror}",
                todo="Make room or mend the folder's rights, then resume the run.",
            ) from error
        self._unsynced = True
        return Outcome(0, Status.SENT)

    def was_sent(self, message_id: str) -> bool:
        """Tell whether the message's file is there."""
        return _is_whole(self.path_of(message_id))

    def flush(self) -> None:
        """Make the files outlive a power cut: one call for all, since a call per file is far slower."""
        if self._unsynced:
            self._unsynced = False
            os.sync()

    def close(self) -> None:
        """Nothing is held open."""

    def path_of(self, message_id: str) -> Path:
        """Return the file of a message; a foreign Message-ID is hashed, so that no name leads elsewhere."""
        token = message_id.strip("<>").partition("@")[0]
        name = token if _PLAIN.match(token) else sha256(message_id.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.eml"

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)


def _is_whole(path: Path) -> bool:
    """Tell whether a file is there; a power cut can leave a name without content, which is no message."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
