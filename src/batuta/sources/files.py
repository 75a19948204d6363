"""Files to load from: found, told apart, opened."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from batuta.kit.errors import InputError, NotFound
from batuta.schema.loading import Records
from batuta.sources.delimited import DelimitedFile
from batuta.sources.parquet import ParquetFile


class Format(StrEnum):
    """The formats that can be loaded."""

    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


_ENDINGS = {".tsv": Format.TSV, ".tab": Format.TSV, ".parquet": Format.PARQUET, ".pq": Format.PARQUET}


def open_records(
    path: Path, file_format: Format | None = None, encoding: str = "utf-8", separator: str | None = None
) -> Records:
    """Open a file of records; without a format its ending tells it, and any other ending means CSV."""
    check_file(path)
    chosen = file_format or _ENDINGS.get(path.suffix.lower(), Format.CSV)
    if chosen is Format.PARQUET:
        return ParquetFile(path)
    usual = "\t" if chosen is Format.TSV else ","
    return DelimitedFile(path, encoding, usual if separator is None else separator)


def read_text(path: Path) -> str:
    """Return the text of a small UTF-8 file."""
    check_file(path)
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path.name}, line {line}",
            f"byte {error.start} (0x{content[error.start]:02x}) is not utf-8",
            expected="a text file in utf-8",
            todo="Save the file in utf-8. Nothing has been imported.",
        ) from None


def check_file(path: Path) -> None:
    """Raise NotFound if there is no such file."""
    if not path.exists():
        raise NotFound(str(path), "there is no such file", todo="Check the path.")
    if path.is_dir():
        raise NotFound(str(path), "this is a folder, not a file", todo="Name one file in it.")
