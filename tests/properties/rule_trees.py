"""Random rules over the shop, as documents that bind without a problem."""

from __future__ import annotations

from hypothesis import strategies as st

from batuta.rules.tree import (
    Aggregate,
    AggregateFunction,
    And,
    Condition,
    Everyone,
    Except,
    Exists,
    Expression,
    InAudience,
    InTransition,
    LinkedTo,
    LinkOperator,
    Operator,
    Or,
    Predefined,
    Rule,
    Truth,
)
from batuta.schema.model import Catalogue
from batuta.schema.types import Kind

from .shop import CATALOGUE, DAYS, TEXTS

Op = Operator
_ORDER = [Op.GREATER, Op.GREATER_OR_EQUAL, Op.LESS, Op.LESS_OR_EQUAL]
_SAME = [Op.EQUAL, Op.NOT_EQUAL]
_TEXT = [Op.STARTS_WITH, Op.NOT_STARTS_WITH, Op.CONTAINS, Op.NOT_CONTAINS, Op.ENDS_WITH, Op.LIKE, Op.NOT_LIKE]
_PLAIN_PERIODS = [
    Op.TODAY,
    Op.YESTERDAY,
    Op.THIS_WEEK,
    Op.LAST_WEEK,
    Op.THIS_MONTH,
    Op.LAST_MONTH,
    Op.THIS_QUARTER,
    Op.LAST_QUARTER,
    Op.THIS_YEAR,
    Op.LAST_YEAR,
]
_PERIODS_OF = [
    Op.LAST_DAYS,
    Op.NEXT_DAYS,
    Op.LAST_WEEKS,
    Op.NEXT_WEEKS,
    Op.LAST_MONTHS,
    Op.NEXT_MONTHS,
    Op.OLDER_THAN_DAYS,
]
_WORDS = [text for text in TEXTS if text]
_VALUES: dict[Kind, list[str]] = {
    Kind.STRING: _WORDS,
    Kind.INTEGER: ["-1", "0", "1", "20", "99"],
    Kind.DECIMAL: ["0", "19.99", "20", "-5.5", "100.10"],
    Kind.DOUBLE: ["0", "2", "20", "0.1"],
    Kind.DATE: [day.isoformat() for day in DAYS],
    Kind.DATETIME: [f"{day.isoformat()}T07:30:00" for day in DAYS],
    Kind.INSTANT: [f"{day.isoformat()}T07:30:00+01:00" for day in DAYS],
}
_FORMULAS: dict[str, list[tuple[str, Kind]]] = {
    "person": [
        ("Lower([city])", Kind.STRING),
        ("[points] + [country.size]", Kind.INTEGER),
        ("Coalesce([city], [country.name])", Kind.STRING),
        ("[country.name]", Kind.STRING),
        ("[balance] * 2", Kind.DECIMAL),
        ("Iif([vip], [points], 0)", Kind.INTEGER),
        ("AddDays([born], 30)", Kind.DATE),
        ("Length([city]) - 1", Kind.INTEGER),
    ],
    "order": [
        ("[person.city]", Kind.STRING),
        ("[person.country.name]", Kind.STRING),
        ("[total] - [person.balance]", Kind.DECIMAL),
    ],
    "line": [("[product.price] * [quantity]", Kind.DECIMAL), ("[order.person.points]", Kind.INTEGER)],
    "country": [],
    "product": [],
}
_TRUTHS = {
    "person": ["[vip]", "[points] > 10 and not [vip]", "[city] = [country.name]", "$(vars/@limit) = [points]"],
    "order": ["[total] >= [person.balance]", "[status] <> [person.city]"],
    "line": ["[quantity] * [product.price] > 20"],
    "country": ["[size] > 1"],
    "product": ["[price] > 10"],
}
_PATHS = {
    "person": ["orders", "orders.lines", "country.people", "orders.lines.product"],
    "order": ["lines", "lines.product", "person.orders"],
    "country": ["people", "people.orders"],
    "product": ["lines", "lines.order"],
    "line": ["order.lines", "product.lines"],
}


def _end(catalogue: Catalogue, schema: str, path: str) -> str:
    for name in path.split("."):
        link = catalogue.link(schema, name)
        assert link is not None
        schema = link.there
    return schema


