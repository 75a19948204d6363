from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from batuta.kit.errors import InputError, UsageError
from batuta.schema.loading import Batch, Reject
from batuta.sources import text
from batuta.sources.delimited import DelimitedFile


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(batches: list[Batch]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for batch in batches for row in cast("pa.Table", batch.table).to_pylist()]


def read(path: Path, **options: str) -> list[Batch]:
    return list(DelimitedFile(path, **options).batches())


@pytest.fixture(params=[11, 20, text.CHUNK_BYTES])
def chunk_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let chunks of the file end anywhere: inside of records, of quotes, of characters."""
    monkeypatch.setattr(text, "CHUNK_BYTES", request.param)
    return int(request.param)


def test_lines_are_those_of_the_file_also_after_quoted_line_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b'\xef\xbb\xbfa,b\r\n1,"x\r\ny"\r\n2,p,q\r\n\r\n3,\r\n"4\n\nz",""\r\n5,"u""v"\r\n6\r\n7,5" w\r\n8,"end"'
    path = written(tmp_path, content)
    for size in (20, 33, 47, text.CHUNK_BYTES):
        monkeypatch.setattr(text, "CHUNK_BYTES", size)
        batches = read(path)
        assert rows(batches) == [
            ("1", "x\r\ny", 2),
            ("3", None, 6),
            ("4\n\nz", "", 7),
            ("5", 'u"v', 10),
            ("7", '5" w', 12),
            ("8", "end", 13),
        ]
        assert [reject for batch in batches for reject in batch.malformed] == [
            Reject(4, "expected 2 fields, found 3", ("2", "p", "q")),
            Reject(11, "expected 2 fields, found 1", ("6",)),
        ]


def test_quotes_within_fields_do_not_move_the_ends_of_records(tmp_path: Path, chunk_bytes: int) -> None:
    path = written(tmp_path, 'a,b\n1,5" pipe\n2,"6"" pipe\nlong"\n3,7" pipe\n4,plain\n5,"quoted, yes"\n')
    assert rows(read(path)) == [
        ("1", '5" pipe', 2),
        ("2", '6" pipe\nlong', 3),
        ("3", '7" pipe', 5),
        ("4", "plain", 6),
        ("5", "quoted, yes", 7),
    ]


def test_characters_may_be_cut_by_chunks(tmp_path: Path, chunk_bytes: int) -> None:
    path = written(tmp_path, "name,city\nÉloïse,Zürich\n李,東京\n")
    assert rows(read(path)) == [("Éloïse", "Zürich", 2), ("李", "東京", 3)]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "latin-1"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "name,city\nÉloïse,Zürich\n".encode(encoding))
    assert rows(read(path, encoding=encoding)) == [("Éloïse", "Zürich", 2)]


def test_an_unquoted_empty_field_is_empty_a_quoted_one_is_text(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,\n2,""\n')
    assert rows(read(path)) == [("1", None, 2), ("2", "", 3)]


def test_other_separators(tmp_path: Path) -> None:
    path = written(tmp_path, 'a;b\n"1;x";"2\n3"\n')
    assert rows(read(path, separator=";")) == [("1;x", "2\n3", 2)]
    with pytest.raises(UsageError, match="one ASCII character"):
        DelimitedFile(path, separator="||")


def test_lines_without_values_are_skipped(tmp_path: Path) -> None:
    assert rows(read(written(tmp_path, "a,b\n\n1,x\n\n,\n2,y\n\n"))) == [("1", "x", 3), ("2", "y", 6)]
    assert rows(read(written(tmp_path, "a\n1\n\n2\n"))) == [("1", 2), ("2", 4)]


def test_a_header_alone_has_no_records(tmp_path: Path) -> None:
    for content in ("a,b", "a,b\n", "\n\na,b\n\n"):
        path = written(tmp_path, content)
        assert DelimitedFile(path).columns == ("a", "b")
        assert rows(read(path)) == []


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        DelimitedFile(written(tmp_path, ""))
    assert error.value.message() == (
        "people.csv: the file is empty\n  expected: a line of column names, then one line for each record"
    )


def test_a_wrong_encoding_is_told_with_its_byte_and_line(tmp_path: Path, chunk_bytes: int) -> None:
    path = written(tmp_path, "name\nAnna\nJürgen\n".encode("latin-1"))
    with pytest.raises(InputError) as error:
        read(path)
    assert error.value.message() == (
        "people.csv, line 3: byte 11 (0xfc) is not utf-8\n"
        "  expected: a file in utf-8\n"
        "  to do: Name the encoding of the file with --encoding (often cp1252, latin-1 or utf-16). Nothing is loaded."
    )


def test_a_file_cut_within_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people.csv, line 2: byte 6 \(0xc3\) is not utf-8"):
        read(written(tmp_path, b"name\nJ\xc3"))


@pytest.mark.parametrize("content", ['a,b\n1,x\n2,"y\n3,z\n4,w', 'a,b\n1,x\n"2,y\n3,z\n4,w\n', 'a,b\n1,x\n2,"'])
def test_an_open_quote_is_told_with_its_line(tmp_path: Path, chunk_bytes: int, content: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as error:
        read(path)
    assert error.value.message() == (
        "people.csv, line 3: a quoted field begins here and does not end\n"
        "  expected: a quote at the end of the field, and quotes inside of it doubled\n"
        "  to do: Correct the line. Nothing has been loaded."
    )


def test_an_unknown_encoding_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no encoding 'utf-9'"):
        DelimitedFile(written(tmp_path, "a\n"), encoding="utf-9")
