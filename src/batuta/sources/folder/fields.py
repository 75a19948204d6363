"""From lines to fields: delimited by a character and quoted, or of fixed width."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Protocol

from batuta.schema.records import Delimited


class Cutter(Protocol):
    """Cuts one record after the other into fields."""

    fields: list[str]
    fault: str

    def feed(self, text: str) -> bool:
        """Take the next line of a record; tell whether the record ends with it."""

    def reset(self) -> None:
        """Begin a new record."""


class DelimitedFields:
    """Fields separated by a character. A field that begins with a quote ends at the next one that is not doubled."""

    def __init__(self, layout: Delimited) -> None:
        self._separator, self._quote = layout.separator, layout.quote
        # made once: to make a dialect takes longer than to cut a line
        self._dialect = csv.reader((), delimiter=self._separator, quotechar=self._quote or '"', strict=True).dialect
        self.reset()

    def reset(self) -> None:
        """Begin a new record."""
        self.fields: list[str] = []
        self.fault = ""
        self._open: list[str] | None = None

    def feed(self, text: str) -> bool:
        """Take the next line of a record; tell whether the record ends with it, for no quote is open."""
        if self._open is None and not (self._quote and self._quote in text):
            self.fields = text.split(self._separator)
            return True
        if self._open is None and self._well_formed(text):
            return True
        at = 0
        if self._open is not None:
            self._open.append("\n")
            at = self._quoted(text, 0)
        while 0 <= at <= len(text):
            if text.startswith(self._quote, at):
                self._open = []
                at = self._quoted(text, at + 1)
            else:
                at = self._plain(text, at)
        return at >= 0

    def _well_formed(self, text: str) -> bool:
        """Cut a line that is a whole record without a fault, as nearly all are, by the fast reader of the library."""
        try:
            self.fields = next(csv.reader((text,), self._dialect))
        except csv.Error:
            return False
        return True

    def _plain(self, text: str, at: int) -> int:
        end = text.find(self._separator, at)
        end = len(text) if end < 0 else end
        self.fields.append(text[at:end])
        return end + 1

    def _quoted(self, text: str, at: int) -> int:
        """Read on in a quoted field; return where the next one begins, -1 if this one does not end."""
        assert self._open is not None
        while (end := text.find(self._quote, at)) >= 0:
            self._open.append(text[at:end])
            if not text.startswith(self._quote, end + 1):
                self.fields.append("".join(self._open))
                self._open = None
                return self._after(text, end + 1)
            self._open.append(self._quote)
            at = end + 2
        self._open.append(text[at:])
        return -1

    def _after(self, text: str, at: int) -> int:
        """Return where the field after a closing quote begins; text between the two is a fault."""
        if at == len(text) or text.startswith(self._separator, at):
            return at + 1
        self.fault = self.fault or f"text follows the closing quote of field {len(self.fields)}"
        end = text.find(self._separator, at)
        return (len(text) if end < 0 else end) + 1


class FixedFields:
    """Fields of fixed width, counted in characters; the last may take the rest of the line."""

    def __init__(self, widths: Sequence[int | None]) -> None:
        ends = list(accumulate((width or 0 for width in widths), initial=0))
        self._spans = list(pairwise(ends))
        self._length = ends[-1]
        self._rest = bool(widths) and widths[-1] is None
        self.reset()

    def reset(self) -> None:
        """Begin a new record."""
        self.fields: list[str] = []
        self.fault = ""

    def feed(self, text: str) -> bool:
        """Cut a line, which is a record."""
        if len(text) < self._length or (len(text) > self._length and not self._rest):
            least = "at least " if self._rest else ""
            self.fault = f"expected {least}{self._length} characters, found {len(text)}"
            return True
        self.fields = [text[start:end] for start, end in self._spans]
        if self._rest:
            self.fields[-1] = text[self._spans[-1][0] :]
        return True
