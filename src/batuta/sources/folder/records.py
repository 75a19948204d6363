"""A text file as records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from batuta.runs.filing import Record
from batuta.schema.records import Delimited, Layout
from batuta.sources.folder.fields import Cutter, DelimitedFields, FixedFields
from batuta.sources.folder.lines import LONGEST_LINE, Line, Lines

AT_ONCE = 10_000


class RecordsOfText:
    """Reads the records of a text file one after the other, in constant memory."""

    def __init__(self, file: BinaryIO, layout: Layout, name: str, longest: int = LONGEST_LINE) -> None:
        self._lines = Lines(file, layout.encoding, name, longest)
        self._rest = iter(self._lines)
        self._longest = longest
        self._format = layout.format
        self._cutter: Cutter = _cutter(layout)
        self._width = len(layout.widths)
        for _ in range(layout.skip):
            next(self._rest, None)
        self.titles: tuple[str, ...] | None = None
        self.header_line = 0
        if layout.has_header:
            self._read_header()

    def batches(self) -> Iterator[Sequence[Record]]:
        """Yield the records that follow, some thousands at a time; records without any text are left out."""
        batch: list[Record] = []
        for line in self._rest:
            if line.text.strip() or line.fault:
                record = self._record(line)
                if record.fault or any(map(str.strip, record.fields)):
                    batch.append(record)
            if len(batch) >= AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch

    def _read_header(self) -> None:
        line = next((line for line in self._rest if line.text.strip() or line.fault), None)
        if line is None:
            raise self._lines.error(
                "the file is empty",
                max(self._lines.number, 1),
                expected="a line of column titles, then one line for each record",
            )
        header = self._cut(line)
        if header.fault:
            todo = "Name the encoding of the file, or correct the header."
            raise self._lines.error(f"the header cannot be read: {header.fault}", line.number, todo=todo)
        self.titles = tuple(title.strip() for title in header.fields)
        self.header_line, self._width = line.number, len(self.titles)

    def _record(self, line: Line) -> Record:
        record = self._cut(line)
        if record.fault or len(record.fields) == self._width:
            return record
        return record._replace(fault=f"expected {self._width} fields, found {len(record.fields)}")

    def _cut(self, line: Line) -> Record:
        """Return the record that begins on a line; in a quoted field it goes on over line ends."""
        cutter = self._cutter
        cutter.reset()
        if line.cut:
            return Record(line.number, (), line.text, line.fault)
        if cutter.feed(line.text):
            return Record(line.number, cutter.fields, line.text, line.fault or cutter.fault)
        if not (isinstance(self._format, Delimited) and self._format.multi_line):
            return Record(line.number, (), line.text, line.fault or "a quoted field does not end on its line")
        return self._go_on(line)

    def _go_on(self, line: Line) -> Record:
        texts, fault = [line.text], line.fault
        length = len(line.text)
        for more in self._rest:
            texts.append(more.text)
            length += len(more.text) + 1
            fault = fault or more.fault
            if length > self._longest or more.cut:
                raise self._unclosed(line)
            if self._cutter.feed(more.text):
                return Record(line.number, self._cutter.fields, "\n".join(texts), fault or self._cutter.fault)
        raise self._unclosed(line)

    def _unclosed(self, line: Line) -> Exception:
        return self._lines.error(
            "a quoted field of the record that begins here does not end",
            line.number,
            expected="a quote at the end of the field, and quotes inside of it doubled",
            todo="Correct the line, or say that no record goes over several lines.",
        )


def _cutter(layout: Layout) -> Cutter:
    if isinstance(layout.format, Delimited):
        return DelimitedFields(layout.format)
    return FixedFields(layout.widths)
