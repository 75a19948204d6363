from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from batuta.kit.problems import Problem, Problems, Texts
from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.functions.model import Family
from batuta.rules.tree import And, Everyone, Rule

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
TEXTS = Texts.load(["batuta.rules"])

FORMULAS = {
    "expression.empty": (" ", 1),
    "expression.too-long": ("'" + "a" * 20_000 + "'", 20_001),
    "expression.too-deep": ("(" * 51 + "1", 51),
    "expression.too-heavy": ("AddDays(" * 15 + "[born]" + ", 1)" * 15, 1),
    "expression.bad-number": ("1 + 12.5.3", 5),
    "expression.long-number": ("1 + 12345678901234567890", 5),
    "expression.foreign-sign": ("[vip] && [vip]", 7),
    "expression.foreign-quote": ('[name] = "Ana"', 10),
    "expression.invisible": ("[name] = 'A\0'", 12),
    "expression.unopened": ("Lower([email]))", 15),
    "expression.decimal-comma": ("12,50", 3),
    "expression.word-of-conditions": ("[name] like 'A%'", 8),
    "expression.bare-function": ("1 + length [name]", 5),
    "expression.unclosed": ("Lower('abc", 7),
    "expression.bad-variable": ("1 + $(brand)", 5),
    "expression.stray": ("[points] ; 1", 10),
    "expression.chained-comparison": ("1 < [points] < 3", 14),
    "expression.left-over": ("[points] [rank]", 10),
    "expression.missing-value": ("[points] +", 11),
    "expression.bare-name": ("Lower(email)", 7),
    "expression.unexpected": ("Lower([email] [name])", 15),
    "expression.bad-name": ("[city..name]", 1),
    "expression.unknown-variable": ("$(vars/@xyz)", 1),
    "expression.unknown-variable-near": ("$(vars/@brend)", 1),
    "expression.unknown-column": ("[target.xyz]", 1),
    "expression.unknown-column-near": ("[target.segmnt]", 1),
    "expression.unknown-attribute": ("1 + [qqq]", 5),
    "expression.unknown-attribute-near": ("1 + [pionts]", 5),
    "expression.unknown-function": ("Xyzzy(1)", 1),
    "expression.unknown-function-near": ("Lowr([email])", 1),
    "expression.not-offered": ("'a' + NodeValue([email], '/a')", 7),
    "expression.unknown-link": ("[qqq.name]", 1),
    "expression.unknown-link-near": ("[citi.name]", 1),
    "expression.no-secondary": ("[secondary.total]", 1),
    "expression.many-rows": ("1 + [orders.total]", 5),
    "expression.link-alone": ("Lower([city])", 7),
    "expression.figure-of-one-row": ("Sum([points])", 5),
    "expression.two-paths": ("Sum([orders.total] * [city.people.points])", 22),
    "expression.rows-needed": ("1 + Sum(1)", 5),
    "expression.figure-in-figure": ("Sum(Count([orders.id]))", 5),
    "expression.text-needed": ("StringAgg([orders.note], [orders.note])", 26),
    "expression.outside-over": ("1 + RowNum()", 5),
    "expression.over-form": ("Over(Sum([points]), [name])", 21),
    "expression.desc-of-one": ("Over(RowNum(), OrderBy(Desc([points], [name])))", 24),
    "expression.distinct-in-order": ("Over(CountDistinct([name]), OrderBy([points]))", 29),
    "expression.window-not-here": ("1 + Over(Sum(Over(Sum([points]))))", 14),
    "expression.json": ("[extra]", 1),
    "expression.case-form": ("Case([vip], 1)", 6),
    "expression.argument-count": ("1 + Left([email])", 5),
    "expression.argument-count-optional": ("1 + Round()", 5),
    "expression.no-arguments": ("1 + GetDate([born])", 5),
    "expression.argument-type": ("Left([email], [vip])", 15),
    "expression.literal-needed": ("Round([balance], [points])", 18),
    "expression.zone-needed": ("ToTimeZone([seen], [name])", 20),
    "expression.unknown-zone": ("ToTimeZone([seen], '?')", 20),
    "expression.unknown-zone-near": ("ToTimeZone([seen], 'Europe/Pari')", 20),
    "expression.wrong-type": ("[points]", 1),
    "expression.no-zone": ("[seen] > GetDate()", 8),
    "expression.not-comparable": ("[points] = [born]", 10),
    "expression.no-order": ("[vip] > true", 7),
    "expression.no-common-type": ("Coalesce([points], [name])", 1),
    "expression.no-substitute": ("NoNull([born])", 1),
    "expression.too-many-digits": ("[balance] * 1.12345678901234567", 11),
    "value.wrong-type": ("[born] > '2023-02-29'", 8),
    "value.not-in-enum": ("[status] = 'qqq'", 10),
    "value.not-in-enum-near": ("[status] = 'opn'", 10),
    "value.with-zone": ("[born] > '2024-02-28T10:00+01:00'", 8),
    "value.no-zone": ("[seen] > '2024-02-28T10:00'", 8),
}


