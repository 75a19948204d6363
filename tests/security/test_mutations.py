"""Random damage to formulas and rules that are right: whatever becomes of them, people are told what is wrong."""

from __future__ import annotations

import copy
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from batuta.activities.palette import PROBLEM_PACKAGES
from batuta.campaign.file import read_campaign
from batuta.campaign.mistakes import mistakes
from batuta.kit.errors import InputError
from batuta.kit.problems import Problem, Problems, Texts
from batuta.rules.bind import bind_expression, bind_rule
from batuta.runs.questions.document import RuleFile

from .world import AROUND

TEXTS = Texts.load(PROBLEM_PACKAGES)
FORMULAS = [
    "Lower([email]) = 'ana@example.org' and not [vip]",
    "DaysDiff(GetDate(), [born]) < 30 or [points] * 2 - 1 >= -3.50",
    "Iif([city.name] = 'Paris', 'near', 'it''s far') + ToString([points] % 7)",
    "Case(When([points] > 10, 'many'), When([vip], 'some'), Else('few'))",
    "Sum([orders.total]) / CountAll([orders]) > $(vars/@limit)",
    "Over(RowNum(), PartitionBy([status]), OrderBy(Desc([points]), [name])) <= 3",
    "Coalesce(Round([balance], 1), ToDouble([name]), 0) <> Abs(-[score])",
    "ToTimeZone([seen], 'Europe/Paris') > [joined]",
    "StringAgg([orders.note], ', ') = null",
    "[target.rank] = 1 and [segment] = $(vars/@brand)",
    "Decode([status], 'open', 1, 'closed', 2, 0) = Length(Substring([name], 2, 3))",
    "[born] = '2024-02-29' and [wakes] > '08:30'",
]
PIECES = [
    *"()[]',.=<>+-*/%$@!&|\"{}\\;:#~^_ 0123456789abcxyzABC\n\t\0",
    *("and", "or", "not", "null", "true", "''", "[email]", "[orders.total]", "$(vars/@brand)", "<>", "1e9", "9" * 40),
    *(
        "Lower(",
        "Sum(",
        "Over(",
        "Case(",
        "When(",
        "Else(",
        "é",
        "\u0130",
        "\u2019",
        "\U0001f600",
        "\ud800",
        "'a",
        "--",
    ),
]
RULES: list[Any] = [
    {
        "kind": "and",
        "children": [
            {"kind": "attribute", "expression": "[points]", "operator": "between", "values": [1, 20]},
            {
                "kind": "attribute",
                "expression": "[name]",
                "operator": "in",
                "values": ["Ana", "Bob"],
                "match_case": True,
            },
            {"kind": "attribute", "expression": "[born]", "operator": "last-days", "value": 30},
            {"kind": "attribute", "expression": "[email]", "operator": "matches", "value": "^a.*[0-9]{1,3}$"},
            {"kind": "or", "children": [{"kind": "all-rows"}, {"kind": "expression", "expression": "[vip]"}]},
        ],
    },
    {
        "kind": "except",
        "children": [
            {"kind": "exists", "path": "orders", "rule": {"kind": "expression", "expression": "[total] > 3"}},
            {"kind": "linked-to", "path": "city", "operator": "is", "rows": [1, 2]},
            {"kind": "in-audience", "audience": "Buyers", "negated": True},
            {"kind": "in-transition", "transition": "shares.big"},
            {"kind": "filter", "filter": "min-points", "arguments": {"points": 3}},
            {"kind": "filter", "filter": "named", "arguments": {"names": ["Ana", {"expression": "[email]"}]}},
        ],
    },
    {
        "kind": "and",
        "children": [
            {
                "kind": "aggregate",
                "path": "orders",
                "function": "sum",
                "expression": "[total]",
                "operator": "greater",
                "value": {"expression": "[points] * 2"},
                "rule": {"kind": "attribute", "expression": "[paid]", "operator": "is-true"},
            },
            {
                "kind": "feedback",
                "behaviour": "not-opened",
                "activity": "mail",
                "period": {"operator": "last-weeks", "value": 2},
            },
            {"kind": "attribute", "expression": "[seen]", "operator": "less", "value": "2024-01-01T00:00Z"},
            {"kind": "attribute", "expression": "[status]", "operator": "not-in", "values": ["open"]},
        ],
    },
]
VALUES: list[Any] = [
    *(None, True, -1, 0, 10**30, 1e308, "", "x", "\0", "\ud800", "NO", [], {}, [[]], [{}], {"kind": "and"}, "[points]"),
    *({"expression": "[email"}, {"expression": ""}, "9" * 5_000, "all-rows", "orders.person", "..", "{name}", "%s"),
]
COMMON = settings(
    max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def check(problem: Problem) -> None:
    for language in ("en", "fr"):
        text = TEXTS.say(problem, language)
        assert text.strip()
        assert text.isprintable()
        assert len(text) < 4_000
        text.encode()
        shown = json.dumps([str(value) for value in problem.values.values()], ensure_ascii=False)
        for place in re.findall(r"\{[a-z]+\}|\b(?:type|operator|term)\.[a-z-]+", text):
            assert place in shown, text


def problems_of(attempt: Callable[[], object]) -> Sequence[Problem]:
    """Return what is wrong, nothing if the attempt succeeds; whatever else is raised is a failure."""
    try:
        attempt()
    except Problems as error:
        return error.problems or pytest.fail("problems without any")
    return ()


def check_formula(formula: str) -> None:
    for problem in problems_of(lambda: bind_expression(formula, AROUND)):
        assert 1 <= int(str(problem.values["position"])) <= len(formula) + 1
        check(problem)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(FORMULAS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 8)))
        piece = draw(st.sampled_from(PIECES))
        text = draw(
            st.sampled_from(
                [
                    text[:start] + text[end:],
                    text[:start] + piece + text[start:],
                    text[:start] + piece + text[end:],
                    text[:end] + text[start:end] + text[end:],
                    text[end:] + text[:start],
                ]
            )
        )
    return text


