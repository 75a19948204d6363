"""A text file in chunks of UTF-8, whatever its encoding, and where its records end."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from batuta.kit.errors import InputError, SystemFault, UsageError

CHUNK_BYTES = 8 << 20
"""How much of a file is read at once; a header has to fit in."""


def known_encoding(name: str) -> str:
    """Return the encoding's own name, or raise UsageError if there is none."""
    try:
        with suppress(UnicodeError):  # one byte is not text in every encoding; what counts is that there is one
            b"a".decode(name)
        return codecs.lookup(name).name
    except LookupError:
        raise UsageError(
            "--encoding", f"there is no encoding {name!r}", todo="Name one such as utf-8, latin-1, cp1252 or utf-16."
        ) from None


def chunks(path: Path, encoding: str) -> Iterator[tuple[bytes, int]]:
    """Yield the file in UTF-8, a few megabytes at a time, each with the position reached in the file.

    Raises InputError with byte and line where the file is not in its encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    position, line = 0, 1
    try:
        with path.open("rb") as file:
            if encoding == "utf-8":
                position = _skip_mark(file)
            while True:
                chunk = file.read(CHUNK_BYTES)
                start = position - len(decoder.getstate()[0])
                try:
                    text = decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    raise _not_in(encoding, path, error, (start, line)) from None
                if not chunk:
                    return
                position += len(chunk)
                line += text.count("\n")
                yield text.encode("utf-8"), position
    except OSError as error:
        raise SystemFault(str(path), f"the file cannot be read: {error.strerror}") from error


def _skip_mark(file: BinaryIO) -> int:
    """Skip the byte order mark that some programs put before UTF-8; return how long it is."""
    if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
        return len(codecs.BOM_UTF8)
    file.seek(0)
    return 0


def _not_in(encoding: str, path: Path, error: UnicodeDecodeError, start: tuple[int, int]) -> InputError:
    position, line = start
    line += error.object[: error.start].count(b"\n")
    return InputError(
        f"{path.name}, line {line}",
        f"byte {position + error.start} (0x{error.object[error.start]:02x}) is not {encoding}",
        expected=f"a file in {encoding}",
        todo="Name the encoding of the file with --encoding (often cp1252, latin-1 or utf-16). Nothing is loaded.",
    )


class RecordEnds:
    """Finds where the last whole record of a block ends: at a line end that is not inside quotes."""

    def __init__(self, separator: str) -> None:
        self._quoted = re.compile(
            rb'(?:\A|(?<=[\r\n%b]))"[^"]*(?:""[^"]*)*(?:"|\Z)' % re.escape(separator.encode("utf-8"))
        )

    def likely(self, block: bytes) -> int:
        """Return the end by counting quotes, 0 if there is none: wrong only if quotes stand inside of fields."""
        end = block.rfind(b"\n")
        if end >= 0 and block.count(b'"', 0, end) % 2:
            end = block.rfind(b"\n", 0, block.rfind(b'"', 0, end))
        return end + 1

    def exact(self, block: bytes) -> int:
        """Return the end by looking at each field, 0 if there is none."""
        quoted = [match.span() for match in self._quoted.finditer(block)]
        end = block.rfind(b"\n")
        while quoted and quoted[-1][0] > end:
            quoted.pop()
        while quoted and end < quoted[-1][1]:
            end = block.rfind(b"\n", 0, quoted.pop()[0])
        return end + 1

    def open_quote(self, block: bytes) -> int | None:
        """Return where a quoted field begins that does not end in the block, if there is one."""
        last = deque(self._quoted.finditer(block), maxlen=1)
        return next((match.start() for match in last if match.group().count(b'"') % 2), None)