def condition(expression: str, operator: str, **more: object) -> dict[str, object]:
    return {"kind": "attribute", "expression": expression, "operator": operator, **more}


def group(kind: str, *children: object) -> dict[str, object]:
    return {"kind": kind, "children": list(children)}


def aggregate(function: str, **more: object) -> dict[str, object]:
    return {"kind": "aggregate", "path": "orders", "function": function, "operator": "less", "value": 3, **more}


def nested(levels: int) -> dict[str, object]:
    rule: dict[str, object] = {"kind": "all-rows"}
    for _ in range(levels - 1):
        rule = group("and", rule)
    return rule


OFF = {"kind": "all-rows", "enabled": False}
RULES: dict[str, tuple[Any, str]] = {
    "value.empty": (condition("[name]", "equal", value=""), "value"),
    "value.wrong-type": (condition("[points]", "equal", value="ten"), "value"),
    "value.not-quoted": (condition("[name]", "in", values=["a", 12]), "values.1"),
    "value.not-in-enum": (condition("[status]", "equal", value="qqq"), "value"),
    "value.not-in-enum-near": (condition("[status]", "equal", value="Closd"), "value"),
    "value.out-of-range": (condition("[balance]", "equal", value="0." + "1" * 19), "value"),
    "value.with-zone": (condition("[joined]", "greater", value="2024-01-01T00:00Z"), "value"),
    "value.no-zone": (condition("[seen]", "greater", value="2024-01-01"), "value"),
    "rule.switched-off": (OFF, ""),
    "rule.too-deep": (nested(51), ".".join(["children.0"] * 50)),
    "rule.empty-group": (group("and", {"kind": "all-rows"}, group("or", OFF)), "children.1"),
    "rule.except-without-first": (group("except", OFF, {"kind": "all-rows"}), ""),
    "rule.no-path": ({"kind": "exists", "path": ""}, "path"),
    "rule.one-row": ({"kind": "exists", "path": "city"}, "path"),
    "expression.unknown-link": ({"kind": "exists", "path": "qqq"}, "path"),
    "expression.unknown-link-near": ({"kind": "exists", "path": "ordrs"}, "path"),
    "rule.aggregate-needs-expression": (aggregate("sum"), "expression"),
    "rule.count-of-expression": (aggregate("count", expression="[total]"), "expression"),
    "rule.aggregate-order": (aggregate("min", expression="[paid]"), "expression"),
    "rule.aggregate-number": (aggregate("average", expression="[day]"), "expression"),
    "rule.unknown-audience": ({"kind": "in-audience", "audience": "qqq"}, "audience"),
    "rule.unknown-audience-near": ({"kind": "in-audience", "audience": "Byers"}, "audience"),
    "rule.audience-of-other": ({"kind": "in-audience", "audience": "Big cities"}, "audience"),
    "rule.operator-unfit": (condition("[points]", "contains", value="1"), "operator"),
    "rule.value-not-needed": (condition("[name]", "is-empty", value="x"), "value"),
    "rule.amount": (condition("[born]", "last-days", value=0), "value"),
    "rule.list-missing": (condition("[name]", "not-in"), "values"),
    "rule.between-two": (condition("[points]", "between", values=[1]), "values"),
    "rule.between-order": (condition("[points]", "between", values=[2, 1]), "values"),
    "rule.single-value": (condition("[points]", "equal", values=[1, 2]), "values"),
    "rule.value-missing": (condition("[points]", "equal"), "value"),
    "rule.pattern-constant": (condition("[name]", "matches", value={"expression": "[email]"}), "value"),
    "rule.pattern": (condition("[name]", "matches", value="a(?=b)"), "value"),
    "expression.no-zone": (condition("[seen]", "less", value={"expression": "GetDate()"}), "value.expression"),
    "expression.not-comparable": (condition("[points]", "less", value={"expression": "[vip]"}), "value.expression"),
    "expression.wrong-type": ({"kind": "expression", "expression": "[points]"}, "expression"),
}


