"""The file of rejected records: line, reason, and the fields as they were read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from batuta.schema.loading import Reject

_SHOWN = 3


class RejectFile:
    """A CSV file that is made with the first reject; a malformed record keeps the fields it has.

    `first` holds the first few rejects, for messages.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.made = False
        self.first: tuple[Reject, ...] = ()
        self._columns = tuple(columns)
        self._file: IO[str] | None = None
        self._writer: Any = None

    def write(self, rejects: Sequence[Reject]) -> None:
        """Write rejects down."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(("line", "reason", *self._columns))
            self.made = True
        self.first = (*self.first, *rejects)[:_SHOWN]
        self._writer.writerows((reject.line, reject.reason, *reject.fields) for reject in rejects)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Close the file and remove it, if it was made."""
        self.close()
        self.path.unlink(missing_ok=True)
        self.made = False
