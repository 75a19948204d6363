from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batuta.kit.problems import Gather, Problems
from batuta.rules.bind import aggregate_type, bind_expression, bind_path, bind_rule, names_in
from batuta.rules.binding import Surroundings
from batuta.rules.bound import (
    AggregateIs,
    AllOf,
    AttributeOf,
    Compare,
    Computed,
    Constant,
    Expr,
    Linked,
    Rooted,
    Variable,
)
from batuta.rules.functions.model import Family
from batuta.rules.parser import parse
from batuta.rules.tree import (
    Aggregate,
    AggregateFunction,
    And,
    Condition,
    Everyone,
    Except,
    Exists,
    Expression,
    Operator,
    Plain,
    Value,
)
from batuta.schema.model import Catalogue
from batuta.schema.types import DOUBLE, INTEGER, STRING, Kind, Scalar


def compare(around: Surroundings, expression: str, operator: Operator, *values: Value, **more: bool) -> Compare:
    several = operator in (Operator.BETWEEN, Operator.IN, Operator.NOT_IN)
    given = {"values": values} if several else {"value": values[0] if values else None}
    bound = bind_rule(
        Condition.model_validate({"expression": expression, "operator": operator, **given, **more}), around
    )
    assert isinstance(bound, Compare)
    return bound


def constant(expression: Expr) -> Scalar:
    assert isinstance(expression, Constant)
    return expression.value


@pytest.mark.parametrize(
    ("expression", "written", "read"),
    [
        ("[points]", "9007199254740993", 9007199254740993),
        ("[points]", 2.5, Decimal("2.5")),
        ("[balance]", "12.50", Decimal("12.50")),
        ("[balance]", 12.1, Decimal("12.1")),
        ("[balance]", 12, 12),
        ("[score]", "1.5", 1.5),
        ("[born]", "2024-02-29", date(2024, 2, 29)),
        ("[born]", date(2024, 2, 29), date(2024, 2, 29)),
        ("[joined]", "2024-02-29T10:30", datetime(2024, 2, 29, 10, 30)),
        ("[joined]", "2024-02-29", datetime(2024, 2, 29)),
        ("[seen]", "2024-02-29T10:30+02:00", datetime(2024, 2, 29, 8, 30, tzinfo=UTC)),
        ("[vip]", True, True),
        ("[name]", "75001", "75001"),
        ("[status]", "open", "open"),
    ],
)
def test_a_written_value_is_read_in_the_type_of_the_left_side(
    around: Surroundings, expression: str, written: Plain, read: Scalar
) -> None:
    value = constant(compare(around, expression, Operator.EQUAL, written).right[0])
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("[points]", "nan"),
        ("[points]", "Infinity"),
        ("[points]", True),
        ("[balance]", "1e99999999"),
        ("[score]", "1e999"),
        ("[born]", "29.02.2024"),
        ("[born]", 20240229),
        ("[wakes]", "25:00"),
        ("[wakes]", "10:00+01:00"),
        ("[seen]", "0001-01-01T00:00+14:00"),
        ("[vip]", "yes"),
        ("[name]", True),
        ("[status]", 1),
        ("[name]", "\u0301"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_problem(around: Surroundings, expression: str, written: Plain) -> None:
    with pytest.raises(Problems) as caught:
        compare(around, expression, Operator.EQUAL, written)
    assert [problem.field for problem in caught.value.problems] == ["value"]
    assert caught.value.problems[0].code.startswith("value.")


def test_a_right_side_may_be_computed_from_attributes_variables_and_columns(around: Surroundings) -> None:
    bound = compare(around, "[points]", Operator.GREATER, Expression(expression="[rank] + $(vars/@limit)"))
    assert names_in(bound.right[0]) == {Computed("rank", INTEGER), Variable("limit", INTEGER)}
    assert names_in(bound.left) == {AttributeOf((), "points", INTEGER)}
    literal = compare(around, "[born]", Operator.GREATER, Expression(expression="'2024-02-29'"))
    assert constant(literal.right[0]) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("expression", "value", "match", "folds"),
    [
        ("[name]", "José", (False, False), (True, True)),
        ("[name]", "José", (True, False), (False, True)),
        ("[name]", "José", (False, True), (True, False)),
        ("[city.name]", "José", (False, False), (True, True)),
        ("Lower([email])", "x", (False, False), (True, True)),
        ("[status]", "open", (False, False), (False, False)),
        ("[points]", 1, (False, False), (False, False)),
    ],
)
def test_case_and_accents_are_folded_for_text_unless_asked_otherwise(
    around: Surroundings, expression: str, value: Plain, match: tuple[bool, bool], folds: tuple[bool, bool]
) -> None:
    bound = compare(around, expression, Operator.EQUAL, value, match_case=match[0], match_accents=match[1])
    assert (bound.fold_case, bound.fold_accents) == folds


