"""Columns from a sample file: what is printed can be used as it stands."""

from __future__ import annotations

import gzip

import pytest
import yaml

from .conftest import Office

FILE = "Client n°;Prénom;Né le;Montant\n1;Zoé;31/12/1990;1,50\n2;Luc;;-3\n"
GUESSED = {
    "columns": [
        {"name": "Client_n", "label": "Client n°", "type": "integer"},
        {"name": "Prenom", "label": "Prénom"},
        {"name": "Ne_le", "label": "Né le", "type": "date", "date_format": "%d/%m/%Y"},
        {"name": "Montant", "type": "decimal", "decimals": 2, "decimal_mark": ","},
    ],
    "format": {"kind": "delimited", "separator": ";"},
}
ROWS = [(1, 1, "Zoé", "1990-12-31", "1.50"), (2, 2, "Luc", None, "-3.00")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (FILE.encode(), None),
        (FILE.encode("utf-8-sig"), None),
        (FILE.encode("cp1252"), "cp1252"),
        (FILE.encode("utf-16"), "utf-16"),
        (gzip.compress(FILE.encode(), mtime=0), None),
    ],
)
def test_what_is_guessed_loads_the_file(office: Office, content: bytes, encoding: str | None) -> None:
    place = office.put("clients.txt", content)
    settings = yaml.safe_load(office.call("data", "sample", place).out)
    expected = {"file": "clients.txt", **GUESSED, **({"encoding": encoding} if encoding else {})}
    assert settings == expected == office.call("data", "sample", place, "--json").json
    office.load(**settings)
    assert office.rows() == ROWS


def test_what_is_said_is_not_guessed(office: Office) -> None:
    place = office.put("in.csv", "1,a;b\n2,c\n")
    settings = office.call("data", "sample", place, "--no-header", "--separator", ",", "--json").json
    assert settings["columns"] == [{"name": "column_1", "type": "integer"}, {"name": "column_2"}]
    assert settings["format"] == {"kind": "delimited", "header": False}
    office.load(**settings)
    assert office.rows() == [(1, 1, "a;b"), (2, 2, "c")]


def test_what_cannot_be_sampled(office: Office) -> None:
    place = office.put("in.csv", "")
    assert "the file is empty" in office.call("data", "sample", place, code=1).err
    assert "there is no such file" in office.call("data", "sample", office.folder / "none.csv", code=1).err
    assert "there is no encoding 'x'" in office.call("data", "sample", place, "--encoding", "x", code=2).err
    assert "cannot separate fields" in office.call("data", "sample", place, "--separator", ";;", code=2).err


def test_locations(office: Office) -> None:
    read_only = office.path / "old"
    read_only.mkdir()
    assert (
        office.call("location", "set", "old", "--folder", read_only, "--read-only").out
        == f"old: {read_only} (read only)\n"
    )
    assert [(one["name"], one["write"]) for one in office.call("location", "list", "--json").json] == [
        ("old", False),
        ("shop", True),
    ]
    assert "read and written" in office.call("location", "list").out
    office.call("location", "remove", "old")
    assert "Did you mean shop?" in office.call("location", "remove", "shp", code=1).err
    assert [one["name"] for one in office.call("location", "list", "--json").json] == ["shop"]


def test_places_that_are_no_locations(office: Office) -> None:
    assert "there is no such folder" in office.call("location", "set", "a", "--folder", office.path / "no", code=1).err
    assert "cannot be the name" in office.call("location", "set", "A b", "--folder", office.folder, code=2).err
    for folder in (office.path / "home", office.path):
        assert "lie within each other" in office.call("location", "set", "a", "--folder", folder, code=1).err


def test_a_location_whose_folder_is_gone(office: Office) -> None:
    office.folder.rmdir()
    office.load(file="in.csv", columns=[{"name": "a"}], code=1)
    assert office.error().startswith(f"location shop: there is no folder {office.folder}")
