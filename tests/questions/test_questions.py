"""Questions about a rule, on each engine; all answers are worked out by hand from the rows in conftest.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest

from batuta.kit.errors import InputError, NotFound
from batuta.kit.problems import Problems
from batuta.rules.bound import Moment, Predicate
from batuta.runs.model import Audience, AudienceVersion
from batuta.runs.ports import Counts
from batuta.runs.questions.asked import Asked, Place, bind_columns, understand, zone_in
from batuta.runs.questions.bins import day_edges, number_edges
from batuta.runs.questions.counting import count, count_statement, preview, preview_statement
from batuta.runs.questions.distributing import Bin, ValueCount, Wish, bind_formula, distribution
from batuta.runs.questions.document import RuleFile
from batuta.runs.questions.evidence import _EVIDENCE, Evidence
from batuta.runs.questions.explaining import NodeCount, counts, explain
from batuta.schema.types import DATE
from conftest import World

ALL: dict[str, object] = {"kind": "all-rows"}


def place(world: World, zone: str = "UTC", **audiences: Audience) -> Place:
    return Place(world.engine, world.catalogue, Moment(world.moment.now, zone), audiences)


def asked(world: World, rule: Mapping[str, object], dimension: str = "person", **fields: Any) -> Asked:
    file = RuleFile.model_validate({"dimension": dimension, "rule": rule, **fields})
    return understand(file, place(world), "rule.yaml")


def condition(expression: str, operator: str, **fields: object) -> dict[str, object]:
    return {"kind": "attribute", "expression": expression, "operator": operator, **fields}


def group(kind: str, *children: dict[str, object], **fields: object) -> dict[str, object]:
    return {"kind": kind, "children": list(children), **fields}


ANA = condition("[name]", "equal", value="ana")
RICH = condition("[points]", "greater", value=15)
BUYS: dict[str, object] = {"kind": "exists", "path": "orders"}
SPENDS: dict[str, object] = {
    "kind": "aggregate",
    "function": "sum",
    "path": "orders",
    "expression": "[total]",
    "operator": "less",
    "value": 20,
}


def test_count_and_its_statement(shop: World) -> None:
    assert count(asked(shop, ANA)) == Counts(3, 3)
    assert count(asked(shop, group("except", ALL, ANA))) == Counts(4, 4)
    assert "COUNT(*)" in count_statement(asked(shop, ANA))


def test_preview_with_chosen_columns(shop: World) -> None:
    columns = ["name", "country.name", {"name": "is vip", "expression": "[vip]"}]
    found = preview(asked(shop, RICH, columns=columns), 2, 1)
    assert found.columns == ("id", "name", "country.name", "is vip")
    assert [tuple(row) for row in found.rows] == [(3, "Ana", "España", None), (5, None, None, True)]
    assert "LIMIT 2" in preview_statement(asked(shop, RICH), 2)


def test_preview_of_all_attributes(shop: World) -> None:
    found = preview(asked(shop, condition("[id]", "equal", value=2)), 20)
    assert found.columns == ("id", "name", "points", "born", "country_code", "vip")
    assert [tuple(row) for row in found.rows] == [(2, "josé", 20, date(1990, 1, 1), "fr", False)]


def test_a_schema_that_is_no_dimension_can_be_asked_about(shop: World) -> None:
    file = RuleFile.model_validate({"schema": "country", "rule": condition("[people.id]", "equal", value=1)})
    with pytest.raises(Problems):
        understand(file, place(shop), "rule.yaml")
    file = RuleFile.model_validate({"schema": "country", "rule": {"kind": "exists", "path": "people"}})
    assert count(understand(file, place(shop), "rule.yaml")) == Counts(2, 2)


def test_everything_wrong_is_told_at_once_with_the_fields_of_the_file(shop: World) -> None:
    rule = group("and", condition("[nmae]", "equal", value="x"), condition("[points]", "contains", value="x"))
    with pytest.raises(Problems) as caught:
        asked(shop, rule, columns=["name", "cuontry.name"])
    assert [(problem.code, problem.field) for problem in caught.value.problems] == [
        ("expression.unknown-attribute-near", "rule.children.0.expression"),
        ("rule.operator-unfit", "rule.children.1.operator"),
        ("expression.unknown-link-near", "columns.1"),
    ]
    with pytest.raises(Problems) as caught:
        bind_columns(["name", "nope"], asked(shop, ALL).around)
    assert [problem.field for problem in caught.value.problems] == ["1"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "no dimension is named"),
        ({"dimension": "person", "schema": "person"}, "both a dimension and a schema are named"),
        ({"dimension": "persons"}, "Did you mean person?"),
        ({"schema": "contry"}, "Did you mean country?"),
        ({"dimension": "person", "timezone": "Europe/Pariss"}, "Did you mean Europe/Paris?"),
    ],
)
def test_a_file_that_speaks_of_nothing(shop: World, fields: dict[str, str], said: str) -> None:
    file = RuleFile.model_validate({**fields, "rule": ALL})
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        understand(file, Place(shop.engine, shop.catalogue, Moment(shop.moment.now, zone_in(file, "f"))), "f")


def test_counts_show_where_people_drop_out(shop: World) -> None:
    either = group("or", group("and", BUYS, ANA), SPENDS)
    rule = group("and", RICH, {**ANA, "enabled": False}, either, group("except", ALL, BUYS, ANA))
    told = counts(asked(shop, rule))
    assert told.rows == 7
    assert list(told.nodes) == [
        NodeCount("", 1),
        NodeCount("children.0", 4, 4),
        NodeCount("children.2", 6, 4),
        NodeCount("children.2.children.0", 1),
        NodeCount("children.2.children.0.children.0", 3, 2),
        NodeCount("children.2.children.0.children.1", 3, 1),
        NodeCount("children.2.children.1", 6),
        NodeCount("children.3", 2, 1),
        NodeCount("children.3.children.0", 7, 4),
        NodeCount("children.3.children.1", 3, 2),
        NodeCount("children.3.children.2", 3, 1),
    ]


def test_why_one_is_in(shop: World) -> None:
    told = explain(asked(shop, group("or", BUYS, ANA, SPENDS)), ["1"])
    assert (told.key, told.member) == ((1,), True)
    whole, buys, ana, spends = told.verdicts
    assert (whole.path, whole.holds, whole.decides, whole.evidence) == ("", True, True, ())
    assert (buys.holds, buys.decides, buys.linked) == (True, True, ((1, 1), (1, 2)))
    assert buys.evidence == (Evidence("evidence.linked", 2),)
    assert (ana.holds, ana.decides) == (False, False)
    assert [(each.name, each.value) for each in ana.evidence] == [("name", "José")]
    assert (spends.holds, spends.evidence) == (False, (Evidence("evidence.figure", Decimal(40)),))


def test_why_one_is_out(shop: World) -> None:
    rule = group("except", group("and", RICH, condition("[country.name]", "equal", value="france")), BUYS)
    told = explain(asked(shop, rule), ["2"])
    assert told.member is False
    assert {verdict.path: (verdict.holds, verdict.decides) for verdict in told.verdicts} == {
        "": (False, True),
        "children.0": (True, False),
        "children.0.children.0": (True, False),
        "children.0.children.1": (True, False),
        "children.1": (True, True),
    }
    told = explain(asked(shop, rule), ["7"])
    assert [verdict.path for verdict in told.verdicts if verdict.decides] == [
        "",
        "children.0",
        "children.0.children.0",
        "children.0.children.1",
    ]


def test_computed_values_tell_what_they_are_made_of(shop: World) -> None:
    told = explain(asked(shop, condition("[points] * 2", "equal", value={"expression": "[id]"})), ["4"])
    assert [(each.name, each.value) for each in told.verdicts[0].evidence] == [
        ("[points] * 2", None),
        ("points", None),
        ("id", 4),
    ]
    told = explain(asked(shop, {"kind": "expression", "expression": "[vip] and [points] > 5"}), ["1"])
    assert {each.name: each.value for each in told.verdicts[0].evidence} == {"points": 10, "vip": True}


def test_the_linked_rows_told_are_those_that_satisfy_the_condition(shop: World) -> None:
    dear = {**BUYS, "rule": condition("[total]", "greater", value=20)}
    assert explain(asked(shop, dear), ["1"]).verdicts[0].linked == ((1, 2),)
    none = explain(asked(shop, {**dear, "negated": True}), ["2"]).verdicts[0]
    assert (none.holds, none.linked, none.evidence) == (True, (), (Evidence("evidence.linked", 0),))


def test_a_key_of_two_parts(shop: World) -> None:
    told = explain(asked(shop, condition("[person.name]", "equal", value="José"), "order"), ["1", "2"])
    assert (told.key, told.member) == ((1, 2), True)


@pytest.mark.parametrize(
    ("key", "error", "said"),
    [
        (["8"], NotFound, "person has no such row"),
        (["x"], InputError, "'x' is no key"),
        (["1.5"], InputError, "'1.5' is no key"),
        (["1", "2"], InputError, "2 parts of a key"),
    ],
)
def test_keys_that_are_none(shop: World, key: list[str], error: type[InputError], said: str) -> None:
    with pytest.raises(error, match=said):
        explain(asked(shop, ALL), key)


def test_audiences_that_were_never_filled_hold_nobody(shop: World) -> None:
    friends = Audience("Friends", shop.shape("person"))
    rule = {"kind": "in-audience", "audience": "Friends"}
    file = RuleFile.model_validate({"dimension": "person", "rule": rule})
    found = understand(file, place(shop, Friends=friends), "f")
    assert (found.unfilled, count(found)) == (("Friends",), Counts(0, 0))


def test_membership_in_an_audience(shop: World) -> None:
    kept = shop.make(main=shop.where(BUYS, "person"))["main"]
    shop.save("Friends", kept)
    version = AudienceVersion(
        1, shop.audiences["Friends"], 3, 3, shop.shape("person"), "r", "a", False, datetime(2024, 1, 1, tzinfo=UTC)
    )
    friends = Audience("Friends", shop.shape("person"), 1, version.table, 3, 3, (version,))
    file = RuleFile.model_validate({"dimension": "person", "rule": {"kind": "in-audience", "audience": "Friends"}})
    found = understand(file, place(shop, Friends=friends), "f")
    assert (found.unfilled, count(found)) == ((), Counts(3, 3))
    assert [explain(found, [key]).member for key in ("1", "3", "6")] == [True, False, True]


def test_distribution_of_texts(shop: World) -> None:
    whole = asked(shop, ALL)
    told = distribution(whole, bind_formula("name", whole), Wish())
    assert (told.rows, told.empty, told.distinct, told.found, told.histogram) == (7, 2, 3, 3, None)
    assert told.values == (ValueCount("Ana", 3, 3 / 7), ValueCount("José", 1, 1 / 7), ValueCount("josé", 1, 1 / 7))
    told = distribution(whole, bind_formula("name", whole), Wish(search="JOS", limit=1))
    assert (told.rows, told.distinct, told.found, told.values) == (7, 3, 2, (ValueCount("José", 1, 1 / 7),))


def test_distribution_within_a_rule_and_of_all_rows(shop: World) -> None:
    within = asked(shop, ANA)
    country = bind_formula("country.name", within)
    told = distribution(within, country, Wish())
    assert (told.rows, told.empty, told.values) == (3, 1, (ValueCount("España", 2, 2 / 3),))
    assert distribution(within, country, Wish(), everyone=True).rows == 7


def test_distribution_of_numbers(shop: World) -> None:
    whole = asked(shop, ALL)
    told = distribution(whole, bind_formula("points", whole), Wish(bins=5))
    assert told.histogram is not None
    assert (told.histogram.width, told.histogram.outside) == ("", 0)
    assert told.histogram.bins == (Bin(0, 50, 5), Bin(50, 100, 0), Bin(100, 150, 1))
    assert distribution(whole, bind_formula("points", whole), Wish(search="0")).found == 4


def test_distribution_of_dates(shop: World) -> None:
    whole = asked(shop, ALL)
    told = distribution(whole, bind_formula("born", whole), Wish(bins=5))
    assert told.histogram is not None
    assert told.histogram.width == "10 years"
    assert [(each.start, each.count) for each in told.histogram.bins] == [
        (date(1980, 1, 1), 3),
        (date(1990, 1, 1), 2),
        (date(2000, 1, 1), 1),
    ]


def test_distribution_of_nobody(shop: World) -> None:
    nobody = asked(shop, condition("[id]", "equal", value=99))
    for formula in ("name", "points", "born"):
        told = distribution(nobody, bind_formula(formula, nobody), Wish())
        assert (told.rows, told.empty, told.distinct, told.values) == (0, 0, 0, ())
        assert told.histogram is None or told.histogram.bins == ()


@pytest.mark.parametrize(
    ("least", "greatest", "most", "finest", "edges"),
    [
        ("0", "100", 20, 0, ["0", "10", "100", "110"]),
        ("3", "3", 20, 0, ["3", "4"]),
        ("0", "3", 20, 0, ["0", "1", "3", "4"]),
        ("-0.05", "0.07", 5, None, ["-0.05", "0.00", "0.05", "0.10"]),
        ("19.99", "20.01", 20, 2, ["19.99", "20.00", "20.01", "20.02"]),
        ("-5", "7", 2, 0, ["-10", "0", "0", "10"]),
    ],
)
def test_number_edges(least: str, greatest: str, most: int, finest: int | None, edges: list[str]) -> None:
    found = number_edges(Decimal(least), Decimal(greatest), most, finest)
    assert [found[0], found[1], found[-2], found[-1]] == [Decimal(edge) for edge in _padded(edges)]
    assert len(found) - 1 <= most
    assert found[0] <= Decimal(least) < Decimal(greatest) + Decimal("1e-9")
    assert found[-1] > Decimal(greatest)


def _padded(edges: list[str]) -> list[str]:
    return edges if len(edges) == 4 else [edges[0], edges[1], edges[0], edges[1]]


@pytest.mark.parametrize(
    ("least", "greatest", "most", "width", "edges"),
    [
        (date(2024, 2, 28), date(2024, 3, 1), 20, "day", [date(2024, 2, 28), date(2024, 3, 2)]),
        (date(2024, 2, 28), date(2024, 4, 1), 20, "week", [date(2024, 2, 26), date(2024, 4, 8)]),
        (date(2024, 2, 28), date(2025, 4, 1), 20, "month", [date(2024, 2, 1), date(2025, 5, 1)]),
        (date(2024, 2, 28), date(2027, 4, 1), 20, "quarter", [date(2024, 1, 1), date(2027, 7, 1)]),
        (date(2014, 2, 28), date(2027, 4, 1), 20, "year", [date(2014, 1, 1), date(2028, 1, 1)]),
        (date(1914, 2, 28), date(2027, 4, 1), 20, "10 years", [date(1910, 1, 1), date(2030, 1, 1)]),
        (date.min, date.max, 2, "10000 years", [date.min, date.max]),
    ],
)
def test_day_edges(least: date, greatest: date, most: int, width: str, edges: list[date]) -> None:
    name, found = day_edges(least, greatest, most)
    assert (name, [found[0], found[-1]]) == (width, edges)
    assert len(found) - 1 <= most


def test_every_predicate_has_its_evidence() -> None:
    assert set(_EVIDENCE) == set(get_args(Predicate))


def test_the_type_of_evidence_is_known_for_attributes(shop: World) -> None:
    (verdict,) = explain(asked(shop, condition("[born]", "is-empty")), ["3"]).verdicts
    assert verdict.evidence == (Evidence("born", None, DATE),)