def test_keys_compare_exactly_on_either_side(shop: Catalogue, around: Surroundings) -> None:
    orders = Surroundings(shop, "orders")
    assert not compare(orders, "[product.code]", Operator.EQUAL, "a1").fold_case
    assert not compare(orders, "[note]", Operator.EQUAL, Expression(expression="[product.code]")).fold_case
    assert compare(orders, "[note]", Operator.EQUAL, Expression(expression="[product.name]")).fold_case
    assert compare(around, "[name]", Operator.EQUAL, Expression(expression="[city.name]")).fold_case


def test_paths_are_followed_and_a_column_comes_before_an_attribute(shop: Catalogue) -> None:
    around = Surroundings(shop, "orders", columns={"total": INTEGER})
    assert bind_expression("[total]", around) == Computed("total", INTEGER)
    bound = bind_expression("[person.city.name]", around)
    assert isinstance(bound, AttributeOf)
    assert [link.name for link in bound.path] == ["person", "city"]


def test_a_condition_over_many_rows_speaks_of_those_rows(around: Surroundings) -> None:
    rule = Exists(
        path="orders", rule=And(children=(Condition(expression="[total]", operator=Operator.GREATER, value=10),))
    )
    bound = bind_rule(rule, around)
    assert isinstance(bound, Linked)
    assert isinstance(bound.where, AllOf)
    with pytest.raises(Problems) as caught:
        bind_rule(Exists(path="orders", rule=Condition(expression="[rank]", operator=Operator.IS_EMPTY)), around)
    assert caught.value.problems[0].field == "rule.expression"


def test_a_path_needs_many_rows_somewhere(around: Surroundings) -> None:
    path, schema = bind_path("city.people.orders", around)
    assert [link.many for link in path] == [False, True, True]
    assert schema == "orders"


@pytest.mark.parametrize(
    ("function", "expression", "kind"),
    [
        ("count", None, Kind.INTEGER),
        ("count-distinct", "[product_code]", Kind.INTEGER),
        ("sum", "[quantity]", Kind.INTEGER),
        ("sum", "[total]", Kind.DECIMAL),
        ("sum", "[weight]", Kind.DOUBLE),
        ("average", "[total]", Kind.DOUBLE),
        ("average", "[quantity]", Kind.DOUBLE),
        ("max", "[day]", Kind.DATE),
    ],
)
def test_a_figure_has_a_type(around: Surroundings, function: str, expression: str | None, kind: Kind) -> None:
    rule = Aggregate(
        function=AggregateFunction(function), path="orders", expression=expression, operator=Operator.IS_NOT_EMPTY
    )
    bound = bind_rule(rule, around)
    assert isinstance(bound, AggregateIs)
    assert bound.type.kind is kind


def test_types_of_figures_can_be_asked_for_alone() -> None:
    assert aggregate_type(AggregateFunction.AVERAGE, INTEGER) == DOUBLE
    with pytest.raises(Problems):
        aggregate_type(AggregateFunction.SUM, None)


def test_an_expected_family_is_checked(around: Surroundings) -> None:
    assert bind_expression("[points] > 1", around, expect=Family.BOOLEAN).type.kind is Kind.BOOLEAN
    with pytest.raises(Problems):
        bind_expression("[points]", around, expect=Family.TEXT)


def test_a_switched_off_part_of_an_exception_excludes_nobody(around: Surroundings) -> None:
    off = Condition(expression="[points]", operator=Operator.GREATER, value=1, enabled=False)
    bound = bind_rule(Except(children=(Everyone(), off)), around)
    assert bound == bind_rule(Except(children=(Everyone(),)), around)


def test_a_list_of_100_000_values_binds_each_once_in_its_order(around: Surroundings) -> None:
    values = tuple(f"person{number}@example.org" for number in range(100_000))
    rule = Condition(expression="[email]", operator=Operator.IN, values=values)
    bound = bind_rule(rule, around)
    assert isinstance(bound, Compare)
    assert tuple(one.value for one in bound.right if isinstance(one, Constant)) == values


