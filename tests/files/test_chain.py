"""A file on its way through a campaign: loaded, its people found, excluded, written, remembered."""

from __future__ import annotations

from typing import Any

from .conftest import Office

PEOPLE = "number,mail\n1,ann@x.org\n2,bob@x.org\n3,cid@x.org\n"
FILE = "who,points\n CID@x.org,30\nnobody@x.org,5\nann@x.org,10\nann@x.org,20\n"
COLUMNS = [{"name": "who"}, {"name": "points", "type": "integer"}]


def people(office: Office) -> None:
    ddl, rows = office.path / "schema.sql", office.path / "person.csv"
    ddl.write_text("CREATE TABLE person (number integer PRIMARY KEY, mail text);", "utf-8")
    rows.write_text(PEOPLE, "utf-8")
    office.call("schema", "import", ddl, "--dialect", "postgres")
    office.call("dimension", "add", "people", "--schema", "person", "--identity", "mail")
    office.call("data", "load", "person", rows)


def activity(ident: str, sort: str, /, **parameters: Any) -> dict[str, Any]:
    return {"id": ident, "kind": sort, "parameters": parameters}


LOAD = activity("load", "load-file", location="shop", file="in.csv", columns=COLUMNS)


def exporting(name: str, *columns: str) -> dict[str, Any]:
    written = [{"name": column.strip("[]"), "expression": column} for column in columns]
    return activity(name, "export-file", location="shop", name=f"{name}.csv", columns=written)


def test_the_people_of_a_file_are_found_and_written(office: Office) -> None:
    people(office)
    office.put("in.csv", FILE)
    pairs = [{"here": "[who]", "there": "[mail]"}]
    found = activity("found", "reconciliation", dimension="people", pairs=pairs)
    campaign = office.campaign(LOAD, found, exporting("out", "[number]", "[points]"))
    done = office.run(campaign, "--live").json
    assert (office.folder / "out.csv").read_text("utf-8") == "number,points\n1,10\n1,20\n3,30\n"
    counts = {leg["from"]: (leg["rows"], leg["targets"]) for leg in done["transitions"]}
    assert counts == {"load": (4, 0), "found": (3, 2), "out": (3, 2)}


def test_a_file_of_people_who_are_to_be_left_out(office: Office) -> None:
    people(office)
    office.put("in.csv", FILE)
    everyone = activity("everyone", "build-audience", dimension="people", rule={"kind": "all-rows"})
    pairs = [{"primary": "Lower([mail])", "other": "Lower([who])"}]
    bring = [{"source": "load", "pairs": pairs}]
    rest = activity("rest", "combine", operation="exclusion", primary="everyone", bring=bring)
    legs = [
        {"from": "everyone", "to": "rest"},
        {"from": "load", "to": "rest"},
        {"from": "rest", "to": "out"},
    ]
    campaign = office.campaign(LOAD, everyone, rest, exporting("out", "[mail]"), transitions=legs)
    office.run(campaign, "--live")
    assert (office.folder / "out.csv").read_text("utf-8") == "mail\nbob@x.org\n"


def test_an_exclusion_never_goes_on_without_its_file(office: Office) -> None:
    """The file that names those to be left out is broken: nobody may be taken for not being in it."""
    people(office)
    office.put("in.csv", "who,points\nann@x.org,many\n")
    everyone = activity("everyone", "build-audience", dimension="people", rule={"kind": "all-rows"})
    bring = [{"source": "load", "pairs": [{"primary": "[mail]", "other": "[who]"}]}]
    rest = activity("rest", "combine", operation="exclusion", primary="everyone", bring=bring)
    legs = [{"from": "everyone", "to": "rest"}, {"from": "load", "to": "rest"}, {"from": "rest", "to": "out"}]
    campaign = office.campaign(LOAD, everyone, rest, exporting("out", "[mail]"), transitions=legs)
    office.run(campaign, "--live", code=1)
    assert not (office.folder / "out.csv").exists()
    states = {task["activity"]: task["state"] for task in office.show()["tasks"]}
    assert states == {"load": "error", "everyone": "done", "rest": "needs attention", "out": "pending"}


def test_lines_that_name_people_are_saved_as_an_audience(office: Office) -> None:
    people(office)
    office.put("in.csv", "id\n3\n1\n7\n3\n")
    load = activity("load", "load-file", location="shop", file="in.csv", columns=[{"name": "id", "type": "integer"}])
    keep = activity("keep", "save-audience", label="Named", dimension="people", key=["[id]"])
    office.run(office.campaign(load, keep), "--live")
    found = office.call("audience", "preview", "Named", "--json").json
    assert [row[0] for row in found["rows"]] == [1, 3]
