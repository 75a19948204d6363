"""Mistakes that people make in formulas and rules: each is told with its place, what was expected and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from batuta.activities.palette import PROBLEM_PACKAGES
from batuta.campaign.file import load_document
from batuta.campaign.invalid import InvalidFile
from batuta.kit.problems import Problem, Problems, Texts
from batuta.rules.bind import bind_expression, bind_rule
from batuta.runs.questions.document import RuleFile

from .world import AROUND

TEXTS = Texts.load(PROBLEM_PACKAGES)
TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("malformed.yaml").read_text("utf-8"))
_LEFT = re.compile(r"[{}](?=[a-z])|\b(?:type|operator|term)\.[a-z]")
"""Places that nothing filled, and terms without words."""


def problems_of(attempt: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        attempt()
    return caught.value.problems


def check_told(problem: Problem, says: list[str]) -> None:
    english, french = (TEXTS.say(problem, language) for language in ("en", "fr"))
    assert [word for word in says if word not in english] == [], english
    for text in (english, french):
        shown = [str(value) for value in problem.values.values()]
        left = _LEFT.search(text)
        assert left is None or any(left[0] in value for value in shown), text
        assert re.search(r"[.?] [A-ZÀ-Ý(]|[.?]\Z", text), text
    assert english != french


def written(tmp_path: Path, rule: str) -> Path:
    path = tmp_path / "rule.yaml"
    path.write_text(f"dimension: people\nrule: {rule}\n", "utf-8")
    return path


def test_there_are_enough_of_each() -> None:
    assert all(len(cases) > 40 for cases in TABLE.values())
    assert sum(map(len, TABLE.values())) >= 300
    for part, cases in TABLE.items():
        texts = [case["formula" if part == "formulas" else "rule"] for case in cases]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("case", TABLE["formulas"], ids=lambda case: case["formula"])
def test_a_formula(case: dict[str, Any]) -> None:
    found = problems_of(lambda: bind_expression(case["formula"], AROUND))
    assert (found[0].code, found[0].values["position"]) == (case["code"], case["at"])
    check_told(found[0], case["says"])
    for problem in found:
        assert 1 <= int(str(problem.values["position"])) <= len(case["formula"]) + 1
        assert str(problem.values["position"]) in TEXTS.say(problem)


@pytest.mark.parametrize("case", TABLE["rules"], ids=lambda case: case["rule"])
def test_a_rule(case: dict[str, Any], tmp_path: Path) -> None:
    file = load_document(written(tmp_path, case["rule"]), RuleFile)
    found = problems_of(lambda: bind_rule(file.document.rule, AROUND))
    assert (found[0].code, found[0].field) == (case["code"], case["field"])
    check_told(found[0], case["says"])
    for problem in found:
        assert re.fullmatch(r".*rule\.yaml:2:[0-9]+", file.place(problem.under("rule")))


@pytest.mark.parametrize("case", TABLE["files"], ids=lambda case: case["rule"])
def test_a_file(case: dict[str, Any], tmp_path: Path) -> None:
    path = written(tmp_path, case["rule"])
    with pytest.raises(InvalidFile) as caught:
        load_document(path, RuleFile)
    (place, problem) = caught.value.located[-1]
    assert (problem.code, place) == (case["code"], f"{path}:{case['at']}")
    check_told(problem, case["says"])


def nested(levels: int) -> str:
    return "{kind: and, children: [" * levels + "{kind: all-rows}" + "]}" * levels


@pytest.mark.parametrize("levels", [51, 124])
def test_rules_nested_too_deep(levels: int, tmp_path: Path) -> None:
    file = load_document(written(tmp_path, nested(levels)), RuleFile)
    (problem,) = problems_of(lambda: bind_rule(file.document.rule, AROUND))
    assert (problem.code, problem.field) == ("rule.too-deep", ".".join(["children.0"] * 50))
    check_told(problem, ["50 levels"])


def test_files_nested_without_end(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="250 levels"):
        load_document(written(tmp_path, nested(500)), RuleFile)
    with pytest.raises(InvalidFile, match="250 levels"):
        load_document(written(tmp_path, "[" * 100_000), RuleFile)


@pytest.mark.parametrize("levels", [51, 500, 1_900])
@pytest.mark.parametrize("parts", [("(", "1", ")"), ("not ", "true", ""), ("-", "[points]", ""), ("Abs(", "1", ")")])
def test_formulas_nested_too_deep(levels: int, parts: tuple[str, str, str]) -> None:
    before, inside, after = parts
    (problem,) = problems_of(lambda: bind_expression(before * levels + inside + after * levels, AROUND))
    assert problem.code == "expression.too-deep"
    assert problem.values["position"] in [levels * len(before) + 1 for levels in (49, 50, 51)]


LONG = "x" * 10_000_000


def test_ten_million_characters_are_refused_at_once_and_not_repeated() -> None:
    (problem,) = problems_of(lambda: bind_expression(f"[{LONG}]", AROUND))
    assert problem.code == "expression.too-long"
    for rule in (
        {"kind": "attribute", "expression": "[points]", "operator": "equal", "value": LONG},
        {"kind": "attribute", "expression": "[status]", "operator": "equal", "value": LONG},
        {"kind": "attribute", "expression": "[name]", "operator": "matches", "value": LONG},
        {"kind": "in-audience", "audience": LONG},
        {"kind": "in-transition", "transition": LONG},
        {"kind": "exists", "path": LONG},
        {"kind": "filter", "filter": LONG},
    ):
        file = RuleFile.model_validate({"dimension": "people", "rule": rule})
        for problem in problems_of(lambda file=file: bind_rule(file.rule, AROUND)):  # type: ignore[misc]
            assert len(TEXTS.say(problem)) < 1_000


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "b\udfff"])
def test_characters_that_no_text_can_hold(text: str) -> None:
    (problem,) = problems_of(lambda: bind_expression(f"[name] = '{text}'", AROUND))
    assert problem.code == "expression.invisible"
    said = TEXTS.say(problem)
    assert said.isprintable()
    said.encode()
    rule = {"kind": "attribute", "expression": "[name]", "operator": "in", "values": ["a", text]}
    file = RuleFile.model_validate({"dimension": "people", "rule": rule})
    (problem,) = problems_of(lambda: bind_rule(file.rule, AROUND))
    assert (problem.code, problem.field) == ("value.nul", "values.1")
    (problem,) = problems_of(lambda: bind_expression(f"[{text}]", AROUND))
    assert TEXTS.say(problem).isprintable()


def test_anchors_cannot_be_used_to_grow_a_file(tmp_path: Path) -> None:
    bomb = "\n".join(f"  x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9) if n else 'a'}]" for n in range(9))
    with pytest.raises(InvalidFile) as caught:
        load_document(written(tmp_path, f"\n{bomb}"), RuleFile)
    assert [problem.code for _, problem in caught.value.located] == ["yaml-alias"]


def test_tabs_are_told_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text("dimension: people\nrule:\n\tkind: all-rows\n", "utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_document(path, RuleFile)
    ((place, problem),) = caught.value.located
    assert (place, problem.code) == (f"{path}:3:1", "yaml-syntax")


@pytest.mark.parametrize("word", ["NO", "yes", "on", "22:30", "0755", "2024-02-29", "~a", "null_"])
def test_words_that_yaml_may_take_for_something_else_are_text(word: str, tmp_path: Path) -> None:
    rule = f"{{kind: attribute, expression: '[name]', operator: equal, value: {word}}}"
    file = load_document(written(tmp_path, rule), RuleFile)
    if word == "0755":
        assert problems_of(lambda: bind_rule(file.document.rule, AROUND))[0].code == "value.not-quoted"
    else:
        assert f"'{word}'" in repr(bind_rule(file.document.rule, AROUND))
