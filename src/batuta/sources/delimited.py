"""CSV and TSV files: records of text fields, each with the line it begins on.

An unquoted empty field is empty (NULL), a quoted one is the empty text. Lines without any value are
skipped. A record with a wrong number of fields is malformed; a quoted field that never ends spoils the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from batuta.kit.errors import InputError, UsageError
from batuta.schema.loading import LINE, Batch, Reject
from batuta.sources.text import RecordEnds, chunks, known_encoding

LONGEST_RECORD = 32 << 20


@dataclass(frozen=True, slots=True)
class _Malformed:
    """A record with a wrong number of fields: its place among the records of a block, from 0."""

    place: int
    fields: int
    text: str


@dataclass(frozen=True, slots=True)
class _Parsed:
    table: pa.Table
    malformed: tuple[_Malformed, ...]

    @property
    def may_run_on(self) -> bool:
        """Whether the last record may have taken in the line end that should have ended it: a quote is open."""
        last = self.malformed[-1] if self.malformed else None
        if last is not None and last.place == self.table.num_rows + len(self.malformed) - 1:
            return '"' in last.text
        if not self.table.num_rows:
            return False
        return (self.table.column(self.table.num_columns - 1)[-1].as_py() or "").endswith("\n")


class DelimitedFile:
    """A file of records in lines, fields separated by one character and quoted with `"` where needed."""

    def __init__(self, path: Path, encoding: str = "utf-8", separator: str = ",") -> None:
        if len(separator) != 1 or not separator.isascii() or separator in '"\r\n':
            raise UsageError(
                "--separator",
                f"{separator!r} cannot separate fields",
                expected="one ASCII character, such as ';'",
                todo="Name that character; for tabs, leave the option out and say --format tsv.",
            )
        self._path = path
        self._encoding = known_encoding(encoding)
        self._separator = separator
        self._ends = RecordEnds(separator)
        self._columns, self._first_line = self._header()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the first line."""
        return self._columns

    @property
    def size(self) -> int:
        """The bytes of the file."""
        return self._path.stat().st_size

    def batches(self) -> Iterator[Batch]:
        """Yield the records that follow the header, some tens of thousands at a time."""
        left, line = b"", self._first_line
        for chunk, position, final in self._contents():
            left += chunk
            if final and left and not left.endswith(b"\n"):
                left += b"\n"
            parsed, end = self._whole_records(left, line, final)
            if parsed is not None:
                yield self._batch(parsed, left[:end], line, position)
            line += left.count(b"\n", 0, end)
            left = left[end:]

    def _header(self) -> tuple[tuple[str, ...], int]:
        """Return the column names and the line after them."""
        for chunk, _ in chunks(self._path, self._encoding):
            lines = io.StringIO(chunk.decode("utf-8"), newline="")
            reader = csv.reader(lines, delimiter=self._separator)
            try:
                fields = next((fields for fields in reader if any(fields)), None)
            except csv.Error:
                raise self._unclosed(1) from None
            if fields is not None:
                self._check_line_ends(lines, reader.line_num)
                return tuple(field.strip() for field in fields), reader.line_num + 1
        raise InputError(
            self._path.name, "the file is empty", expected="a line of column names, then one line for each record"
        )

    def _check_line_ends(self, lines: io.StringIO, count: int) -> None:
        """Refuse lines that end as on old Macintoshes: what follows the header would be taken for a part of it."""
        lines.seek(0)
        if any(line.endswith("\r") for line in islice(lines, count)):
            raise InputError(
                f"{self._path.name}, line 1",
                "a lone carriage return ends the line",
                expected="lines that end in LF or CR LF",
                todo="Save the file anew with such line ends. Nothing has been loaded.",
            )

    def _contents(self) -> Iterator[tuple[bytes, int, bool]]:
        """Yield what follows the header, the position reached, and whether it is the end."""
        start = self._first_line - 1
        former, reached = b"", 0
        for chunk, position in chunks(self._path, self._encoding):
            yield former, reached, False
            former, reached = chunk, position
            if start:
                former, start = chunk.split(b"\n", start)[-1] if chunk.count(b"\n") >= start else b"", 0
        yield former, reached, True

    def _whole_records(self, content: bytes, line: int, final: bool) -> tuple[_Parsed | None, int]:
        """Parse as much of the content as is whole records; return them and where they end."""
        end = len(content) if final else self._ends.likely(content)
        parsed = self._parsed(content[:end])
        if end and (parsed is None or not parsed.may_run_on):
            return parsed, end
        end = self._ends.exact(content)
        if (final and end < len(content)) or len(content) - end > LONGEST_RECORD:
            begins = self._ends.open_quote(content)
            raise self._unclosed(line + content.count(b"\n", 0, end if begins is None else begins))
        return self._parsed(content[:end]), end

    def _parsed(self, content: bytes) -> _Parsed | None:
        if not content:
            return None
        malformed: list[_Malformed] = []

        def set_aside(row: arrow_csv.InvalidRow) -> str:
            malformed.append(_Malformed(row.number - 1, row.actual_columns, row.text))
            return "skip"

        names = [str(place) for place, _ in enumerate(self._columns)]
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=len(content) + 1, use_threads=False),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        return _Parsed(table.rename_columns(self._columns), tuple(malformed))

    def _batch(self, parsed: _Parsed, content: bytes, line: int, position: int) -> Batch:
        lines, bad_lines = _lines(parsed, content, line)
        table = parsed.table.append_column(LINE, pa.array(lines, pa.int64()))
        if all(column.null_count for column in parsed.table.columns):
            table = table.filter(reduce(pc.or_, [pc.is_valid(column) for column in parsed.table.columns]))
        rejects = tuple(
            self._reject(bad, number)
            for bad, number in zip(parsed.malformed, bad_lines, strict=True)
            if bad.text.strip("\r\n")
        )
        return Batch(table, line, table.num_rows, position, rejects)

    def _reject(self, bad: _Malformed, line: int) -> Reject:
        fields = next(csv.reader([bad.text], delimiter=self._separator), [])
        return Reject(line, f"expected {len(self._columns)} fields, found {bad.fields}", tuple(fields))

    def _unclosed(self, line: int) -> InputError:
        return InputError(
            f"{self._path.name}, line {line}",
            "a quoted field begins here and does not end",
            expected="a quote at the end of the field, and quotes inside of it doubled",
            todo="Correct the line. Nothing has been loaded.",
        )


