"""What every kind of activity brings along."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from batuta.activities.contract import Kind
from batuta.activities.form import campaign_schema
from batuta.activities.palette import BUILT_IN, PROBLEM_PACKAGES, palette, typed
from batuta.campaign.model import Activity
from batuta.kit.problems import LANGUAGES, Texts

KINDS = sorted(palette().items())
TEXTS = Texts.load(PROBLEM_PACKAGES)
OWN = [package for package in PROBLEM_PACKAGES if package.startswith(("batuta.activities", "batuta.campaign"))]
PLACE = re.compile(r"\{(\w+)\}")


def folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def examples(kind: type[Kind], language: str) -> list[dict[str, Any]]:
    """The activities of the example in a kind's help."""
    text = folder(kind.__module__).joinpath(f"help.{language}.md").read_text("utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return list(yaml.safe_load(block))


def codes_used(package: str) -> set[str]:
    """The codes that the modules of a package give to problems, taken from their syntax trees."""
    found: set[str] = set()
    for path in folder(package).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if path.name.startswith("test_") or not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            codes = [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in ("Problem", "Remark"):
                found.update(codes)
            if name in ("unknown", "_no_output"):
                found.update(code + near for code in codes for near in ("", "-near"))
    return found


def test_one_line_for_each_kind() -> None:
    assert len(BUILT_IN) == len(set(BUILT_IN))
    assert {path.partition(":")[0] for path in BUILT_IN} == {
        f"batuta.activities.{path.parent.name}" for path in folder("batuta.activities").glob("*/__init__.py")
    }


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_kind_has_its_furniture(name: str, kind: type[Kind]) -> None:
    there = folder(kind.__module__)
    assert there.name == name.replace("-", "_")
    assert (there / f"test_{there.name}.py").is_file()
    assert kind.__doc__
    for language in LANGUAGES:
        help_text = there.joinpath(f"help.{language}.md").read_text("utf-8")
        assert help_text.startswith("# ")
        written = [setting.alias or field for field, setting in kind.model_fields.items()]
        assert [field for field in written if f"**{field}**" not in help_text] == []


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_every_setting_is_described_for_the_form(name: str, kind: type[Kind]) -> None:
    form = kind.model_json_schema()
    assert [field for field, setting in form.get("properties", {}).items() if not setting.get("description")] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_the_example_in_the_help_is_valid(name: str, kind: type[Kind], language: str) -> None:
    activities = examples(kind, language)
    assert {activity["kind"] for activity in activities} == {name}
    assert all(isinstance(typed(Activity.model_validate(activity)), kind) for activity in activities)
    campaign = {"id": "c", "name": "C", "activities": activities}
    jsonschema.Draft202012Validator(campaign_schema()).validate(campaign)


@pytest.mark.parametrize("package", PROBLEM_PACKAGES)
def test_texts_in_both_languages_name_the_same_places(package: str) -> None:
    by_language = [Texts.load([package]).by_language[language] for language in LANGUAGES]
    assert len({frozenset(texts) for texts in by_language}) == 1
    for code, text in by_language[0].items():
        assert text
        assert {frozenset(PLACE.findall(texts[code])) for texts in by_language} == {frozenset(PLACE.findall(text))}, (
            code
        )


def test_every_code_has_texts_and_every_text_is_used() -> None:
    used = set().union(*(codes_used(package) for package in OWN))
    mistakes = set(
        re.findall(r'"((?:field|file)-[a-z-]+)"', (folder("batuta.campaign") / "mistakes.py").read_text("utf-8"))
    )
    mistakes |= {f"{code}-near" for code in mistakes if code in ("field-unknown", "field-needs-choice")}
    known = set().union(*(Texts.load([package]).by_language["en"] for package in OWN))
    assert used - set(TEXTS.by_language["en"]) == set()
    assert known - used - mistakes - liquid_codes() == set()


def liquid_codes() -> set[str]:
    """Codes that `messages` gives to problems which the email activity has the texts of."""
    return {
        code
        for path in folder("batuta.messages").glob("*.py")
        for code in re.findall(r'"(email-[a-z-]+)"', path.read_text("utf-8"))
    }


def test_the_packages_of_problems_exist() -> None:
    assert [package for package in PROBLEM_PACKAGES if not files(package).joinpath("__init__.py").is_file()] == []
