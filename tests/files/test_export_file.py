"""Exporting files, as a user does it. Expected contents by hand from spec/4-activities.md, Export file."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pyarrow.parquet as pq

from .conftest import Office

LINES = [
    {"name": "mail"},
    {"name": "points", "type": "integer"},
    {"name": "paid", "type": "decimal", "decimals": 2},
    {"name": "vip", "type": "boolean"},
    {"name": "at", "type": "instant"},
    {"name": "note"},
]
FILE = """\
mail,points,paid,vip,at,note
ann@x.org,10,1.50,yes,2026-01-31T10:00:00+01:00,"with ""quotes"", and a comma"
bob@x.org,30,,no,,=1+1
éva@x.org,20,-7,,2026-07-01 00:00:00.250Z,
"""
LOAD = {
    "id": "load",
    "kind": "load-file",
    "parameters": {"location": "shop", "file": "in.csv", "columns": LINES},
}


def write(office: Office, *options: str, code: int = 0, **parameters: Any) -> list[str]:
    """Load the file and write it again; return the files in the folder besides the one loaded."""
    office.put("in.csv", FILE)
    parameters = {"location": "shop", "name": "out.csv", **parameters}
    office.run(
        office.campaign(LOAD, {"id": "out", "kind": "export-file", "parameters": parameters}), *options, code=code
    )
    return sorted(
        str(path.relative_to(office.folder))
        for path in office.folder.rglob("*")
        if path.is_file() and path.name != "in.csv"
    )


def read(office: Office, name: str = "out.csv") -> str:
    return (office.folder / name).read_bytes().decode()


def test_csv_has_all_columns_in_the_order_of_the_key(office: Office) -> None:
    assert write(office, "--live") == ["out.csv"]
    assert read(office) == (
        "mail,points,paid,vip,at,note\n"
        'ann@x.org,10,1.50,true,2026-01-31T09:00:00Z,"with ""quotes"", and a comma"\n'
        "bob@x.org,30,,false,,=1+1\n"
        "éva@x.org,20,-7.00,,2026-07-01T00:00:00.25Z,\n"
    )


def test_columns_order_titles_and_quotes(office: Office) -> None:
    columns = [{"name": "E-mail", "expression": "Upper([mail])"}, {"name": "Double", "expression": "[points] * 2"}]
    sort = [{"expression": "[points]", "descending": True}]
    write(office, "--live", columns=columns, sort=sort, separator=";", quote_all=True)
    assert read(office) == '"E-mail";"Double"\n"BOB@X.ORG";"60"\n"ÉVA@X.ORG";"40"\n"ANN@X.ORG";"20"\n'
    write(office, "--live", columns=columns[:1], header=False, existing="replace")
    assert read(office) == "ANN@X.ORG\nBOB@X.ORG\nÉVA@X.ORG\n"


def test_formulas_are_guarded_where_that_is_wanted(office: Office) -> None:
    columns = [{"name": "note", "expression": "[note]"}, {"name": "paid", "expression": "[paid]"}]
    write(office, "--live", columns=columns, guard_formulas=True)
    assert read(office) == 'note,paid\n"with ""quotes"", and a comma",1.50\n\'=1+1,\n,-7.00\n'


def test_json_has_an_object_in_each_line(office: Office) -> None:
    write(office, "--live", format="json", name="out.json")
    found = [json.loads(line) for line in read(office, "out.json").splitlines()]
    assert found[1] == {"mail": "bob@x.org", "points": 30, "paid": None, "vip": False, "at": None, "note": "=1+1"}
    assert [one["at"] for one in found] == ["2026-01-31T09:00:00Z", None, "2026-07-01T00:00:00.25Z"]


def test_packed_files(office: Office) -> None:
    columns = [{"name": "mail", "expression": "[mail]"}]
    write(office, "--live", columns=columns, compression="gzip", name="out.csv.gz")
    packed = (office.folder / "out.csv.gz").read_bytes()
    assert gzip.decompress(packed).decode() == "mail\nann@x.org\nbob@x.org\néva@x.org\n"
    write(office, "--live", columns=columns, format="parquet", name="out.parquet")
    file = pq.ParquetFile(office.folder / "out.parquet")
    assert file.read().to_pydict() == {"mail": ["ann@x.org", "bob@x.org", "éva@x.org"]}
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
