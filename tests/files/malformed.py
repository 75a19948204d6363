"""Files with something wrong: what is loaded of each, what is rejected and why, or why nothing is loaded.

Lines, reasons and errors are written by hand. A file has the columns id (a whole number, required), name and born (a
date) with a header, unless it says otherwise.
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

LONG = 1_100_000
HEAD = b"id,name,born\n"
ANN = b"1,ann,2000-01-01\n"
DAN = b"4,dan,\n"
COLUMNS = [{"name": "id", "type": "integer", "empty": "reject"}, {"name": "name"}, {"name": "born", "type": "date"}]
DAY = "born: expected a date such as 2026-11-23, found "
WHOLE = "id: expected an integer, found "


@dataclass(frozen=True)
class Case:
    """A file, how it is read, and what comes of it: the ids of its good records and the rejects, or an error."""

    content: bytes
    good: tuple[Any, ...] = ()
    rejects: tuple[tuple[int, str], ...] = ()
    error: tuple[str, ...] = ()
    name: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def lines(bad: bytes, reason: str, **parameters: Any) -> Case:
    """A file whose line 3 is rejected, with good ones around it."""
    return Case(HEAD + ANN + bad + DAN, (1, 4), ((3, reason),), parameters=parameters)


def value(kind: str, text: str, expected: str, **more: Any) -> Case:
    """A value that cannot be read, in a file with semicolons and one column more."""
    column = {"name": "x", "type": kind, **more}
    content = f"id;x\n1;\n2;{text}\n".encode()
    reason = f"x: expected {expected}, found '{text}'"
    parameters = {"columns": [COLUMNS[0], column], "format": {"kind": "delimited", "separator": ";"}}
    return Case(content, (1,), ((3, reason),), parameters=parameters)


def spoiled(content: bytes, *error: str, name: str = "", **parameters: Any) -> Case:
    """A file of which nothing is loaded."""
    return Case(content, error=error, name=name, parameters=parameters)


def fixed(content: bytes, *rejects: tuple[int, str], good: tuple[int, ...] = (1,), last: int | None = 10) -> Case:
    """A file of fixed width: 3 characters for the id, 5 for the name, 10 for the date."""
    widths = [{**column, "width": width} for column, width in zip(COLUMNS, (3, 5, last), strict=True)]
    return Case(content, good, rejects, parameters={"columns": widths, "format": {"kind": "fixed-width"}})


def zipped() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", HEAD + ANN)
    return packed.getvalue()


PACKED = gzip.compress(HEAD + ANN + b"".join(b"%d,x,\n" % number for number in range(2, 3000)), mtime=0)
SEMICOLONS = {"kind": "delimited", "separator": ";"}
MOMENT = "a date and time such as 2026-11-23 18:30:00"

CASES: Mapping[str, Case] = {
    # fields
    "too-few-fields": lines(b"2,bob\n", "expected 3 fields, found 2"),
    "too-many-fields": lines(b"2,bob,2000-01-01,x\n", "expected 3 fields, found 4"),
    "separator-at-the-end": lines(b"2,bob,2000-01-01,\n", "expected 3 fields, found 4"),
    "another-separator-in-one-line": lines(b"2;bob;2000-01-01\n", "expected 3 fields, found 1"),
    "unquoted-separator": lines(b"2,bob, the builder,2000-01-01\n", "expected 3 fields, found 4"),
    "wrong-separator": spoiled(
        b"id;name;born\n1;ann;2000-01-01\n",
        "wrong-separator.csv, line 1: the header has no column 'id' nor 'name' nor 'born'; its columns: id;name;born",
        "Perhaps the separator is ';'",
    ),
    "tabs": spoiled(b"id\tname\tborn\n1\tann\t\n", "tabs.csv, line 1", "Perhaps the separator is '\\t'"),
    # quotes
    "text-after-a-quote": lines(b'2,"bob"x,2000-01-01\n', "text follows the closing quote of field 2"),
    "quotes-not-doubled": lines(b'2,"say "hi" now",2000-01-01\n', "text follows the closing quote of field 2"),
    "open-quote": spoiled(
        HEAD + ANN + b'2,"bob,2000-01-01\n3,cid,\n',
        "open-quote.csv, line 3: a quoted field of the record that begins here does not end",
        "Nothing has been loaded.",
    ),
    "open-quote-within-a-line": Case(
        HEAD + ANN + b'2,"bob,2000-01-01\n3,cid,\n',
        (1, 3),
        ((3, "a quoted field does not end on its line"),),
        parameters={"format": {"kind": "delimited", "multi_line": False}},
    ),
    "open-quote-in-the-header": spoiled(b'id,"name,born\n1,ann,\n', "open-quote-in-the-header.csv, line 1"),
    "open-quote-of-another-kind": spoiled(
        HEAD + ANN + b"2,'bob,\n",
        "open-quote-of-another-kind.csv, line 3: a quoted field of the record",
        format={"kind": "delimited", "quote": "'"},
    ),
    "short-record-over-two-lines": Case(
        HEAD + b'2,"a\nb"\n3,cid,x\n' + DAN, (4,), ((2, "expected 3 fields, found 2"), (4, f"{DAY}'x'"))
    ),
    "record-longer-than-the-limit": spoiled(
        HEAD + b'1,"' + b"x\n" * (LONG // 2) + b'",\n',
        "record-longer-than-the-limit.csv, line 2: a quoted field of the record that begins here does not end",
    ),
    # values
    "no-such-day": lines(b"2,bob,2001-02-29\n", f"{DAY}'2001-02-29'"),
    "day-written-otherwise": lines(b"2,bob,01/02/2000\n", f"{DAY}'01/02/2000'"),
    "day-not-in-the-format": Case(
        HEAD + b"1,ann,31/12/2000\n2,bob,12/31/2000\n" + DAN,
        (1, 4),
        ((3, "born: expected a date such as 23/11/2026, found '12/31/2000'"),),
        parameters={"columns": [*COLUMNS[:2], {**COLUMNS[2], "date_format": "%d/%m/%Y"}]},
    ),
    "year-zero": lines(b"2,bob,0000-01-01\n", f"{DAY}'0000-01-01'"),
    "day-with-a-time": lines(b"2,bob,2000-01-01 10:00\n", f"{DAY}'2000-01-01 10:00'"),
    "no-integer": lines(b"x,bob,\n", f"{WHOLE}'x'"),
    "broken-integer": lines(b"1.5,bob,\n", f"{WHOLE}'1.5'"),
    "integer-too-large": lines(b"9223372036854775808,bob,\n", f"{WHOLE}'9223372036854775808'"),
    "integer-in-groups": lines(b'"1,234",bob,\n', f"{WHOLE}'1,234'"),
    "integer-in-hexadecimal": lines(b"0x1F,bob,\n", f"{WHOLE}'0x1F'"),
    "integer-with-underscore": lines(b"1_000,bob,\n", f"{WHOLE}'1_000'"),
    "integer-in-other-digits": lines("١٢,bob,\n".encode(), f"{WHOLE}'١٢'"),
    "groups-of-two": value("integer", "12,34", "an integer", thousands_mark=","),
    "too-many-decimals": value(
        "decimal", "1.234", "a number of at most 14 digits before and 2 after the decimal mark", decimals=2
    ),
    "too-many-digits": value(
        "decimal", "123456789012345", "a number of at most 14 digits before and 2 after the decimal mark", decimals=2
    ),
    "decimal-with-a-comma": value(
        "decimal", "1,5", "a number of at most 14 digits before and 4 after the decimal mark"
    ),
    "decimal-with-a-point": value(
        "decimal", "1.5", "a number of at most 14 digits before and 4 after the decimal mark", decimal_mark=","
    ),
    "not-a-number": value("double", "NaN", "a number"),
    "infinite": value("double", "1e999", "a number"),
    "neither-true-nor-false": value("boolean", "2", "true or false"),
    "no-such-time": value("time", "25:00", "a time such as 18:30:00"),
    "zone-where-none-is": value("datetime", "2026-01-01T10:00+01:00", MOMENT),
    "no-such-zone": value("instant", "2026-01-01T10:00+25:00", f"{MOMENT}+01:00"),
    "nothing-where-something-is-required": lines(b" ,bob,2000-01-01\n", "id: a value is required"),
    "text-that-means-nothing": lines(
        b"NULL,bob,\n", "id: a value is required", columns=[{**COLUMNS[0], "empty_texts": ["NULL"]}, *COLUMNS[1:]]
    ),
    "not-in-the-table": lines(
        b"2,bob,\n",
        "name: 'bob' is not in the remapping table",
        columns=[COLUMNS[0], {"name": "name", "remap": {"ann": "A", "dan": "D"}, "unmapped": "error"}, COLUMNS[2]],
    ),
    "several-reasons": lines(b"x,bob,never\n", f"{WHOLE}'x'; {DAY}'never'"),
    "long-value": lines(b"%s,bob,\n" % (b"9" * 70), f"{WHOLE}'{'9' * 60}...'"),
    # encodings
    "latin-1-in-one-line": lines(b"2,caf\xe9,\n", "byte 0xe9 is not utf-8"),
    "cut-character": lines(b"2,caf\xc3,\n", "byte 0xc3 is not utf-8"),
    "no-character-of-cp1252": lines(b"2,\x81,\n", "byte 0x81 is not cp1252", encoding="cp1252"),
    "not-ascii": lines("2,é,\n".encode(), "byte 0xc3 is not ascii", encoding="ascii"),
    "utf-16-taken-for-utf-8": spoiled(
        (HEAD + ANN).decode().encode("utf-16"), "utf-16-taken-for-utf-8.csv, line 1: the file is utf-16, not utf-8"
    ),
    "utf-16-without-mark": spoiled(
        (HEAD + ANN).decode().encode("utf-16-le"),
        "utf-16-without-mark.csv, line 1: the header cannot be read: the line holds a NUL character",
    ),
    "utf-16-cut-off": spoiled(
        (HEAD + ANN).decode().encode("utf-16") + b"2",
        "utf-16-cut-off.csv, line 3: the line is not utf-16",
        encoding="utf-16",
    ),
    "utf-16-with-half-a-character": spoiled(
        (HEAD + ANN).decode().encode("utf-16") + b"\x00\xd8x\x00\n\x00",
        "utf-16-with-half-a-character.csv, line",
        "the line is not utf-16",
        encoding="utf-16",
    ),
    "latin-1-in-the-header": spoiled(
        b"id,name,n\xe9\n1,ann,\n",
        "latin-1-in-the-header.csv, line 1: the header cannot be read: byte 0xe9 is not utf-8",
    ),
    "mark-in-the-middle": lines(
        b"\xef\xbb\xbf2,bob,\n", "the line holds a byte order mark: files may have been joined"
    ),
    "nul": lines(b"2,b\x00b,\n", "the line holds a NUL character"),
    # lines
    "line-longer-than-the-limit": lines(b"2," + b"x" * LONG + b",\n", "the line is longer than 1,048,576 characters"),
    "header-longer-than-the-limit": spoiled(
        b"x" * LONG + b"\n1,ann,\n", "header-longer-than-the-limit.csv, line 1: the header cannot be read"
    ),
    "mixed-line-ends": Case(
        b"id,name,born\r\n1,ann,\r2,bob,x\n\n3,cid,\r\n4,dan,y", (1, 3), ((3, f"{DAY}'x'"), (6, f"{DAY}'y'"))
    ),
    # headers
    "empty": spoiled(b"", "empty.csv, line 1: the file is empty"),
    "blank": spoiled(b"\n \n\n", "blank.csv, line 3: the file is empty"),
    "shorter-than-what-is-skipped": spoiled(
        HEAD + ANN, "shorter-than-what-is-skipped.csv, line 2: the file is empty", skip_lines=10
    ),
    "header-only": Case(HEAD),
    "title-twice": spoiled(
        b"id,ID,born\n1,ann,\n", "title-twice.csv, line 1: the header has a column more than once: id"
    ),
    "titles-missing": spoiled(
        b"id,name,,\n1,ann,,\n",
        "titles-missing.csv, line 1: the header has a column more than once: one without a title",
    ),
    "column-missing": spoiled(
        b"id,name\n1,ann\n", "column-missing.csv, line 1: the header has no column 'born'; its columns: id, name"
    ),
    "no-header": spoiled(ANN + DAN, "no-header.csv, line 1: the header has no column 'id' nor 'name' nor 'born'"),
    # packed files
    "gzip-cut-off": spoiled(
        PACKED[:-2000], "gzip-cut-off.csv.gz, line", "damaged or cut off", name="gzip-cut-off.csv.gz"
    ),
    "gzip-cut-off-at-once": spoiled(
        PACKED[:12],
        "gzip-cut-off-at-once.csv.gz, line 1: the packed file is damaged or cut off",
        name="gzip-cut-off-at-once.csv.gz",
    ),
    "gzip-with-a-wrong-sum": spoiled(
        PACKED[:-8] + bytes(8),
        "gzip-with-a-wrong-sum.gz, line 3001: the packed file is damaged",
        name="gzip-with-a-wrong-sum.gz",
    ),
    "no-gzip": spoiled(HEAD + ANN, "no-gzip.csv.gz, line 1: the name ends in .gz", name="no-gzip.csv.gz"),
    "zip": spoiled(zipped(), "zip.csv, line 1: this is no text file but a ZIP archive or a workbook"),
    "parquet": spoiled(b"PAR1\x15\x04", "parquet.csv, line 1: this is no text file but a Parquet file"),
    # fixed width
    "too-short": fixed(b"001ann  2000-01-01\n002bob\n", (2, "expected 18 characters, found 6")),
    "too-long": fixed(b"001ann  2000-01-01\n002bob  2000-01-01x\n", (2, "expected 18 characters, found 19")),
    "no-day-in-its-width": fixed(b"001\xc3\xa9va  2000-01-01\n002bob  2000-13-01\n", (2, f"{DAY}'2000-13-01'")),
    "too-short-for-the-rest": fixed(b"001ann  \n002bob\n", (2, "expected at least 8 characters, found 6"), last=None),
    # too many
    "nothing-good": spoiled(
        HEAD + b"x,ann,\ny,bob,\n",
        f"2 records cannot be loaded, all there are: line 2, {WHOLE}'x'; line 3, {WHOLE}'y'",
        allowed_errors=None,
    ),
    "more-than-allowed": spoiled(
        HEAD + ANN + b"x,ann,\ny,bob,\n", "2 records cannot be loaded, more than the 1 allowed", allowed_errors=1
    ),
}
