"""The outbox: a transport that writes each message to a file, for demos, tests and a first look."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from threading import Lock

from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import Envelope, Outcome, Status

ALREADY_SENT = "already-sent"
"""The reason of a message that lay in the outbox before it was handed over."""

_SENT, _AGAIN = Outcome(0, Status.SENT), Outcome(0, Status.SENT, ALREADY_SENT)
_PLAIN = re.compile(r"[0-9a-f]{8,64}\Z")


class Outbox:
    """A folder of .eml files named after their Message-IDs, in 16 subfolders.

    A file is there whole or not at all. The same message handed over twice stays one file, and the outcome
    says that it was there already. Safe to use from several threads.
    """

    remote = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root: int | None = None
        self._opening = Lock()
        self._made: set[str] = set()
        self._unsynced = False

    def send(self, envelope: Envelope) -> Outcome:
        """Write one message."""
        shelf, name = _place(envelope.message_id)
        path, temporary = f"{shelf}/{name}.eml", f"{shelf}/{name}.part"
        try:
            root = self._opened()
            self._make(shelf)
            if _is_whole(path, root):
                return _AGAIN
            _write(temporary, root, envelope.content)
            os.replace(temporary, path, src_dir_fd=root, dst_dir_fd=root)
        except OSError as error:
            raise SystemFault(
                str(self._folder / path),
                f"the outbox cannot take a message: {error.strerror}",
                todo="Make room or mend the folder's rights, then resume the run.",
            ) from error
        self._unsynced = True
        return _SENT

    def pauses(self) -> tuple[float, ...]:
        """Nothing is ever put off."""
        return ()

    def was_sent(self, message_id: str) -> bool:
        """Tell whether the message's file is there."""
        return _is_whole(str(self.path_of(message_id)), None)

    def flush(self) -> None:
        """Make the files outlive a power cut: one call for all, since a call per file is far slower."""
        if self._unsynced:
            self._unsynced = False
            os.sync()

    def close(self) -> None:
        """Give the folder back."""
        if self._root is not None:
            os.close(self._root)
            self._root = None

    def path_of(self, message_id: str) -> Path:
        """Return the file of a message; a foreign Message-ID is hashed, so that no name leads elsewhere."""
        shelf, name = _place(message_id)
        return self._folder / shelf / f"{name}.eml"

    def _opened(self) -> int:
        """Return the open folder: names are looked up from there, which is far cheaper than paths as objects."""
        with self._opening:
            if self._root is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._root = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            return self._root

    def _make(self, shelf: str) -> None:
        if shelf not in self._made:
            (self._folder / shelf).mkdir(exist_ok=True)
            self._made.add(shelf)


def _place(message_id: str) -> tuple[str, str]:
    token = message_id.strip("<>").partition("@")[0]
    name = token if _PLAIN.match(token) else sha256(message_id.encode()).hexdigest()
    return name[:1], name  # ext4 takes sixteen folders twice as fast as one or as 256


def _is_whole(path: str, root: int | None) -> bool:
    """Tell whether a file is there; a power cut can leave a name without content, which is no message."""
    try:
        return os.stat(path, dir_fd=root).st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write(path: str, root: int, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644, dir_fd=root)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)
