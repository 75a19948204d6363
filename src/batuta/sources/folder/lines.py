"""The lines of a text file in any encoding, packed or not, each with what is wrong with it."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from batuta.kit.errors import InputError, SystemFault

LONGEST_LINE = 1 << 20
"""How many characters a line, or a record of several lines, may have."""

_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive or a workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
}
_MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_MARK = "\ufeff"


class Line(NamedTuple):
    """A line without its end, numbered from 1; `cut` says that it was too long, so that only its beginning is here."""

    number: int
    text: str
    fault: str = ""
    cut: bool = False


class Lines:
    """Reads a file line by line. Lines end in LF, CR LF or CR, also mixed."""

    def __init__(self, file: BinaryIO, encoding: str, name: str, longest: int = LONGEST_LINE) -> None:
        self._name = name
        self._codec = codecs.lookup(encoding).name
        self._longest = longest
        self.number = 0
        self._check(file.read(8))
        file.seek(0)
        if self._packed:
            file = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]  # it reads like one
            self._check_mark(self._peeked(file))
        codec = "utf-8-sig" if self._codec == "utf-8" else self._codec
        self._text = io.TextIOWrapper(file, codec, errors="surrogateescape", newline=None)

    def __iter__(self) -> Iterator[Line]:
        while text := self._next():
            self.number += 1
            if len(text) > self._longest and not text.endswith("\n"):
                self._skip_rest()
                yield Line(self.number, text[:100], f"the line is longer than {self._longest:,} characters", cut=True)
                continue
            text = text.removesuffix("\n")
            if self.number == 1:
                text = text.removeprefix(_MARK)
            yield Line(self.number, text, "" if _is_plain(text) else self._fault(text))

    def error(self, found: str, line: int, *, todo: str = "", expected: str = "") -> InputError:
        """Return the error that a line spoils the file."""
        said = f"{todo} Nothing has been loaded." if todo else "Nothing has been loaded."
        return InputError(f"{self._name}, line {line}", found, expected=expected, todo=said)

    def _next(self) -> str:
        try:
            return self._text.readline(self._longest + 1)
        except UnicodeError as error:
            raise self.error(
                f"the line is not {self._codec} ({getattr(error, 'reason', 'it is cut off')})",
                self.number + 1,
                todo="Name the encoding of the file.",
            ) from None
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise self.error(
                "the packed file is damaged or cut off after the line before",
                self.number + 1,
                expected="a whole gzip file",
                todo="Fetch or pack it again.",
            ) from None
        except OSError as error:
            raise SystemFault(self._name, f"the file cannot be read: {error.strerror}") from error

    def _skip_rest(self) -> None:
        while (more := self._next()) and not more.endswith("\n"):
            pass

    def _check(self, head: bytes) -> None:
        self._packed = head.startswith(_GZIP)
        for beginning, what in _OTHERS.items():
            if head.startswith(beginning):
                raise self.error(f"this is no text file but {what}", 1, expected="a text file, or one packed by gzip")
        if self._name.endswith(".gz") and head and not self._packed:
            raise self.error("the name ends in .gz, but the file is not packed by gzip", 1, todo="Correct the name.")
        if not self._packed:
            self._check_mark(head)

    def _check_mark(self, head: bytes) -> None:
        found = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), "")
        if found and not self._codec.startswith(found):
            raise self.error(f"the file is {found}, not {self._codec}", 1, todo=f"Name the encoding {found}.")

    def _peeked(self, file: BinaryIO) -> bytes:
        try:
            head = file.read(8)
            file.seek(0)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise self.error("the packed file is damaged or cut off", 1, expected="a whole gzip file") from None
        return head

    def _fault(self, text: str) -> str:
        if "\x00" in text:
            return "the line holds a NUL character"
        if _MARK in text:
            return "the line holds a byte order mark: files may have been joined"
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            return f"byte 0x{ord(text[error.start]) & 0xFF:02x} is not {self._codec}"
        return ""


def _is_plain(text: str) -> bool:
    return text.isascii() and "\x00" not in text
