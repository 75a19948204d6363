"""Wrong input: place, expected, found, what to do; and nothing of it stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

SHOP = """CREATE TABLE customer (
    id int PRIMARY KEY,
    email varchar(80) NOT NULL,
    born date,
    points int,
    seen timestamp with time zone
);
"""
HEADER = "id,email,born,points\n"


@pytest.fixture
def shop(terminal: Any, tmp_path: Path) -> Any:
    """Provide a home with one schema and one row."""
    (tmp_path / "shop.sql").write_text(SHOP)
    (tmp_path / "first.csv").write_text(f"{HEADER}1,anna@x.fr,1990-02-03,5\n")
    terminal.run("schema", "import", tmp_path / "shop.sql")
    terminal.run("data", "load", "customer", tmp_path / "first.csv")
    return terminal


def file(tmp_path: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_ddl_with_a_syntax_error(shop: Any, tmp_path: Path) -> None:
    ddl = file(tmp_path, "CREATE TABLE ok (id int PRIMARY KEY);\nCREATE TABLE bad (id int PRIMRY KEY);\n", "bad.sql")
    assert shop.refused("schema", "import", ddl) == (
        1,
        (
            "bad.sql, line 2, column 26: the statement cannot be read at 'PRIMRY': "
            "CREATE TABLE bad (id int PRIMRY KEY);\n"
            "  expected: )\n"
            "  to do: Correct the statement, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    )


def test_ddl_with_a_foreign_key_to_a_missing_table(shop: Any, tmp_path: Path) -> None:
    ddl = file(tmp_path, "CREATE TABLE a (\n  id int PRIMARY KEY,\n  b_id int REFERENCES b (id)\n);\n", "bad.sql")
    assert shop.refused("schema", "import", ddl) == (
        1,
        (
            "bad.sql, line 3, column 23: the foreign key (b_id) of table a leads to the table 'b', "
            "which is neither in the "
            "file nor in the catalogue\n"
            "  to do: Add the table to the file, or import it first. Nothing has been imported."
        ),
    )


def test_ddl_that_changes_what_is_there(shop: Any, tmp_path: Path) -> None:
    ddl = file(tmp_path, SHOP.replace("born date", "born text"), "bad.sql")
    code, message = shop.refused("schema", "import", ddl)
    assert code == 1
    assert message.startswith(
        "bad.sql: the file changes schemas that are already there: customer.born was date, is string\n"
    )


def test_wrong_types_reject_the_lines_and_load_the_others(shop: Any, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        HEADER + '2,"b\n@x.fr",,\nx,c@x.fr,03.02.1990,7\n4,,1990-01-01,many\n5,e@x.fr,1990-01-01,1,9\n6,f@x.fr,,6\n',
    )
    loaded = shop.json("data", "load", "customer", path)
    assert {name: loaded[name] for name in ("read", "inserted", "rejected")} == {
        "read": 5,
        "inserted": 2,
        "rejected": 3,
    }
    assert Path(loaded["rejects"]).read_text("utf-8").splitlines() == [
        "line,reason,id,email,born,points",
        (
            "4,\"id: expected an integer, found 'x'; born: expected a date such as 2026-11-23, found '03.02.1990'\","
            "x,c@x.fr,03.02.1990,7"
        ),
        "5,\"email: a value is required; points: expected an integer, found 'many'\",4,,1990-01-01,many",
        '6,"expected 4 fields, found 5",5,e@x.fr,1990-01-01,1,9',
    ]
    assert Path(loaded["rejects"]).parent == shop.home / "rejects"
    assert shop.query("SELECT id FROM home.data.customer ORDER BY id") == [(1,), (2,), (6,)]


def test_all_lines_wrong(shop: Any, tmp_path: Path) -> None:
    code, message = shop.refused("data", "load", "customer", file(tmp_path, HEADER + "x,a@x.fr,,\ny,b@x.fr,,\n"))
    assert code == 1
    (rejects,) = (shop.home / "rejects").iterdir()
    assert message == (
        "people.csv: none of the 2 records can be loaded: "
        "line 2, id: expected an integer, found 'x'; line 3, id: expected an integer, found 'y'\n"
        f"  to do: See {rejects}. Correct the records. Nothing has been loaded."
    )
    assert [line.split(",")[0] for line in rejects.read_text("utf-8").splitlines()] == ["line", "2", "3"]


def test_more_errors_than_allowed(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + "2,b@x.fr,,\nx,c@x.fr,,\ny,d@x.fr,,\n")
    code, message = shop.refused("data", "load", "customer", path, "--allowed-errors", "1")
    (rejects,) = (shop.home / "rejects").iterdir()
    assert (code, message) == (
        1,
        (
            "people.csv: 2 of 3 records cannot be loaded, 1 are allowed: "
            "line 3, id: expected an integer, found 'x'; line 4, id: expected an integer, found 'y'\n"
            f"  to do: See {rejects}. Correct the records, or raise --allowed-errors. Nothing has been loaded."
        ),
    )
    assert shop.json("data", "load", "customer", path, "--allowed-errors", "2")["rejected"] == 2


def test_a_missing_key_column_and_unknown_ones(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "mail,born,BORN,shoe,_line\nb@x.fr,,,44,\n")
    assert shop.refused("data", "load", "customer", path) == (
        1,
        (
            "people.csv, line 1: the column 'born' comes twice (case makes no difference); "
            "no column may be called '_line'; the key column 'id' is missing; "
            "schema customer has no attribute 'mail' (did you mean email?); "
            "schema customer has no attribute 'BORN'; schema customer has no attribute 'shoe'; "
            "schema customer has no attribute '_line'\n"
            "  expected: columns of schema customer, among them id\n"
            "  to do: Correct the header, or leave such columns out with --ignore-extra."
        ),
    )


@pytest.mark.parametrize(("separator", "said"), [(";", "--separator ';'"), ("\t", "--format tsv")])
def test_another_separator_than_said(shop: Any, tmp_path: Path, separator: str, said: str) -> None:
    path = file(tmp_path, f"id{separator}email\n2{separator}b@x.fr\n")
    assert shop.refused("data", "load", "customer", path) == (
        1,
        (
            "people.csv, line 1: the key column 'id' is missing; "
            f"schema customer has no attribute {f'id{separator}email'!r} (did you mean email?)\n"
            "  expected: columns of schema customer, among them id\n"
            f"  to do: If that is what separates the columns, say so: {said}."
        ),
    )


def test_a_column_without_a_name(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "id,email,\n2,b@x.fr,\n")
    assert shop.refused("data", "load", "customer", path)[1].startswith("people.csv, line 1: column 3 has no name\n")
    assert shop.json("data", "load", "customer", path, "--ignore-extra")["inserted"] == 1


def test_lone_carriage_returns(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "id,email\r2,b@x.fr\r3,c@x.fr\r")
    assert shop.refused("data", "load", "customer", path) == (
        1,
        (
            "people.csv, line 1: a lone carriage return ends the line\n"
            "  expected: lines that end in LF or CR LF\n"
            "  to do: Save the file anew with such line ends. Nothing has been loaded."
        ),
    )


def test_extra_columns_can_be_left_out(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "id,shoe,email\n2,44,b@x.fr\nx,45,c@x.fr\n")
    loaded = shop.json("data", "load", "customer", path, "--ignore-extra")
    assert loaded["notes"][0] == "Left out, since customer has no such attributes: shoe."
    assert loaded["notes"][-1] == (
        f"1 record was rejected: line 3, id: expected an integer, found 'x'. It is in {loaded['rejects']}."
    )
    assert Path(loaded["rejects"]).read_text("utf-8").splitlines() == [
        "line,reason,id,shoe,email",
        "3,\"id: expected an integer, found 'x'\",x,45,c@x.fr",
    ]


def test_a_wrong_encoding(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, (HEADER + "x,wrong@x.de,,\n" * 3 + "2,jürgen@x.de,,\n").encode("cp1252"))
    assert shop.refused("data", "load", "customer", path) == (
        1,
        (
            "people.csv, line 5: byte 69 (0xfc) is not utf-8\n"
            "  expected: a file in utf-8\n"
            "  to do: Name the encoding of the file with --encoding (often cp1252, latin-1 or utf-16). "
            "Nothing is loaded."
        ),
    )
    assert not (shop.home / "rejects").exists()
    assert shop.json("data", "load", "customer", path, "--encoding", "cp1252")["inserted"] == 1
    assert shop.query("SELECT email FROM home.data.customer WHERE id = 2") == [("jürgen@x.de",)]


def test_an_open_quote(shop: Any, tmp_path: Path) -> None:
    assert shop.refused(
        "data", "load", "customer", file(tmp_path, HEADER + '2,b@x.fr,,\n3,"c@x.fr,,\n4,d@x.fr,,\n')
    ) == (
        1,
        (
            "people.csv, line 3: a quoted field begins here and does not end\n"
            "  expected: a quote at the end of the field, and quotes inside of it doubled\n"
            "  to do: Correct the line. Nothing has been loaded."
        ),
    )


def test_what_is_no_parquet_file(shop: Any, tmp_path: Path) -> None:
    assert shop.refused("data", "load", "customer", file(tmp_path, HEADER, "people.parquet")) == (
        1,
        (
            "people.parquet: this is not a Parquet file, or only a part of one\n"
            "  expected: a Parquet file\n"
            "  to do: Name the format of the file with --format, or write it anew. Nothing has been loaded."
        ),
    )


def test_an_empty_file(shop: Any, tmp_path: Path) -> None:
    assert shop.refused("data", "load", "customer", file(tmp_path, "")) == (
        1,
        "people.csv: the file is empty\n  expected: a line of column names, then one line for each record",
    )


def test_a_header_alone_changes_nothing(shop: Any, tmp_path: Path) -> None:
    before = shop.dump()
    loaded = shop.json("data", "load", "customer", file(tmp_path, HEADER))
    assert (loaded["read"], loaded["notes"]) == (0, ["The file has no records. Nothing has changed."])
    assert shop.dump() == before


def test_an_unknown_schema(shop: Any, tmp_path: Path) -> None:
    assert shop.refused("data", "load", "custmer", file(tmp_path, HEADER)) == (
        1,
        "catalogue: there is no schema 'custmer'\n  to do: Did you mean customer?",
    )


def test_a_missing_file(shop: Any, tmp_path: Path) -> None:
    path = tmp_path / "gone.csv"
    assert shop.refused("data", "load", "customer", path) == (
        1,
        f"{path}: there is no such file\n  to do: Check the path.",
    )
    assert shop.refused("schema", "import", tmp_path) == (
        1,
        f"{tmp_path}: this is a folder, not a file\n  to do: Name one file in it.",
    )


def test_wrong_use(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER)
    assert shop.refused("data", "load", "customer", path, "--encoding", "utf-9")[0] == 2
    assert shop.refused("data", "load", "customer", path, "--encoding", "base64")[0] == 2
    assert shop.refused("data", "load", "customer", path, "--separator", "||")[0] == 2
    assert shop.refused("data", "load", "customer", path, "--separator", "") == (
        2,
        (
            "--separator: '' cannot separate fields\n"
            "  expected: one ASCII character, such as ';'\n"
            "  to do: Name that character; for tabs, leave the option out and say --format tsv."
        ),
    )


def test_a_version_descriptor_lets_the_newer_record_win(shop: Any, tmp_path: Path) -> None:
    said = shop.run("schema", "set-version", "customer", "seen")
    assert said == "Of records of customer with one key, the one with the later or equal seen wins.\n"
    header = "id,email,seen\n"
    loaded = shop.json("data", "load", "customer", file(tmp_path, header + "1,new@x.fr,2026-02-01T00:00:00Z\n"))
    assert (loaded["updated"], loaded["notes"]) == (1, [])
    loaded = shop.json("data", "load", "customer", file(tmp_path, header + "1,old@x.fr,2026-02-01T00:30:00+01:00\n"))
    assert loaded["ignored"] == 1
    assert shop.query("SELECT email FROM home.data.customer") == [("new@x.fr",)]
    assert shop.refused("data", "load", "customer", file(tmp_path, "id,email\n1,x@x.fr\n")) == (
        1,
        (
            "people.csv, line 1: the version column 'seen' is missing\n"
            "  expected: columns of schema customer, among them id and seen\n"
            "  to do: Correct the header."
        ),
    )


def test_what_cannot_be_a_version_descriptor(shop: Any) -> None:
    assert shop.refused("schema", "set-version", "customer", "email") == (
        1,
        (
            "schema customer: the attribute 'email' cannot be the version descriptor\n"
            "  expected: an integer, datetime or instant that is not part of the key\n"
            "  to do: Name another attribute."
        ),
    )
    assert shop.refused("schema", "set-version", "customer", "id")[0] == 1
    assert shop.refused("schema", "set-version", "suppression", "expires_at")[0] == 1


def test_an_identity_that_is_no_text(shop: Any) -> None:
    assert shop.refused("dimension", "add", "people", "--schema", "customer", "--identity", "points") == (
        1,
        (
            "schema customer: the attribute 'points' is of type integer and cannot be an identity\n"
            "  expected: a string attribute such as an email address, a phone number or a customer number\n"
            "  to do: Name a string attribute with --identity."
        ),
    )
    code, message = shop.refused("dimension", "add", "people", "--schema", "customer", "--identity", "mail")
    assert (code, message) == (1, "schema customer: there is no attribute 'mail'\n  to do: Did you mean email?")
    assert shop.refused("dimension", "add", "my people", "--schema", "customer", "--identity", "email")[0] == 2


def test_parquet_comes_in_with_its_types_and_tells_rows(shop: Any, tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([2.0, 3.0, 4.5]),
            "email": pa.array(["b@x.fr", "c@x.fr", "d@x.fr"]).dictionary_encode(),
            "born": pa.array(["1990-02-03", None, None]).cast(pa.date32()),
            "points": pa.array([7, None, 1], pa.int8()),
            "seen": pa.array(["2024-02-29 18:30:00Z", None, None]).cast(pa.timestamp("ns", "Europe/Paris")),
        }
    )
    parquet.write_table(table, tmp_path / "people.parquet")
    loaded = shop.json("data", "load", "customer", tmp_path / "people.parquet")
    assert (loaded["inserted"], loaded["rejected"]) == (2, 1)
    assert Path(loaded["rejects"]).read_text("utf-8").splitlines()[1] == (
        "3,\"id: expected an integer, found '4.5'\",4.5,d@x.fr,,1,"
    )
    assert shop.query("SELECT * EXCLUDE (born), born::VARCHAR FROM home.data.customer WHERE id > 1 ORDER BY id")[0][
        :3
    ] == (
        2,
        "b@x.fr",
        7,
    )
    assert shop.query("SELECT seen::VARCHAR FROM home.data.customer WHERE id = 2") == [("2024-02-29 18:30:00",)]


def test_tsv(shop: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "id\temail\n2\tb@x.fr\n", "people.tsv")
    assert shop.json("data", "load", "customer", path)["inserted"] == 1
