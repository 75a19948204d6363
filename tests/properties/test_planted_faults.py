"""The checks find the faults they are there for: each is planted, and a check that passes without it fails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlglot import exp

from batuta.engines.sql import comparisons, context, dialect, figures, keys, links, predicates, sizes, trees
from batuta.kit.text import key_text
from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.bound import All
from batuta.rules.evaluate import compute, holds
from batuta.rules.tree import Aggregate, AggregateFunction, And, Condition, Exists, Operator
from batuta.schema.types import STRING
from batuta.sets.algebra import (
    Barrier,
    Enriched,
    Exclusion,
    LimitKind,
    Part,
    Records,
    Segment,
    Set,
    Sort,
    Split,
    Value,
)
from batuta.sets.shape import Column

from .shop import ORDERS, PEOPLE, Shop, around

Check = Callable[[Shop], None]
Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def shop() -> Shop:
    """A shop whose rows tell every one of the faults apart."""
    return Shop(20)


def agrees(rule: Any) -> Check:
    """Return the check that a rule selects the people that the evaluator says, and each once."""

    def check(shop: Shop) -> None:
        where = bind_rule(rule, around("person"))
        expected = [(row["id"],) for row in shop.rows["person"] if holds(where, shop.standpoint(row, "person"))]
        assert shop.read(Records(PEOPLE, where)) == sorted(expected, key=repr)

    return check


def condition(text: str, operator: Operator, value: str) -> Condition:
    return Condition(expression=text, operator=operator, value=value)


def counted(operator: Operator, value: int) -> Aggregate:
    return Aggregate(function=AggregateFunction.COUNT, path="orders", operator=operator, value=value)


def nobody_slips_past(shop: Shop) -> None:
    """A barrier with a NULL among its values neither lets everyone stay nor takes everyone."""
    person = (bind_expression("[id]", around("person")), bind_expression("[person_id]", around("order")))
    node = Exclusion(_all(), (Barrier(Records(ORDERS, All()), "x", pairs=(person,)),), PEOPLE)
    with_orders = {row["person_id"] for row in shop.rows["order"]}
    assert {row[0] for row in shop.read(node)} == {row["id"] for row in shop.rows["person"]} - with_orders


def _all() -> Set:
    return Records(PEOPLE, All())


def shares_sum_up(shop: Shop) -> None:
    segments = tuple(Segment(str(share), None, LimitKind.PERCENT, share) for share in (50, 30, 20))
    sizes = [len(shop.read(Part(Split(_all(), segments, "s"), place))) for place in range(3)]
    assert sizes == [6, 4, 2]


def the_top_comes_first(shop: Shop) -> None:
    points = bind_expression("[points]", around("person"))
    top = Segment("top", None, LimitKind.COUNT, 5, (Sort(points, descending=True),))
    ranked = sorted(
        shop.rows["person"],
        key=lambda row: (row["points"] is None, -int(str(row["points"] or 0)), int(str(row["id"]))),
    )
    expected = sorted(((row["id"],) for row in ranked[:5]), key=repr)
    assert shop.read(Part(Split(_all(), (top,), "s"), 0)) == expected


def chance_is_the_hash_of_the_key(shop: Shop) -> None:
    source = Records(ORDERS, All())
    some = Segment("some", None, LimitKind.COUNT, 5)
    every = [(row["shop"], row["number"]) for row in shop.rows["order"]]
    ranked = sorted(
        every, key=lambda key: hashlib.md5(f"s:{key_text(key)}".encode(), usedforsecurity=False).hexdigest()
    )
    assert shop.read(Part(Split(source, (some,), "s"), 0)) == sorted(ranked[:5], key=repr)


def an_enrichment_keeps_the_rows(shop: Shop) -> None:
    code = bind_expression("[country.name]", around("person"))
    node = Enriched(_all(), (Value("name", code),), PEOPLE.having((Column("name", STRING),)))
    expected = [(row["id"], compute(code, shop.standpoint(row, "person"))) for row in shop.rows["person"]]
    assert shop.read(node) == sorted(expected, key=repr)


def set_to(where: object, name: str, wrong: object) -> Plant:
    return lambda patch: patch.setattr(where, name, wrong)


def plain_not(tree: exp.Expr) -> exp.Expr:
    return trees.tight(exp.Not(this=tree))


def inner_joins(row: context.Row, select: exp.Select) -> exp.Select:
    for source, on in row._joins:  # noqa: SLF001  # the fault is planted inside
        trees.joined(select, source(), on)
    return select


def nulls_first(tree: exp.Expr) -> exp.Ordered:
    return exp.Ordered(this=tree, desc=True, nulls_first=True)


def without_lengths(_: object, parts: Any, **_named: object) -> exp.Expr:
    texts = [exp.Cast(this=tree, to=exp.DataType.build("VARCHAR")) for tree, _ in parts]
    return exp.Concat(expressions=texts)


def rounded_down(share: Any, count: exp.Expr) -> exp.Expr:
    product = exp.Mul(this=count, expression=trees.number(share.numerator))
    return trees.tight(exp.IntDiv(this=exp.Paren(this=product), expression=trees.number(share.denominator)))


def exact_equality(left: comparisons.Side, right: comparisons.Side) -> exp.Expr:
    return trees.equal(left.tree.copy(), right.tree.copy())


def any_row(wanted: Any, where: Any, row: context.Row, found: Any) -> exp.Expr:
    """Ask for each condition of an exists by itself, so that different rows may satisfy them."""
    children = getattr(where, "children", (where,))
    return trees.every([_ORIGINAL_LINKED(wanted, child, row, found) for child in children])


_ORIGINAL_LINKED = links.some_linked

NOT_PARIS = agrees(condition("[city]", Operator.NOT_EQUAL, "jose"))
SAME_ROW = agrees(
    Exists(
        path="orders",
        rule=And(
            children=(
                condition("[total]", Operator.GREATER, "19"),
                Condition(expression="[weight]", operator=Operator.GREATER, value="0"),
            )
        ),
    )
)

FAULTS: dict[str, tuple[Plant, Check]] = {
    "NOT lets NULL leak": (set_to(trees, "negated", plain_not), NOT_PARIS),
    "NOT IN in an exclusion": (set_to(trees, "negated", plain_not), nobody_slips_past),
    "people without rows are lost": (set_to(context.Row, "join", inner_joins), agrees(counted(Operator.LESS, 2))),
    "a count over nothing is empty": (set_to(figures, "_COUNTS", frozenset()), agrees(counted(Operator.EQUAL, 0))),
    "conditions speak of different rows": (set_to(predicates, "some_linked", any_row), SAME_ROW),
    "case and accents are regarded": (
        set_to(dialect.Dialect, "folded", lambda _self, tree, **_: tree),
        agrees(condition("[city]", Operator.EQUAL, "jose")),
    ),
    "empty is not equal to empty": (
        set_to(comparisons, "equals", exact_equality),
        agrees(
            Condition.model_validate(
                {"expression": "[city]", "operator": "equal", "value": {"expression": "[country.name]"}}
            )
        ),
    ),
    "'' is less than any text": (
        set_to(comparisons.Side, "present", property(lambda side: side.tree.copy())),
        agrees(condition("[city]", Operator.LESS, "m")),
    ),
    "blank values link": (set_to(context, "not_blank", lambda _: trees.true()), an_enrichment_keeps_the_rows),
    "empties come first": (set_to(trees, "descending", nulls_first), the_top_comes_first),
    "shares are rounded down": (set_to(sizes, "rounded", rounded_down), shares_sum_up),
    "keys are joined without lengths": (set_to(keys, "key_text", without_lengths), chance_is_the_hash_of_the_key),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = FAULTS[name]
    check(shop)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        check(shop)