@COMMON
@given(damaged())
def test_damaged_formulas(formula: str) -> None:
    check_formula(formula)


@COMMON
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_heaps_of_pieces(formula: str) -> None:
    check_formula(formula)


@COMMON
@given(st.text(max_size=60))
def test_any_text(formula: str) -> None:
    check_formula(formula)


def places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if steps:
        yield steps
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        yield from places(part, (*steps, step))


def part_at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def damage(rule: Any, chance: random.Random) -> Any:
    """Drop, replace, rename, duplicate or swap one part of a rule."""
    rule = copy.deepcopy(rule)
    found = list(places(rule))
    if not found:
        return chance.choice(VALUES)
    *before, last = chance.choice(found)
    holder = part_at(rule, tuple(before))
    match chance.randrange(5):
        case 0:
            del holder[last]
        case 1:
            holder[last] = copy.deepcopy(chance.choice(VALUES))
        case 2 if isinstance(holder, dict):
            holder[f"{last}x"] = holder.pop(last)
        case 3 if isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]))
        case _:
            other = chance.choice(found)
            holder[last] = copy.deepcopy(part_at(rule, other))
    return rule


def check_rule(rule: Any) -> bool:
    """Tell whether a rule is still right, after making sure that otherwise each mistake is told where it stands."""
    raw = {"dimension": "people", "rule": rule}
    try:
        file = RuleFile.model_validate(raw)
    except ValidationError as error:
        found = mistakes(error, RuleFile, raw)
        assert found
        for problem in found:
            assert exists_in(raw, problem.field.split(".")), problem
            check(problem)
        return False
    written = file.rule.model_dump(mode="python", by_alias=True)
    found = problems_of(lambda: bind_rule(file.rule, AROUND))
    for problem in found:
        assert problem.field == "" or exists_in(written, problem.field.split(".")), problem
        check(problem)
    return not found


def exists_in(value: Any, steps: list[str]) -> bool:
    """Tell whether a path leads to a part, or to a field that is missing at its end."""
    for place, step in enumerate(steps):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, (list, tuple)) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return place == len(steps) - 1
    return True


@COMMON
@given(st.sampled_from(RULES), st.integers(0, 2**32), st.integers(1, 4))
def test_damaged_rules(rule: Any, seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        rule = damage(rule, chance)
    check_rule(rule)


def test_the_rules_and_formulas_are_right_before_they_are_damaged() -> None:
    assert [check_rule(rule) for rule in RULES] == [True] * len(RULES)
    for formula in FORMULAS[:-5]:
        bind_expression(formula, AROUND)


@COMMON
@given(st.data())
def test_damaged_files(data: st.DataObject) -> None:
    text = yaml.safe_dump({"batuta": 1, "id": "c", "name": "C", "activities": [], "rule": RULES[0]}, sort_keys=False)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.sampled_from([*PIECES, "- ", ": ", "&a ", "*a", "!!int ", "\n  ", "? ", "|\n", ">-", "%"]))
        text = text[:at] + piece + text[at + data.draw(st.integers(0, 3)) :]
    try:
        read_campaign(text)
    except InputError as error:
        for line in error.message().splitlines():
            assert re.match(r"campaign(:[0-9]+:[0-9]+)?: \S", line), line


def steps_of(work: Callable[[], object]) -> int:
    """Count the calls that some work makes: what a stopwatch would tell without the noise of the machine."""
    count = 0

    def counting(_frame: object, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        work()
    except Problems:
        pass
    finally:
        sys.setprofile(before)
    return count


GROWING: dict[str, Callable[[int], str]] = {
    "a sum": lambda size: " + ".join(["[points]"] * (size // 11)),
    "texts": lambda size: " + ".join(["'it''s'"] * (size // 10)),
    "conditions": lambda size: " or ".join(["[vip]"] * (size // 9)),
    "arguments": lambda size: f"Coalesce({', '.join(['[points]'] * (size // 10))})",
    "quotes": lambda size: "'" * (size - size % 2),
    "an open quote": lambda size: "'" + "a''" * (size // 3),
    "signs": lambda size: "<" * size,
    "brackets": lambda size: "[" * size,
    "spaces": lambda size: " " * size + "1",
    "unknown names": lambda size: " + ".join(f"[pionts{place}]" for place in range(size // 15)),
    "whens": lambda size: f"Case({', '.join(['When([vip], 1)'] * (size // 16))}, Else(2))",
}


@pytest.mark.parametrize("name", GROWING)
def test_work_grows_no_faster_than_the_formula(name: str) -> None:
    small, large = (
        steps_of(lambda size=size: bind_expression(GROWING[name](size), AROUND))  # type: ignore[misc]
        for size in (2_400, 19_200)
    )
    assert large <= 8 * 1.5 * small + 500
