from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batuta.kit.problems import Problem, Problems, Texts
from batuta.messages.liquid.analysis import Findings, analyse
from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.messages.liquid.template import parse
from batuta.messages.personal import roots
from batuta.rules.bound import AttributeOf, Moment
from batuta.schema.model import Attribute, Catalogue, Dimension, Relationship, Schema
from batuta.schema.types import DECIMAL, INTEGER, STRING
from batuta.sets.shape import Column, shape_of

TEXTS = Texts.load(["batuta.messages"])


def attributes(*names: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=name, type=INTEGER if name.endswith("id") else STRING) for name in names)


CATALOGUE = Catalogue(
    schemas=(
        Schema(name="person", attributes=attributes("id", "first_name", "email", "shop_id"), primary_key=("id",)),
        Schema(name="shop", attributes=attributes("id", "city"), primary_key=("id",)),
        Schema(name="orders", attributes=attributes("id", "person_id"), primary_key=("id",)),
    ),
    relationships=(
        Relationship(source="person", target="shop", pairs=(("shop_id", "id"),), name="shop", reverse="people"),
        Relationship(source="orders", target="person", pairs=(("person_id", "id"),), name="person", reverse="orders"),
    ),
    dimensions=(Dimension(name="people", schema_name="person", identity="email"),),
)
SHAPE = shape_of(
    CATALOGUE,
    "people",
    (
        Column("total", DECIMAL),
        Column("latest", STRING, lines=(Column("product", STRING), Column("price", DECIMAL))),
    ),
)
ROOTS = roots(CATALOGUE, SHAPE, {"brand": STRING})


def found(source: str) -> Findings:
    environment = BoundedEnvironment(Moment(datetime(2026, 3, 3, tzinfo=UTC)), escape=True)
    return analyse(parse(source, environment), ROOTS)


def only_problem(source: str) -> Problem:
    (problem,) = found(source).problems
    return problem


def syntax_problem(source: str) -> Problem:
    with pytest.raises(Problems) as raised:
        found(source)
    (problem,) = raised.value.problems
    return problem


def test_attributes_and_columns_that_a_template_reads_are_found() -> None:
    findings = found(
        "{{ profile.first_name | upcase }} {{ profile.shop.city }}"
        "{% for line in target.latest %}{{ line.product }}{{ forloop.index }}{% endfor %}"
        "{{ target.total }} {{ vars.brand }} {{ context.campaign }}"
    )
    assert findings.problems == []
    assert findings.columns == {"latest", "total"}
    assert set(findings.attributes) == {"profile.first_name", "profile.shop.city"}
    city = findings.attributes["profile.shop.city"]
    assert isinstance(city, AttributeOf)
    assert ([link.name for link in city.path], city.name) == (["shop"], "city")


@pytest.mark.parametrize(
    "source",
    [
        "{{ target.latest[0].product }} {{ target.latest.first.price }} {{ target.latest.size }}",
        "{% assign line = target.latest[1] %}{{ line.product }}",
        "{% assign sorted = target.latest | sort: 'price' %}{% for x in sorted %}{{ x.price }}{% endfor %}",
        "{% if profile.email contains '@' %}{% capture hello %}Hi{% endcapture %}{{ hello }}{% endif %}",
        "{% for line in target.latest %}{% for other in target.latest %}{{ line.price }}{% endfor %}{% endfor %}",
        "{{ profile.email.size }}",
    ],
)
def test_these_templates_name_only_what_exists(source: str) -> None:
    assert found(source).problems == []


@pytest.mark.parametrize(
    ("source", "name", "near"),
    [
        ("{{ profile.frist_name }}", "profile.frist_name", "profile.first_name"),
        ("{{ first_name }}", "first_name", "profile.first_name"),
        ("{{ profile.shop.citty }}", "profile.shop.citty", "profile.shop.city"),
        ("{% for line in target.latest %}{{ line.prise }}{% endfor %}", "line.prise", "line.price"),
        ("{% assign line = target.latest[0] %}{{ line.pric }}", "line.pric", "line.price"),
        ("{{ target.latest[0].prodct }}", "target.latest.0.prodct", "target.latest.0.product"),
        ("{{ vars.brnd }}", "vars.brnd", "vars.brand"),
        ("{{ target.totl }}", "target.totl", "target.total"),
    ],
)
def test_an_unknown_name_is_a_problem_with_the_nearest_known_one(source: str, name: str, near: str) -> None:
    problem = only_problem(source)
    assert problem.code == "template-unknown-name"
    assert (problem.values["name"], problem.values["near"]) == (name, near)


def test_an_unknown_name_is_placed_by_line_and_column() -> None:
    problem = only_problem("Hello\n  {{ profile.frist_name }}")
    assert (problem.values["line"], problem.values["column"]) == (2, 6)
    assert TEXTS.say(problem) == "Line 2, column 6: there is no profile.frist_name. Did you mean profile.first_name?"


def test_a_name_unlike_all_others_is_told_with_the_first_parts_of_names_only() -> None:
    assert only_problem("{{ quite_another_thing }}").values["known"] == ["context", "profile", "target", "vars"]


def test_a_name_where_there_is_none_at_all_is_told_so() -> None:
    template = parse("{{ vars.brand }}", BoundedEnvironment(Moment(datetime(2026, 3, 3, tzinfo=UTC)), escape=True))
    (problem,) = analyse(template, roots(CATALOGUE, SHAPE, {})).problems
    assert TEXTS.say(problem) == (
        "Line 1, column 4: there is no vars.brand, nor anything else in vars. Add it to the campaign, or leave it out."
    )
    assert "vars.brand" in TEXTS.say(problem, "fr")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ quite_another_thing }}", "template-unknown-name-far"),
        ("{{ secondary.price }}", "template-no-secondary"),
        ("{% for row in others %}x{% endfor %}", "template-no-others"),
        ("{{ profile.email | upcaze }}", "template-unknown-filter"),
        ("{{ profile.shop }}", "template-unfinished-name"),
        ("{{ profile }}", "template-unfinished-name"),
        ("{{ profile.email.domain }}", "template-no-parts"),
        ("{{ target.latest.price }}", "template-list-needs-item"),
        ("{% for o in profile.orders %}x{% endfor %}", "template-linked-rows"),
        ("{{ profile[vars.brand] }}", "template-computed-name"),
        ("{% for i in (1..1000000000) %}x{% endfor %}", "template-endless-loop"),
        ("{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}", "template-endless-loop"),
    ],
)
def test_each_mistake_has_its_own_problem(source: str, code: str) -> None:
    problem = only_problem(source)
    assert problem.code == code
    assert all(TEXTS.say(problem, language) for language in ("en", "fr"))


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("one\n{% if %}{% endif %}", "template-syntax", (2, 4)),
        ("{% for x in %}{% endfor %}", "template-syntax", (1, 4)),
        ("a {{ profile.email", "template-syntax", (1, 3)),
        ("{% include 'other' %}", "template-syntax", (1, 4)),
        ("{% render 'other' %}", "template-syntax", (1, 4)),
        ("{% if vars.brand %}" * 31 + "{% endif %}" * 31, "template-too-deep", None),
        ("x" * 500_001, "template-too-long", None),
    ],
)
def test_what_cannot_be_read_is_a_problem(source: str, code: str, place: tuple[int, int] | None) -> None:
    problem = syntax_problem(source)
    assert problem.code == code
    if place is not None:
        assert (problem.values["line"], problem.values["column"]) == place
    assert all(TEXTS.say(problem, language) for language in ("en", "fr"))
