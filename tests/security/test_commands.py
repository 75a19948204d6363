"""Files that are no rules, given to the commands that take rules: one plain message, its exit code, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Batuta

WRONG: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, ": There is no such file."),
    "binary": (b"\0\1\xff\xfe", ": Byte 3 of the file is not UTF-8."),
    "huge": (b"a" * 100_000_000, ": The text is longer than 20,000,000 bytes."),
    "empty": (b"", ":1:1: Fields are needed here"),
    "word": (b"hello", ":1:1: Fields are needed here"),
    "typo": (b"dimension: people\nrule: {kind: all-rows}\ncolumn: [name]\n", ":3:9: There is no field column here."),
    "attribute": (
        b"dimension: people\nrule:\n  kind: expression\n  expression: '[nmae] = 1'\n",
        ":4:15: rule.expression: person has no attribute nmae (position 1). Did you mean name?",
    ),
    "unquoted": (b"dimension: people\nrule: {kind: expression, expression: [vip]}\n", ":2:38: Text is needed here"),
    "values": (
        b"dimension: people\nrule: {kind: attribute, expression: '[name]', operator: in, values_file: no.txt}\n",
        ":2:74: The file of values no.txt cannot be read",
    ),
}


@pytest.fixture(scope="module")
def batuta(tmp_path_factory: pytest.TempPathFactory) -> Batuta:
    folder = tmp_path_factory.mktemp("asked")
    (folder / "schema.sql").write_text("CREATE TABLE person (id BIGINT PRIMARY KEY, name VARCHAR);", "utf-8")
    found = Batuta(folder / "home")
    found("schema", "import", folder / "schema.sql", "--dialect", "postgres")
    found("dimension", "add", "people", "--schema", "person", "--identity", "name")
    return found


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_no_rule(name: str, batuta: Batuta, tmp_path: Path) -> None:
    content, message = WRONG[name]
    path = tmp_path / "rule.yaml"
    if content is not None:
        path.write_bytes(content)
    for words in (("count",), ("preview",), ("explain", "--json"), ("distribution", "--of", "name")):
        answer = batuta("audience", words[0], path, *words[1:], code=1)
        assert answer.out == ""
        assert answer.err.startswith(f"{path}{message}")


def test_a_folder_is_no_rule(batuta: Batuta, tmp_path: Path) -> None:
    for words in (("audience", "count"), ("audience", "explain"), ("filter", "add"), ("filter", "check")):
        answer = batuta(*words, tmp_path, code=1)
        assert (answer.out, answer.err.startswith(f"{tmp_path}: The file cannot be read")) == ("", True)


def test_a_mistake_in_a_filter_is_told_with_its_place(batuta: Batuta, tmp_path: Path) -> None:
    path = tmp_path / "filters.yaml"
    path.write_text(
        "- {name: good, dimension: people, rule: {kind: all-rows}}\n"
        "- {name: bad, dimension: people, rule: {kind: in-audience, audience: None}}\n",
        "utf-8",
    )
    answer = batuta("filter", "add", path, code=1)
    assert answer.out == ""
    assert answer.err.startswith(f"{path}:2:70: bad: rule.audience: There is no audience None.")
    assert batuta("filter", "list", "--json").json == []
