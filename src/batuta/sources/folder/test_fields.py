from __future__ import annotations

import csv
import io
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from batuta.schema.records import Delimited, Layout
from batuta.sources.folder.fields import DelimitedFields, FixedFields
from batuta.sources.folder.records import RecordsOfText

TEXT = st.text(alphabet='ab",;\n é', max_size=6)
ROWS = st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(rows=ROWS, separator=st.sampled_from(",;"), quoting=st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)))
def test_what_the_library_writes_is_read_as_it_was(
    rows: list[list[str]], separator: str, quoting: Literal[0, 1]
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, quoting=quoting, lineterminator="\n").writerows([["x"] * 3, *rows])
    layout = Layout(format=Delimited(separator=separator))
    records = RecordsOfText(io.BytesIO(written.getvalue().encode()), layout, "in.csv")
    found = [record for batch in records.batches() for record in batch]
    kept = [row for row in rows if any(map(str.strip, row))]
    assert [record.fault for record in found] == [""] * len(kept)
    assert [list(record.fields) for record in found] == kept


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab", ', max_size=12))
def test_the_slow_way_and_the_fast_way_cut_alike(text: str) -> None:
    """Where the library finds nothing wrong, the reader that can tell what is wrong finds the same fields."""
    fast, slow = DelimitedFields(Delimited()), SlowFields(Delimited())
    whole = fast.feed(text)
    assert slow.feed(text) == whole
    assert (fast.fields, fast.fault) == (slow.fields, slow.fault)


class SlowFields(DelimitedFields):
    def _well_formed(self, text: str) -> bool:
        return text is None


def test_lines_are_numbered_over_line_ends_in_quotes() -> None:
    content = b'a,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n'
    records = RecordsOfText(io.BytesIO(content), Layout(), "in.csv")
    found = [(record.line, list(record.fields)) for batch in records.batches() for record in batch]
    assert found == [(2, ["1", "x\ny"]), (5, ["2", "z"])]


def test_fixed_fields_are_counted_in_characters() -> None:
    cutter = FixedFields((2, 3, None))
    assert cutter.feed("éà12 the rest")
    assert cutter.fields == ["éà", "12 ", "the rest"]
    cutter.reset()
    assert cutter.feed("éà1")
    assert (cutter.fields, cutter.fault) == ([], "expected at least 5 characters, found 3")
