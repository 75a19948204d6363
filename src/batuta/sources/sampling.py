"""The beginning of a text file of unknown form: its encoding, its separator, its titles and some records."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from batuta.kit.errors import InputError
from batuta.schema.loading import OTHER_SEPARATORS
from batuta.schema.records import Delimited, Layout
from batuta.sources.files import check_file
from batuta.sources.folder.records import RecordsOfText

_BEGINNING = 1 << 16
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Sample:
    """How a file seems to be made, its titles and the records at its beginning that have no fault."""

    layout: Layout
    titles: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def sample(path: Path, encoding: str = "", separator: str = "", *, header: bool = True) -> Sample:
    """Return the beginning of a file; what is not said is guessed. Without a header columns are called by place."""
    check_file(path)
    with path.open("rb") as file:
        beginning = _unpacked(file.read(_BEGINNING), path.name)
        file.seek(0)
        chosen = encoding or _encoding(beginning)
        first = next(iter(beginning.decode(chosen, "replace").lstrip("\ufeff").splitlines()), "")
        form = Delimited(separator=separator or _separator(first), header=header)
        records = RecordsOfText(file, Layout(format=form, encoding=chosen, widths=(None,)), path.name)
        batch = next(records.batches(), ())
    titles = records.titles
    if titles is None:
        titles = tuple(f"column_{place}" for place, _ in enumerate(batch[0].fields, 1)) if batch else ()
    rows = [record.fields for record in batch if len(record.fields) == len(titles)]
    return Sample(Layout(format=form, encoding=chosen), titles, rows)


def _unpacked(beginning: bytes, name: str) -> bytes:
    if not beginning.startswith(b"\x1f\x8b"):
        return beginning
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(beginning, _BEGINNING)
    except (zlib.error, gzip.BadGzipFile):
        raise InputError(name, "the packed file is damaged", expected="a whole gzip file") from None


def _encoding(beginning: bytes) -> str:
    """Return the encoding by its mark; else utf-8 if it can be that, or what Windows writes in the West."""
    marked = next((encoding for mark, encoding in _MARKS.items() if beginning.startswith(mark)), "")
    if marked:
        return marked
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _separator(line: str) -> str:
    counts = {mark: line.count(mark) for mark in f",{OTHER_SEPARATORS}"}
    return max(counts, key=counts.__getitem__)
