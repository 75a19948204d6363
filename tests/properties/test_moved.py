"""Changes of dimension over random rows: where they lead, what leads nowhere, and the way back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batuta.rules.bind import bind_rule
from batuta.rules.evaluate import Row, holds
from batuta.rules.tree import Rule
from batuta.schema.model import Link
from batuta.sets.algebra import Moved, Records
from batuta.sets.shape import Shape

from .rule_trees import rules
from .shop import CATALOGUE, ORDERS, PEOPLE, Shop, around, shop

pytestmark = pytest.mark.usefixtures("on_each_engine")

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
WAYS = {
    ("person", "orders"): (ORDERS, PEOPLE),
    ("order", "person"): (PEOPLE, ORDERS),
    ("person", "country.people"): (PEOPLE, PEOPLE),
    ("person", "country.people.orders"): (ORDERS, PEOPLE),
    ("order", "lines.product.lines.order"): (ORDERS, ORDERS),
}


def path_of(schema: str, way: str) -> tuple[Link, ...]:
    found: list[Link] = []
    for name in way.split("."):
        link = CATALOGUE.link(schema, name)
        assert link is not None
        found.append(link)
        schema = link.there
    return tuple(found)


def key(row: Row, schema: str) -> tuple[object, ...]:
    return tuple(row[name] for name in CATALOGUE.schema_named(schema).primary_key)


def origins(there: Shop, schema: str, rule: Rule) -> list[Row]:
    bound = bind_rule(rule, around(schema))
    return [row for row in there.rows[schema] if holds(bound, there.standpoint(row, schema))]


def keyed(new: Shape, former: Shape) -> Shape:
    return replace(new, secondary_schema=former.schema, secondary_key=former.key)


def agree(seed: int, schema: str, way: str, rule: Rule) -> None:
    there, (new, former) = shop(seed), WAYS[schema, way]
    source, path = Records(former, bind_rule(rule, around(schema))), path_of(schema, way)
    found = {key(row, schema): there.world.linked(row, path) for row in origins(there, schema, rule)}
    main = Moved(source, path, keyed(new, former))
    pairs = {(*key(end, new.schema), *start) for start, ends in found.items() for end in ends}
    rows = there.read(main)
    assert len(rows) == len(set(rows))
    assert set(rows) == pairs
    once = there.read(replace(main, shape=new))
    assert len(once) == len(set(once))
    assert set(once) == {key(end, new.schema) for ends in found.values() for end in ends}
    nowhere = set(there.read(replace(main, shape=former, complement=True)))
    assert nowhere == {start for start, ends in found.items() if not ends}


def there_and_back(seed: int, rule: Rule) -> None:
    source = Records(PEOPLE, bind_rule(rule, around("person")))
    there = Moved(source, path_of("person", "orders"), keyed(ORDERS, PEOPLE))
    back = Moved(there, path_of("order", "person"), PEOPLE)
    nowhere = Moved(source, there.path, PEOPLE, complement=True)
    every, home, lost = ({row[0] for row in shop(seed).read(each)} for each in (source, back, nowhere))
    assert home == every - lost


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.integers(0, 4), st.sampled_from(sorted(WAYS)), st.data())
def test_a_change_of_dimension_leads_where_links_lead(seed: int, start: tuple[str, str], data: st.DataObject) -> None:
    agree(seed, *start, data.draw(rules(start[0], 1)))


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.integers(0, 4), rules("person", 2))
def test_there_and_back_contains_those_who_were_led_anywhere(seed: int, rule: Rule) -> None:
    there_and_back(seed, rule)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=QUIET)
@given(st.integers(0, 4), st.sampled_from(sorted(WAYS)), st.data())
def test_many_changes_of_dimension(seed: int, start: tuple[str, str], data: st.DataObject) -> None:
    agree(seed, *start, data.draw(rules(start[0], 3)))
    there_and_back(seed, data.draw(rules("person", 3)))