@st.composite
def _expressions(draw: st.DrawFn, schema: str, *kinds: Kind) -> tuple[str, Kind]:
    attributes = [
        (f"[{name}]", attribute.type.kind) for name, attribute in CATALOGUE.schema_named(schema).by_name.items()
    ]
    known = [item for item in (*attributes, *_FORMULAS[schema]) if not kinds or item[1] in kinds]
    return draw(st.sampled_from(known))


def _columns(schema: str, kind: Kind) -> list[Expression]:
    found = [
        Expression(expression=f"[{name}]")
        for name, attribute in CATALOGUE.schema_named(schema).by_name.items()
        if attribute.type.kind is kind
    ]
    if kind is Kind.STRING:
        found += [Expression(expression=f"$(vars/@{name})") for name in ("city", "nothing")]
    return found


@st.composite
def _sides(draw: st.DrawFn, schema: str, kind: Kind, operators: list[Operator]) -> dict[str, object]:
    """Return the fields of a comparison that fits a kind of value."""
    operator = draw(st.sampled_from(operators))
    constants = st.sampled_from(_VALUES.get(kind, ["gold"]))
    value = st.one_of(constants, st.sampled_from(_columns(schema, kind))) if _columns(schema, kind) else constants
    fields: dict[str, object] = {"operator": operator}
    if operator in (Op.IN, Op.NOT_IN):
        fields["values"] = tuple(draw(st.lists(value, min_size=1, max_size=3)))
    elif operator is Op.BETWEEN:
        fields["values"] = (draw(constants), draw(st.sampled_from(_columns(schema, kind))))
    elif operator in _PERIODS_OF or operator is Op.BIRTHDAY_IN_DAYS:
        fields["value"] = draw(st.sampled_from([1, 2, 5, 31, 400]))
    elif operator in (Op.LIKE, Op.NOT_LIKE):
        fields["value"] = draw(st.sampled_from(["%", "j_s%", "%a_", "50%", "a__", "か%"]))
    elif operator is Op.MATCHES:
        fields["value"] = draw(st.sampled_from(["^j", "a.$", "[0-9]+%", "(ana|jose)", "s{1,2}"]))
    elif operator not in (Op.IS_EMPTY, Op.IS_NOT_EMPTY, Op.IS_TRUE, Op.IS_FALSE, *_PLAIN_PERIODS):
        fields["value"] = draw(value)
    fields["match_case"] = draw(st.booleans())
    fields["match_accents"] = draw(st.booleans())
    return fields


def _operators(kind: Kind) -> list[Operator]:
    always = [*_SAME, Op.IS_EMPTY, Op.IS_NOT_EMPTY]
    lists = [Op.IN, Op.NOT_IN]
    if kind is Kind.BOOLEAN:
        return [Op.IS_EMPTY, Op.IS_NOT_EMPTY, Op.IS_TRUE, Op.IS_FALSE]
    if kind is Kind.ENUM:
        return [*always, *lists]
    if kind is Kind.STRING:
        return [*always, *lists, *_ORDER, Op.BETWEEN, *_TEXT, Op.MATCHES]
    if kind in (Kind.DATE, Kind.DATETIME):
        return [*always, *lists, *_ORDER, Op.BETWEEN, *_PLAIN_PERIODS, *_PERIODS_OF, Op.BIRTHDAY_IN_DAYS]
    if kind is Kind.INSTANT:
        return [*always, *lists, *_ORDER, Op.BETWEEN, *_PLAIN_PERIODS, *_PERIODS_OF]
    return [*always, *lists, *_ORDER, Op.BETWEEN]


@st.composite
def _conditions(draw: st.DrawFn, schema: str) -> Rule:
    text, kind = draw(_expressions(schema))
    operators = _operators(kind)
    if not _columns(schema, kind):
        operators = [operator for operator in operators if operator is not Op.BETWEEN]
    return Condition(expression=text, **draw(_sides(schema, kind, operators)))  # type: ignore[arg-type]


