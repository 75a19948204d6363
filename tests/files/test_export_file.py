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


def test_a_test_run_writes_nothing_and_tells_the_name(office: Office) -> None:
    name = 'winners/{{ now | date: "%Y-%m-%d" }}-{{ vars.day }}-{{ context.activity }}.csv'
    assert write(office, name=name) == []
    tested = office.show()["tasks"]
    assert "Would write 3 rows to winners/2026-03-01-monday-out.csv in location shop" in office.log()
    assert not (office.folder / "winners").exists()
    assert write(office, "--live", name=name) == ["winners/2026-03-01-monday-out.csv"]
    assert "Writes 3 rows to winners/2026-03-01-monday-out.csv in location shop" in office.log()
    assert [task["state"] for task in tested] == [task["state"] for task in office.show()["tasks"]] == ["done", "done"]
    assert office.rows("out") == office.rows("load")


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(office: Office) -> None:
    office.put("out.csv", "mine")
    assert write(office, "--live", code=1) == ["out.csv"]
    assert office.error("out") == (
        "location shop: there is a file out.csv already\n"
        "  to do: Take it away and resume the run, choose a name with now in it, or let existing files be replaced."
    )
    assert read(office) == "mine"
    write(office)
    assert "There is a file out.csv in location shop already, so a live run would stop here" in office.log()
    assert write(office, "--live", existing="replace") == ["out.csv"]
    assert read(office).startswith("mail,points")


def test_nobody_gives_a_file_with_a_header(office: Office) -> None:
    office.put("in.csv", FILE.splitlines()[0])
    out = {"id": "out", "kind": "export-file", "parameters": {"location": "shop", "name": "out.csv"}}
    office.run(office.campaign(LOAD, out), "--live")
    assert read(office) == "mail,points,paid,vip,at,note\n"
    out["parameters"] = {"location": "shop", "name": "out.json", "format": "json"}
    office.run(office.campaign(LOAD, out), "--live")
    assert read(office, "out.json") == ""


def test_names_that_lead_out_write_nothing(office: Office) -> None:
    for day in ("../out", "/tmp/out", "a/../../out", ".hidden", "a\\b"):
        assert write(office, "--live", "--var", f"day={day}", name="{{ vars.day }}.csv", code=1) == []
        assert office.error("out").startswith("location shop: ")
    (office.folder / "way").symlink_to(office.path)
    assert write(office, "--live", name="way/out.csv", code=1) == []
    assert "the name leads out of the location by a symbolic link" in office.error("out")
    assert not (office.path / "out.csv").exists()


def test_the_key_and_columns_of_people(office: Office) -> None:
    ddl = office.path / "schema.sql"
    ddl.write_text(
        "CREATE TABLE person (number integer, shop integer, mail text, PRIMARY KEY (number, shop));", "utf-8"
    )
    (office.path / "person.csv").write_text("number,shop,mail\n2,1,bob@x.org\n1,2,ann@x.org\n1,1,\n", "utf-8")
    office.call("schema", "import", ddl, "--dialect", "postgres")
    office.call("dimension", "add", "people", "--schema", "person", "--identity", "mail")
    office.call("data", "load", "person", office.path / "person.csv")
    columns = [{"name": "Shop", "expression": "[shop] + 10"}, {"name": "m", "expression": "[mail]"}]
    select = {"dimension": "people", "rule": {"kind": "all-rows"}, "columns": columns}
    reach = {"id": "reach", "kind": "build-audience", "parameters": select}
    out = {"id": "out", "kind": "export-file", "parameters": {"location": "shop", "name": "out.csv"}}
    office.run(office.campaign(reach, out), "--live")
    assert read(office) == "number,key_shop,Shop,m\n1,1,11,\n1,2,12,ann@x.org\n2,1,11,bob@x.org\n"


def test_what_is_written_is_loaded_again_as_it_was(office: Office) -> None:
    write(office, "--live")
    loaded = office.rows()
    again = {**LOAD, "parameters": {**LOAD["parameters"], "file": "out.csv"}}  # type: ignore[dict-item]
    office.run(office.campaign(again))
    assert office.rows() == loaded
