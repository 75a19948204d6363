from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from batuta.kit.problems import LANGUAGES
from batuta.rules.called import Names
from batuta.rules.lists import ValueList
from batuta.rules.reading import _SAYINGS, read_rule
from batuta.rules.spelling import spell, texts_of
from batuta.rules.tree import AggregateFunction, Behaviour, LinkOperator, Operator, Rule
from batuta.schema.model import Attribute, Catalogue, Relationship, Schema
from batuta.schema.types import DATE, DATETIME, INSTANT, INTEGER, STRING

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
CATALOGUE = Catalogue(
    schemas=(
        Schema(
            name="person",
            attributes=(
                Attribute(name="id", type=INTEGER),
                Attribute(name="city", type=STRING, label="Home town"),
                Attribute(name="born", type=DATE),
                Attribute(name="country_code", type=STRING),
            ),
            primary_key=("id",),
        ),
        Schema(name="country", attributes=(Attribute(name="code", type=STRING, label="Code"),), primary_key=("code",)),
        Schema(
            name="order",
            attributes=(
                Attribute(name="id", type=INTEGER),
                Attribute(name="person_id", type=INTEGER),
                Attribute(name="total", type=INTEGER, label="Amount"),
                Attribute(name="day", type=DATE),
            ),
            primary_key=("id",),
        ),
    ),
    relationships=(
        Relationship(
            source="person", target="country", pairs=(("country_code", "code"),), name="country", reverse="people"
        ),
        Relationship(source="order", target="person", pairs=(("person_id", "id"),), name="person", reverse="orders"),
    ),
)
LISTS = {"long": ValueList("long", tuple(range(1, 8)))}
NAMES = Names(CATALOGUE, "person", {"vips": "Very important people"}, LISTS)


def condition(expression: str, operator: str, **fields: object) -> dict[str, object]:
    return {"kind": "attribute", "expression": expression, "operator": operator, **fields}


def read(rule: dict[str, Any], language: Any = "en", names: Names = NAMES) -> list[str]:
    lines = read_rule(RULE.validate_python(rule), names, language)
    return ["  " * line.depth + line.text for line in lines]


def test_a_rule_in_both_languages() -> None:
    rule = {
        "kind": "and",
        "children": [
            condition("[city]", "not-equal", value="Paris"),
            {
                "kind": "aggregate",
                "function": "sum",
                "path": "orders",
                "expression": "[total]",
                "operator": "greater-or-equal",
                "value": 1250.5,
                "rule": condition("[day]", "between", values=["2024-02-29", "2024-03-01"]),
            },
            {
                "kind": "except",
                "label": "Neighbours",
                "enabled": False,
                "children": [
                    condition("[country.code]", "in", values=["fr", "es"]),
                    {"kind": "in-audience", "audience": "Friends"},
                ],
            },
        ],
    }
    assert read(rule) == [
        "all of these hold:",
        "  Home town is not “Paris” (including those without a value)",
        "  the total of Amount in orders is 1,250.5 or more, of those where:",
        "    day is from 29 February 2024 to 1 March 2024",
        "  Neighbours: the first of these holds, and none of the others (switched off):",
        "    country \u203a Code is one of “fr”, “es”",
        "    is in the audience “Friends”",
    ]
    assert read(rule, "fr") == [
        "toutes ces conditions sont remplies\u00a0:",
        "  Home town n'est pas égal à «\u00a0Paris\u00a0» (y compris ceux sans valeur)",
        "  le total de Amount dans orders est supérieur ou égal à 1\u202f250,5, parmi celles où\u00a0:",
        "    day est compris entre 29 février 2024 et 1er mars 2024",
        "  Neighbours\u00a0: la première de ces conditions est remplie, et aucune des autres (désactivé)\u00a0:",
        "    country \u203a Code est l'une des valeurs «\u00a0fr\u00a0», «\u00a0es\u00a0»",
        "    fait partie de l'audience «\u00a0Friends\u00a0»",
    ]


def test_paths_lead_to_the_nodes_and_parts_of_what_is_off_are_off() -> None:
    inner = {
        "kind": "or",
        "enabled": False,
        "children": [{"kind": "exists", "path": "orders", "rule": {"kind": "all-rows"}}],
    }
    lines = read_rule(RULE.validate_python({"kind": "and", "children": [{"kind": "all-rows"}, inner]}), NAMES)
    assert [(line.path, line.enabled) for line in lines] == [
        ("", True),
        ("children.0", True),
        ("children.1", False),
        ("children.1.children.0", False),
        ("children.1.children.0.rule", False),
    ]