def test_long_chains_are_flat_and_deep_nests_refused(around: Surroundings) -> None:
    bind_expression(" or ".join(["[points] = 1"] * 500), around)
    bind_expression(" + ".join(["[points]"] * 500), around)
    for formula in ("-" * 100 + "[points]", "not " * 100 + "[vip]", "Lower(" * 3000, " - ".join(["1"] * 100)):
        with pytest.raises(Problems) as caught:
            bind_expression(formula, around)
        assert caught.value.problems[0].code == "expression.too-deep"


PIECES = st.sampled_from(
    [
        *"()[],.'$@+-*/%=<>!",
        "[points]",
        "[email]",
        "[born]",
        "[target.rank]",
        "[city.name]",
        "[orders.total]",
        "Lower(",
        "Round(",
        "Case(",
        "When(",
        "Else(",
        "Iif(",
        "Coalesce(",
        "Decode(",
        "AddDays(",
        "ToString(",
        " and ",
        " or ",
        " not ",
        "true",
        "null",
        "1",
        "2.5",
        "'a'",
        "'2024-02-29'",
        "$(vars/@brand)",
        " ",
        ",",
        "<>",
        "!=",
        "[",
        "''",
        "9" * 40,
    ]
)


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join)))
def test_any_text_is_parsed_or_is_a_problem(text: str) -> None:
    gather = Gather()
    tree = gather.attempt(lambda: parse(text))
    assert (tree is None) == bool(gather.found)
    positions = [problem.values["position"] for problem in gather.found]
    assert all(isinstance(position, int) and 1 <= position <= len(text) + 1 for position in positions)


@settings(max_examples=400, deadline=None)
@given(text=st.lists(PIECES, max_size=12).map("".join))
def test_any_text_binds_or_is_a_problem(around: Surroundings, text: str) -> None:
    gather = Gather()
    bound = gather.attempt(lambda: bind_expression(text, around))
    assert (bound is None) == bool(gather.found)


def with_orders(around: Surroundings) -> Surroundings:
    """Return the surroundings of people who carry one of their orders each."""
    return replace(around, roots={"secondary": around.of_linked("orders")})


def test_a_name_of_a_root_belongs_to_its_row(around: Surroundings) -> None:
    both = with_orders(around)
    bound = bind_expression("[secondary.product.name]", both)
    assert isinstance(bound, Rooted)
    assert bound.root == "secondary"
    assert bound.expression == bind_expression("[product.name]", Surroundings(around.catalogue, "orders"))
    assert names_in(bind_expression("Upper([secondary.note])", both)) == {
        Rooted("secondary", AttributeOf((), "note", STRING), STRING)
    }


def test_a_root_comes_before_a_link_of_its_name(around: Surroundings) -> None:
    orders = Surroundings(around.catalogue, "orders")
    named = replace(orders, roots={"product": Surroundings(around.catalogue, "cities")})
    assert isinstance(bind_expression("[product.code]", named), Rooted)
    assert isinstance(bind_expression("[product.code]", orders), AttributeOf)


def test_roots_are_suggested_where_a_first_step_is_unknown(around: Surroundings) -> None:
    with pytest.raises(Problems) as raised:
        bind_expression("[secondry.note]", with_orders(around))
    (problem,) = raised.value.problems
    assert (problem.code, problem.values["near"]) == ("expression.unknown-link-near", "secondary")


def test_a_condition_over_rows_may_begin_at_a_root(around: Surroundings) -> None:
    both = replace(around, roots={"secondary": Surroundings(around.catalogue, "products")})
    rule = Exists(path="secondary.orders", rule=Condition(expression="[paid]", operator=Operator.IS_TRUE))
    bound = bind_rule(rule, both)
    assert isinstance(bound, Linked)
    assert (bound.root, [link.name for link in bound.path]) == ("secondary", ["orders"])
    inner = Exists(path="orders", rule=Condition(expression="[secondary.name]", operator=Operator.IS_EMPTY))
    with pytest.raises(Problems) as raised:
        bind_rule(inner, both)
    assert [problem.code for problem in raised.value.problems] == ["expression.no-secondary"]


def test_keys_of_a_root_compare_exactly(around: Surroundings) -> None:
    both = replace(around, roots={"secondary": Surroundings(around.catalogue, "products")})
    assert compare(both, "[secondary.name]", Operator.EQUAL, "Apple").fold_case
    assert not compare(both, "[secondary.code]", Operator.EQUAL, "A").fold_case
    assert not compare(both, "[name]", Operator.EQUAL, Expression(expression="[secondary.code]")).fold_case