@st.composite
def _aggregates(draw: st.DrawFn, schema: str, depth: int) -> Rule:
    path = draw(st.sampled_from(_PATHS[schema]))
    end = _end(CATALOGUE, schema, path)
    function = draw(st.sampled_from(AggregateFunction))
    of: str | None = None
    kind = Kind.INTEGER
    if function is AggregateFunction.COUNT_DISTINCT:
        of, _ = draw(_expressions(end))
    elif function in (AggregateFunction.SUM, AggregateFunction.AVERAGE):
        of, kind = draw(_expressions(end, Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE))
        kind = Kind.DOUBLE if function is AggregateFunction.AVERAGE else kind
    elif function is not AggregateFunction.COUNT:
        of, kind = draw(_expressions(end, Kind.INTEGER, Kind.DECIMAL, Kind.STRING, Kind.DATE, Kind.DATETIME))
    operators = [*_ORDER, *_SAME, Op.IS_EMPTY, Op.IS_NOT_EMPTY, Op.IN]
    rule = draw(st.none() | rules(end, depth - 1)) if depth > 0 else None
    sides = draw(_sides(schema, kind, operators))
    return Aggregate(function=function, path=path, expression=of, rule=rule, **sides)  # type: ignore[arg-type]


@st.composite
def _exists(draw: st.DrawFn, schema: str, depth: int) -> Rule:
    path = draw(st.sampled_from(_PATHS[schema]))
    rule = draw(st.none() | rules(_end(CATALOGUE, schema, path), depth - 1)) if depth > 0 else None
    return Exists(path=path, rule=rule, negated=draw(st.booleans()))


@st.composite
def _groups(draw: st.DrawFn, schema: str, depth: int) -> Rule:
    children = tuple(draw(st.lists(rules(schema, depth - 1), min_size=1, max_size=3)))
    return draw(st.sampled_from([And, Or, Except]))(children=children)


_CODES = ["fr", "es", "it", "zz"]
_SINGLE_ROWS: dict[str, dict[str, list[object]]] = {
    "person": {"country": _CODES},
    "order": {"person": [1, 2, 4, 99], "person.country": _CODES},
    "line": {"order": [(1, 1), (1, 2), (2, 3), (9, 9)], "product": [1, 2, 9], "order.person.country": _CODES},
}
_PASSAGES = {"person": ["early", "early.main", "nobody"], "order": ["bought"]}


@st.composite
def _linked_to(draw: st.DrawFn, schema: str) -> Rule:
    path = draw(st.sampled_from(sorted(_SINGLE_ROWS[schema])))
    operator = draw(st.sampled_from(LinkOperator))
    asks = operator in (LinkOperator.IS, LinkOperator.IS_NOT)
    rows = draw(st.lists(st.sampled_from(_SINGLE_ROWS[schema][path]), min_size=1, max_size=3)) if asks else []
    return LinkedTo(path=path, operator=operator, rows=tuple(rows))


@st.composite
def _predefined(draw: st.DrawFn, schema: str) -> Rule:
    arguments: dict[str, object] = {}
    if draw(st.booleans()):
        arguments["least"] = draw(st.sampled_from(_VALUES[Kind.DECIMAL]))
    if schema == "person" and draw(st.booleans()):
        arguments["cities"] = tuple(draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3)))
    name = {"person": "loyal", "order": "dear"}[schema]
    return Predefined(filter=name, arguments=arguments)  # type: ignore[arg-type]


def _naming(schema: str) -> list[st.SearchStrategy[Rule]]:
    """Return the leaves that name something of the home or the run."""
    found: list[st.SearchStrategy[Rule]] = []
    if schema == "person":
        found.append(st.booleans().map(lambda negated: InAudience(audience="Friends", negated=negated)))
    if schema in _SINGLE_ROWS:
        found.append(_linked_to(schema))
    if schema in _PASSAGES:
        names = st.sampled_from(_PASSAGES[schema])
        found.append(st.builds(InTransition, transition=names, negated=st.booleans()))
        found.append(_predefined(schema))
    return found


def rules(schema: str, depth: int) -> st.SearchStrategy[Rule]:
    """Return random rules over the rows of a schema, nested at most so deep."""
    leaves: list[st.SearchStrategy[Rule]] = [
        _conditions(schema),
        st.sampled_from(_TRUTHS[schema]).map(lambda text: Truth(expression=text)),
        st.just(Everyone()),
    ]
    leaves += _naming(schema)
    if depth <= 0:
        return st.one_of(*leaves)
    return st.one_of(
        _conditions(schema), _groups(schema, depth), _exists(schema, depth), _aggregates(schema, depth), *leaves
    )