def problems_of(attempt: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        attempt()
    return caught.value.problems


@pytest.mark.parametrize("code", FORMULAS)
def test_a_faulty_formula_is_a_problem_at_its_position(code: str, around: Surroundings) -> None:
    formula, position = FORMULAS[code]
    expect = Family.BOOLEAN if code == "expression.wrong-type" else None
    (problem,) = problems_of(lambda: bind_expression(formula, around, expect=expect))
    assert problem.code == code
    assert problem.values["position"] == position
    assert_told(problem)


def test_a_function_that_the_engine_does_not_offer_is_a_problem_at_its_position(around: Surroundings) -> None:
    assert bind_expression("1 + Length(Sha512Digest([email]))", replace(around, engine="postgres"))
    there = replace(around, engine="duckdb")
    (problem,) = problems_of(lambda: bind_expression("1 + Length(SHA512Digest([email]))", there))
    values = {"position": 12, "name": "Sha512Digest", "engine": "duckdb", "others": ["postgres", "spark"]}
    assert (problem.code, problem.values) == ("expression.not-on-engine", values)
    assert_told(problem)
    rule = RULE.validate_python(
        {"kind": "exists", "path": "orders", "rule": condition("Sha512Digest([note])", "is-empty")}
    )
    (problem,) = problems_of(lambda: bind_rule(rule, there))
    assert (problem.code, problem.field) == ("expression.not-on-engine", "rule.expression")


def test_lines_of_a_file_have_columns_only(around: Surroundings) -> None:
    lines = Surroundings(around.catalogue, "", around.columns)
    (problem,) = problems_of(lambda: bind_expression("1 + [city.name]", lines))
    assert (problem.code, problem.values) == ("expression.no-dimension", {"position": 5, "name": "city"})
    assert_told(problem)


@pytest.mark.parametrize("code", RULES)
def test_a_faulty_rule_is_a_problem_on_its_field(code: str, around: Surroundings) -> None:
    raw, field = RULES[code]
    (problem,) = problems_of(lambda: bind_rule(RULE.validate_python(raw), around))
    assert (problem.code, problem.field) == (code, field)
    assert_told(problem)


def assert_told(problem: Problem) -> None:
    for language in ("en", "fr"):
        text = TEXTS.say(problem, language)
        assert "{" not in text
        assert not re.search(r"\b(type|operator|term)\.[a-z]", text)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("-[email]", "- needs a number at position 2, but gets a text. Change or convert the value."),
        (
            "[points] * [seen]",
            "* needs a number at position 12, but gets a date with time and zone. Change or convert the value.",
        ),
    ],
)
def test_operators_are_called_as_they_are_written(around: Surroundings, formula: str, text: str) -> None:
    assert [TEXTS.say(problem) for problem in problems_of(lambda: bind_expression(formula, around))] == [text]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("[points]", "true cannot be read as a whole number. Write it like this: 1200."),
        ("[email]", "true is compared with a text but is not in quotes. Write 'true'."),
    ],
)
def test_values_are_shown_as_they_are_written(around: Surroundings, expression: str, text: str) -> None:
    rule = RULE.validate_python(condition(expression, "equal", value=True))
    assert [TEXTS.say(problem) for problem in problems_of(lambda: bind_rule(rule, around))] == [text]


def test_every_code_is_provoked_and_has_a_text_in_both_languages() -> None:
    words = ("type.", "operator.", "term.")
    root = Path(__file__).parents[3]
    tests = [*Path(__file__).parent.glob("test_*.py"), *(root / "tests/scenarios").glob("test_*.py")]
    elsewhere = "".join(test.read_text("utf-8") for test in tests if test != Path(__file__))
    for texts in TEXTS.by_language.values():
        codes = {code for code in texts if not code.startswith(words)}
        here = set(FORMULAS) | set(RULES) | {"expression.no-dimension", "expression.not-on-engine"}
        assert here <= codes
        assert {code for code in codes - here if f'"{code}"' not in elsewhere} == set()
    assert set(TEXTS.by_language["en"]) == set(TEXTS.by_language["fr"])


def test_every_problem_of_a_rule_is_told_at_once(around: Surroundings) -> None:
    rule = group(
        "or",
        condition("[pionts]", "equal", value=1),
        {"kind": "exists", "path": "orders", "rule": group("and", condition("[total]", "equal", value="much"))},
        group("except", {"kind": "all-rows"}, condition("[email] + Lowr([name])", "is-empty")),
        condition("[born]", "between", values=["2024-01-32", "soon"]),
    )
    found = [(p.field, p.code) for p in problems_of(lambda: bind_rule(RULE.validate_python(rule), around))]
    assert found == [
        ("children.0.expression", "expression.unknown-attribute-near"),
        ("children.1.rule.children.0.value", "value.wrong-type"),
        ("children.2.children.1.expression", "expression.unknown-function-near"),
        ("children.3.values.0", "value.wrong-type"),
        ("children.3.values.1", "value.wrong-type"),
    ]


def test_a_text_says_what_is_wrong_then_what_to_do(around: Surroundings) -> None:
    (problem,) = problems_of(lambda: bind_expression("Left([points], 2)", around))
    assert TEXTS.say(problem) == (
        "Left needs a text at position 6, but gets a whole number. Change or convert the value."
    )
    assert TEXTS.say(problem, "fr") == (
        "Left demande un texte à la position 6, mais reçoit un nombre entier. Changez ou convertissez la valeur."
    )


def test_switched_off_parts_are_not_looked_at(around: Surroundings) -> None:
    faulty = condition("[nothing]", "equal", value=1, enabled=False)
    rule = group("and", {"kind": "all-rows"}, faulty, {"kind": "exists", "path": "orders", "rule": faulty})
    bind_rule(RULE.validate_python(rule), around)


def test_very_deep_rules_are_refused_without_harm(around: Surroundings) -> None:
    rule: Rule = Everyone()
    for _ in range(3000):
        rule = And(children=(rule,))
    (problem,) = problems_of(lambda: bind_rule(rule, around))
    assert problem.code == "rule.too-deep"