def _lines(parsed: _Parsed, content: bytes, first: int) -> tuple[Sequence[int], list[int]]:
    """Return the lines that the good and the malformed records begin on."""
    count = parsed.table.num_rows + len(parsed.malformed)
    if content.count(b"\n") == count and not parsed.malformed:
        return range(first, first + count), []
    inner = [0] * parsed.table.num_rows
    for column in parsed.table.columns:
        if pc.any(pc.match_substring(column, "\n")).as_py():
            breaks = pc.fill_null(pc.count_substring(column, "\n"), 0).to_pylist()
            inner = [known + more for known, more in zip(inner, breaks, strict=True)]
    return _walk(inner, parsed.malformed, first)


def _walk(inner: Sequence[int], malformed: Sequence[_Malformed], line: int) -> tuple[list[int], list[int]]:
    """Count lines through good records, given their inner line ends, and malformed ones in their places."""
    good: list[int] = []
    bad: list[int] = []
    rest = iter(malformed)
    odd = next(rest, None)
    for place in range(len(inner) + len(malformed)):
        if odd is not None and odd.place == place:
            bad.append(line)
            line += odd.text.count("\n") + 1
            odd = next(rest, None)
        else:
            good.append(line)
            line += inner[len(good) - 1] + 1
    return good, bad