SAID = [
    ({"kind": "exists", "path": "orders", "negated": True}, "has no orders"),
    ({"kind": "expression", "expression": "[a] > [b]"}, "the formula [a] > [b] is true"),
    ({"kind": "in-transition", "transition": "split.a", "negated": True}, "is not among the people of split.a"),
    (
        {"kind": "linked-to", "path": "country", "operator": "is-not", "rows": ["fr"]},
        "country is not “fr” (including those without any)",
    ),
    ({"kind": "linked-to", "path": "country", "operator": "is-empty"}, "there is no country"),
    ({"kind": "filter", "filter": "vips"}, "the filter “Very important people” holds"),
    (
        {"kind": "filter", "filter": "x", "arguments": {"city": "Rome", "codes": ["a", "b"]}},
        "the filter “x” holds with city: “Rome”; codes: “a”, “b”",
    ),
    (
        {"kind": "feedback", "behaviour": "not-opened", "campaign": "spring", "machines": True}
        | {"period": {"operator": "last-days", "value": 30}},
        (
            "was sent a message and did not open it, campaign “spring”; the sending is in the last 30 days "
            "(what machines did counts too)"
        ),
    ),
    (
        {"kind": "feedback", "behaviour": "opened", "period": {"operator": "today"}},
        "opened a message, campaign of this transition; the time is today",
    ),
    (condition("[city]", "contains", value="x", match_case=True, match_accents=True), None),
    (
        condition("[city]", "not-contains", value="x", match_case=True),
        "Home town does not contain “x” (including those without a value; upper and lower case matter)",
    ),
    (
        condition("[city]", "not-equal", value={"expression": "[country.code]"}),
        "Home town is not country \u203a Code (including those where just one of the two is empty)",
    ),
    (condition("Lower([city])", "equal", value="x"), "Lower([city]) is “x”"),
    (condition("[born]", "last-days", value=1), "born is yesterday or today"),
    (condition("[born]", "birthday-in-days", value=7), "the birthday born is today or in the next 7 days"),
    (condition("[id]", "in", values=list(range(1, 1008))), "id is one of 1, 2, 3, 4, 5 and 1,002 more"),
    (condition("[id]", "in", list="long"), "id is one of 1, 2, 3, 4, 5 and 2 more"),
    (condition("[id]", "in", list="gone"), "id is one of the values of a list that is kept apart"),
    (condition("[id]", "not-in", values_file="a.txt"), None),
    (condition("[id]", "equal"), "id is (nothing)"),
    (condition("[id]", "between", values=[1]), "id is from 1 to (nothing)"),
]


@pytest.mark.parametrize(("rule", "said"), [each for each in SAID if each[1]])
def test_leaves_in_words(rule: dict[str, Any], said: str) -> None:
    assert read(rule) == [said]


@pytest.mark.parametrize("rule", [rule for rule, _ in SAID])
def test_a_rule_over_what_is_not_known_can_be_read(rule: dict[str, Any]) -> None:
    for language in LANGUAGES:
        assert read(rule, language, Names())


def test_every_kind_of_rule_has_its_words() -> None:
    kinds = get_args(get_args(Rule)[0])
    assert set(_SAYINGS) == set(kinds)


def test_both_languages_have_the_same_texts_and_none_too_few() -> None:
    english, french = (texts_of(language) for language in LANGUAGES)
    assert set(english) == set(french)
    needed = {f"operator.{operator.value}" for operator in Operator}
    needed |= {f"figure.{function.value}" for function in AggregateFunction}
    needed |= {f"link.{operator.value}" for operator in LinkOperator}
    needed |= {f"feedback.{behaviour.value}" for behaviour in Behaviour}
    assert needed - set(english) == set()
    for name, text in english.items():
        assert places(text) == places(french[name]), name


def places(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (None, "(empty)", "(vide)"),
        ("", "(empty)", "(vide)"),
        (True, "true", "vrai"),
        (-1234567, "-1,234,567", "-1\u202f234\u202f567"),
        (Decimal("1234.50"), "1,234.50", "1\u202f234,50"),
        (0.1, "0.1", "0,1"),
        (float("nan"), "nan", "nan"),
        (date(2024, 5, 1), "1 May 2024", "1er mai 2024"),
        (datetime(2024, 2, 29, 7, 30), "29 February 2024, 07:30", "29 février 2024 à 07:30"),
        (datetime(2024, 2, 29, 7, 30, 1, 500, UTC), "29 February 2024, 07:30:01.0005 UTC", None),
        (time(7, 5), "07:05", "07:05"),
        ("{left}", "“{left}”", "«\u00a0{left}\u00a0»"),
    ],
)
def test_values_in_words(value: Any, english: str, french: str | None) -> None:
    assert spell(value, "en") == english
    assert french is None or spell(value, "fr") == french


def test_text_stands_for_what_is_expected_if_it_can() -> None:
    assert spell("2024-02-29", "en", DATE) == "29 February 2024"
    assert spell(datetime(2024, 2, 29, 7, 30), "en", INSTANT) == "29 February 2024, 07:30 UTC"
    assert spell(datetime(2024, 2, 29, 7, 30), "en", DATETIME) == "29 February 2024, 07:30"
    assert spell("2024-02-29", "en", STRING) == "“2024-02-29”"
    assert spell("1234.5", "en", INTEGER) == "1,234.5"
    assert spell("many", "en", INTEGER) == "“many”"
