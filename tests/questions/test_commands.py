"""The commands about a rule file, as a user meets them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from batuta.kit.errors import InputError
from tests.command import Batuta

SCHEMA = """
CREATE TABLE person (id BIGINT PRIMARY KEY, name VARCHAR, points BIGINT, born DATE);
CREATE TABLE purchase (
    shop BIGINT, number BIGINT, person_id BIGINT REFERENCES person (id), total DECIMAL(10, 2), note VARCHAR,
    PRIMARY KEY (shop, number)
);
"""
RULE = """
dimension: people
rule:
  kind: and
  children:
    - {kind: attribute, expression: "[name]", operator: not-equal, value: Ana}
    - {kind: exists, path: purchases, rule: {kind: attribute, expression: "[total]", operator: greater, value: 5}}
    - {kind: attribute, expression: "[points]", operator: is-empty, enabled: false}
columns: [name, {name: double, expression: "[points] * 2"}]
"""


@pytest.fixture(scope="module")
def batuta(tmp_path_factory: pytest.TempPathFactory) -> Batuta:
    folder = tmp_path_factory.mktemp("asked")
    found = Batuta(folder / "home")
    texts = {
        "schema.sql": SCHEMA,
        "person.csv": "id,name,points,born\n1,José,10,1980-02-29\n2,Ana,20,1990-01-01\n3,,,\n4,Eva,5,2000-12-31\n",
        "purchase.csv": "shop,number,person_id,total,note\n1,1,1,10.00,a\n1,2,1,3.00,b\n2,1,2,30.00,c\n2,2,4,1.00,d\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    found("schema", "import", folder / "schema.sql", "--dialect", "postgres")
    found("data", "load", "person", folder / "person.csv")
    found("data", "load", "purchase", folder / "purchase.csv")
    found("dimension", "add", "people", "--schema", "person", "--identity", "name")
    return found


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "rule.yaml"
    path.write_text(RULE, "utf-8")
    return path


def test_count(batuta: Batuta, rule: Path) -> None:
    assert batuta("audience", "count", rule).out == "person: 1 row\n"
    assert batuta("audience", "count", rule, "--json").json == {"rows": 1, "targets": 1}
    assert "SELECT" in batuta("audience", "count", rule, "--sql").out


def test_preview(batuta: Batuta, rule: Path) -> None:
    told = batuta("audience", "preview", rule, "--json").json
    assert told == {"columns": ["id", "name", "double"], "rows": [[1, "José", 20]]}
    told = batuta("audience", "preview", rule, "--columns", "born", "--json").json
    assert told == {"columns": ["id", "born"], "rows": [[1, "1980-02-29"]]}
    assert "José" in batuta("audience", "preview", rule).out
    assert "LIMIT 20" in batuta("audience", "preview", rule, "--sql").out


def test_explain_with_counts(batuta: Batuta, rule: Path) -> None:
    told = batuta("audience", "explain", rule, "--json").json
    assert told["rows"] == 4
    assert [(node["text"], node.get("rows"), node.get("remaining")) for node in told["nodes"]] == [
        ("all of these hold:", 1, None),
        ("name is not “Ana” (including those without a value)", 3, 3),
        ("has purchases where:", 2, 1),
        ("total is greater than 5", None, None),
        ("points is empty (switched off)", None, None),
    ]
    assert "toutes ces conditions" in batuta("audience", "explain", rule, "--language", "fr").out


def test_a_reading_in_a_narrow_window_goes_on_further_in(
    batuta: Batuta, rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = [line.split("│")[1].rstrip() for line in batuta("audience", "explain", rule).out.splitlines()[3:8]]
    assert lines == [
        " all of these hold:",
        "   name is not “Ana” (including",
        "       those without a value)",
        "   has purchases where:",
        "     total is greater than 5",
    ]
    lines = batuta("audience", "explain", rule, "--language", "fr").out.splitlines()[3:7]
    assert [line.split("│")[1].rstrip() for line in lines] == [
        " toutes ces conditions sont",
        "     remplies\u00a0:",
        "   name n'est pas égal à",
        "       «\u00a0Ana\u00a0» (y compris",
    ]


def test_explain_a_member(batuta: Batuta, rule: Path) -> None:
    out = batuta("audience", "explain", rule, "--member", "4").out
    assert "4 is out, because of what is marked" in out
    assert "linked rows: 0" in out
    told = batuta("audience", "explain", rule, "--member", "1", "--json").json
    assert (told["key"], told["member"]) == ([1], True)
    assert told["nodes"][2]["evidence"] == [{"name": "linked", "value": 1}]
    assert told["nodes"][2]["linked"] == [[1, 1]]


def test_explain_a_member_with_a_key_of_two_parts(batuta: Batuta, tmp_path: Path) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(
        "schema: purchase\nrule: {kind: attribute, expression: '[person.name]', operator: equal, value: eva}\n"
    )
    told = batuta("audience", "explain", path, "--member", "2", "--member", "2", "--json").json
    assert (told["key"], told["member"]) == ([2, 2], True)
    said = batuta("audience", "explain", path, "--member", "2", code=1).err
    assert said == (
        "member: 1 part of a key\n  expected: 2, one for each of shop, number\n"
        "  to do: Write --member once for each part of the key.\n"
    )


def test_distribution(batuta: Batuta, rule: Path) -> None:
    told = batuta("audience", "distribution", rule, "--of", "points", "--all-rows", "--bins", "3", "--json").json
    assert (told["rows"], told["empty"], told["distinct"]) == (4, 1, 3)
    assert told["values"] == [{"value": value, "rows": 1, "share": 0.25} for value in (5, 10, 20)]
    assert told["histogram"] == {
        "width": "",
        "bins": [
            {"from": 0, "to": 10, "rows": 1},
            {"from": 10, "to": 20, "rows": 1},
            {"from": 20, "to": 30, "rows": 1},
        ],
        "outside": 0,
    }
    out = batuta("audience", "distribution", rule, "--of", "points", "--all-rows", "--limit", "1").out
    assert out.startswith("4 rows, 1 of them without a value; 3 different values\nThe most frequent 1:\n")
    out = batuta("audience", "distribution", rule, "--of", "name", "--search", "JO").out
    assert out.startswith("1 row, 0 of them without a value; 1 different value\n")
    assert "José" in out
    assert "100.0%" in out


WRONG = [
    (
        RULE.replace("[name]", "[nmae]").replace("[name,", "[nome,"),
        "{}:6:37: rule.children.0.expression: person has no attribute nmae (position 1). Did you mean name?\n{}:9:11: ",
    ),
    ("", "{}:1:1: Fields are needed here, each with a name and a value, as the manual shows them."),
    ("dimension: people\n", "{}:1:1: The field rule is missing. Add it here.\n"),
    (
        "dimension: peple\nrule: {kind: all-rows}\n",
        "{}: there is no dimension 'peple'\n  to do: Did you mean people?\n",
    ),
    ("dimension: people\nrule: {kind: all-row}\n", "{}:2:14: all-row is no possible choice here."),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_file_that_is_wrong(batuta: Batuta, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(text, "utf-8")
    assert batuta("audience", "count", path, code=InputError.exit_code).err.startswith(said.replace("{}", str(path)))


def test_a_rule_that_is_wrong_can_still_be_read(batuta: Batuta, tmp_path: Path) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(RULE.replace("[total]", "[totl]"), "utf-8")
    told = batuta("audience", "explain", path, code=1)
    assert "totl is greater than 5" in told.out
    assert "Did you mean total?" in told.err


def test_wrong_options(batuta: Batuta, rule: Path) -> None:
    assert "there is no audience 'rule'" in batuta("audience", "preview", "rule", code=1).err
    assert "There is no such file" in batuta("audience", "preview", "rule.yml", code=1).err
    assert "--of: person has no attribute nam" in batuta("audience", "distribution", rule, "--of", "nam", code=1).err
    assert "--columns: nam: " in batuta("audience", "preview", rule, "--columns", "name,nam", code=1).err
    assert "person has no such row" in batuta("audience", "explain", rule, "--member", "77", code=1).err


def test_a_rule_with_a_predefined_filter_and_a_long_list(batuta: Batuta, tmp_path: Path) -> None:
    known, path = tmp_path / "filter.yaml", tmp_path / "rule.yaml"
    rich = '{kind: attribute, expression: "[points]", operator: greater, value: 5}'
    least = "parameters: [{name: least, label: Points above, field: value}]"
    known.write_text(f"name: rich\nlabel: Rich\ndimension: people\nrule: {rich}\n{least}\n", "utf-8")
    batuta("filter", "add", known)
    numbers = ", ".join(str(number) for number in range(2, 1500))
    listed = f'{{kind: attribute, expression: "[id]", operator: in, values: [{numbers}]}}'
    rule = f"{{kind: and, children: [{{kind: filter, filter: rich, arguments: {{least: 6}}}}, {listed}]}}"
    path.write_text(f"dimension: people\nrule: {rule}\n", "utf-8")
    assert batuta("audience", "count", path, "--json").json["rows"] == 1
    told = batuta("audience", "explain", path, "--member", "1", "--json").json
    assert [(node["text"], node["holds"]) for node in told["nodes"][1:]] == [
        ("the filter “Rich” holds with Points above: 6", True),
        ("id is one of 2, 3, 4, 5, 6 and 1,493 more", False),
    ]


ENDLESS = "dimension: people\nrule: {kind: aggregate, function: count, path: PATH, operator: greater, value: 5}\n"


@pytest.mark.parametrize("steps", [3, 40])
def test_control_c_stops_a_slow_query_at_once(batuta: Batuta, tmp_path: Path, steps: int) -> None:
    """With few steps it would run for ever; with many the engine would for ever look for a way to run it."""
    slow, many, home = tmp_path / "slow.yaml", tmp_path / "many.csv", tmp_path / "home"
    slow.write_text(ENDLESS.replace("PATH", ".".join([*["purchases.person"] * steps, "purchases"])), "utf-8")
    rows = "".join(f"9,{number},1,1.00,x\n" for number in range(5000))
    many.write_text("shop,number,person_id,total,note\n" + rows, "utf-8")
    shutil.copytree(batuta.home, home)
    Batuta(home)("data", "load", "purchase", many)
    command = [str(Path(sys.executable).parent / "batuta"), "--home", str(home), "audience", "count", str(slow)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            wait_for_lock(home, running)
            time.sleep(1.5)
            assert running.poll() is None
            began = time.monotonic()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=30)
        finally:
            running.kill()
    assert (running.returncode, out, err) == (130, "", "Stopped.\n")
    assert time.monotonic() - began < 15
    assert Batuta(home)("audience", "list").code == 0


def wait_for_lock(home: Path, running: subprocess.Popen[str]) -> None:
    """Wait until the command has taken the home, after which it begins to ask."""
    end = time.monotonic() + 60
    while time.monotonic() < end and running.poll() is None:
        lock = home / "home.lock"
        if lock.exists() and str(running.pid) in lock.read_text("utf-8"):
            return
        time.sleep(0.05)
    raise AssertionError("the command never took the home")
