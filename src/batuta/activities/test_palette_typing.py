"""Typing of raw parameters: whatever is written, the answer is settings or problems that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batuta.activities import palette as module
from batuta.activities.contract import Kind
from batuta.activities.palette import palette, tidied, typed
from batuta.campaign.model import Activity, Campaign
from batuta.kit.errors import SystemFault
from batuta.kit.problems import LANGUAGES, Gather, Problems
from batuta.testing import TEXTS

WORDS = sorted(
    {
        *(field for kind in palette().values() for field in kind.model_fields),
        *(
            "kind",
            "value",
            "values",
            "operator",
            "expression",
            "children",
            "rule",
            "path",
            "name",
            "alias",
            "attributes",
        ),
        *("and", "or", "attribute", "exists", "aggregate", "all-rows", "equal", "in", "random", "preferred", "union"),
        *("[email]", "orders", "recipients", "", "é", "{x}"),
    }
)
SCALARS = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-3, 200) | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=15,
)


@given(st.sampled_from(sorted(palette())), st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6))
def test_any_parameters_become_settings_or_readable_problems(kind: str, parameters: dict[str, Any]) -> None:
    activity = Activity(id="it", kind=kind, parameters=parameters)
    found = Gather()
    settings = found.attempt(lambda: typed(activity))
    for problem in found.found:
        for language in LANGUAGES:
            assert TEXTS.say(problem, language)
    if settings is None:
        assert found.found
    else:
        campaign = tidied(Campaign(id="c", name="C", activities=(activity,)))
        assert typed(campaign.activities[0]) == settings


NO_VALUE = "[...] cannot be used as a value here. Write text, a number, true or false, or `expression:` with a formula."


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"rule": {"kind": "attribute", "expression": "[a]", "operator": "equal", "value": {"expresion": "x"}}},
            [
                ("rule.value.expression", "The field expression is missing. Add it here."),
                ("rule.value.expresion", "There is no field expresion here. Did you mean expression?"),
            ],
        ),
        (
            {"rule": {"kind": "attribute", "expression": "[a]", "operator": "equal", "value": [1]}},
            [
                ("rule.value", NO_VALUE),
            ],
        ),
        ({"rule": {"expression": "[a]"}}, [("rule.kind", "The field kind is missing. Add it here.")]),
        (
            {"rule": {"kind": "and", "children": [{"kind": "exsts", "path": "orders"}]}},
            [("rule.children.0.kind", "exsts is no possible choice here. Did you mean exists?")],
        ),
        (
            {"rule": {"kind": "exists", "pth": "orders"}},
            [
                ("rule.path", "The field path is missing. Add it here."),
                ("rule.pth", "There is no field pth here. Did you mean path?"),
            ],
        ),
        (
            {"rule": "everyone"},
            [("rule", "A group of fields is needed here, found everyone. Write them below, each as name and value.")],
        ),
        (
            {"rule": {"kind": "all-rows"}, "columns": {"name": "x"}},
            [("columns", "A list is needed here, found {...}. Write one entry for each line, each after a dash.")],
        ),
        (
            {"rule": {"kind": "all-rows", "enabled": "perhaps"}},
            [("rule.enabled", "Yes or no is needed here, found perhaps. Write true or false.")],
        ),
    ],
)
def test_mistakes_inside_rules_are_placed_and_worded(parameters: dict[str, Any], said: list[tuple[str, str]]) -> None:
    activity = Activity(id="it", kind="build-audience", parameters={"dimension": "recipients", **parameters})
    with pytest.raises(Problems) as caught:
        typed(activity)
    assert [(problem.field, TEXTS.say(problem)) for problem in caught.value.problems] == said


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("batuta.activities.nowhere:Nothing", "the activity cannot be loaded: No module named"),
        (
            "batuta.activities.fork:Spoon",
            "the activity cannot be loaded: module 'batuta.activities.fork' has no attribute",
        ),
        ("batuta.activities.contract:Output", "this is no kind of activity"),
        ("batuta.activities.fork:Fork", "the kind 'fork' exists already"),
    ],
)
def test_a_kind_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, line: str, found: str) -> None:
    monkeypatch.setattr(module, "BUILT_IN", (*module.BUILT_IN, line))
    palette.cache_clear()
    try:
        with pytest.raises(SystemFault) as caught:
            palette()
    finally:
        palette.cache_clear()
    assert caught.value.place == line
    assert caught.value.found.startswith(found)


def test_every_kind_belongs_to_a_family() -> None:
    assert {kind.family for kind in palette().values()} == {"targeting", "flow", "data", "channel"}
    assert all(issubclass(kind, Kind) and kind.title for kind in palette().values())
