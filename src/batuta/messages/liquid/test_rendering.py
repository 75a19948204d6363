from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.messages.liquid.template import RenderingError, parse
from batuta.rules.bound import Moment

MOMENT = Moment(datetime(2026, 3, 3, 23, 30, tzinfo=UTC), zone="Europe/Paris")


def rendered(source: str, *, escape: bool = False, **values: Any) -> str:
    return parse(source, BoundedEnvironment(MOMENT, escape=escape)).render(values)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ name | default: 'friend' }}", "Zoë"),
        ("{{ missing | default: 'friend' }}", "friend"),
        ("{{ zero | default: 7 }}", "0"),
        ("{{ lines[0].product }}{{ lines[9].product }}", "tea"),
        ("{% for line in lines %}{{ forloop.index }}{{ line.product }} {% endfor %}", "1tea 2cup "),
        ("{{ none }}", ""),
        ("{{ flag }}", "true"),
    ],
)
def test_templates_read_values_as_liquid_does(source: str, expected: str) -> None:
    values: dict[str, Any] = {
        "name": "Zoë",
        "zero": 0,
        "lines": [{"product": "tea"}, {"product": "cup"}],
        "none": None,
        "flag": True,
    }
    assert rendered(source, **values) == expected


def test_values_are_escaped_in_html_but_not_in_text() -> None:
    attack = "<script>alert('x')</script>"
    assert "<script>" not in rendered("<p>{{ name }}</p>", escape=True, name=attack)
    assert rendered("<p>{{ name | safe }}</p>", escape=True, name="<b>") == "<p><b></p>"
    assert rendered("{{ name }}", name="<b>") == "<b>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ day | date: '%d/%m/%Y' }}", "09/02/2026"),
        ("{{ day | date: '%-d %B %Y', 'fr' }}", "9 février 2026"),
        ("{{ day | date: 'long', 'de' }}", "9. Februar 2026"),
        ("{{ day | date: 'long' }}", "9 February 2026"),
        ("{{ day | date: '%A %e %b' }}", "Monday  9 Feb"),
        ("{{ 'now' | date: '%Y-%m-%d %H:%M' }}", "2026-03-04 00:30"),
        ("{{ instant | date: '%H:%M' }}", "01:00"),
        ("{{ '2026-12-24' | date: '%j %I %p %y' }}", "358 12 AM 26"),
        ("{{ none | date: 'long' }}", ""),
        ("{{ 1234567.891 | number: 2 }}", "1,234,567.89"),
        ("{{ amount | number: 2, 'fr' }}", "1\u202f234,50"),
        ("{{ 0.125 | number: 2 }}", "0.13"),
        ("{{ amount | number }}", "1,234.5"),
        ("{{ amount | money: 'EUR', 'fr' }}", "1\u202f234,50\u00a0€"),
        ("{{ amount | money: 'USD' }}", "$1,234.50"),
        ("{{ amount | money: 'CHF' }}", "CHF\u00a01,234.50"),
        ("{{ -1234.5 | money: 'GBP' }}", "-£1,234.50"),
        ("{{ 1999.5 | money: 'JPY' }}", "¥2,000"),
        ("{{ none | money: 'EUR' }}", ""),
        ("{{ 'a-b-c' | replace: '-', '+' }}", "a+b+c"),
        ("{{ 'a,b' | split: ',' | join: '/' }}", "a/b"),
        ("{{ '<b>x</b> < y' | strip_html }}", "x < y"),
    ],
)
def test_filters(source: str, expected: str) -> None:
    values: dict[str, Any] = {
        "day": date(2026, 2, 9),
        "instant": datetime(2026, 2, 9, 0, 0, tzinfo=UTC),
        "none": None,
        "amount": Decimal("1234.5"),
    }
    assert rendered(source, **values) == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% assign n = 1000000000 %}{% for i in (1..n) %}x{% endfor %}", "a range of more than 10,000"),
        ("{% for i in (1..99999999999999999999) reversed %}{% endfor %}", "a range"),
        ("{{ (1..100000000) | join: ',' }}", "a range"),
        ("{% for i in (1..9000) %}{% for j in (1..9000) %}{% endfor %}{% endfor %}", "10,000 passes"),
        ("{% for i in (1..6000) %}x{% endfor %}{% for i in (1..6000) %}x{% endfor %}", "10,000 passes"),
        ("{% assign s = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}", "200,000"),
        (
            (
                "{% assign s = 'xxxxxxxxxx' | replace: 'x', 'yyyyyyyyyy' | replace: 'y', 'zzzzzzzzzzzzzzzzzzzz' %}"
                "{{ s | replace: 'z', s }}"
            ),
            "200,000",
        ),
        ("{% assign n = 99999 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}", "digits"),
        ("{% for i in (1..9999) %}" + "{{ i | plus: 1 | minus: 1 | times: 2 }}" * 9 + "{% endfor %}", "steps"),
        ("{% for i in (1..9000) %}" + "x" * 200 + "{% endfor %}", "characters written"),
        (
            "{% capture a %}{% for i in (1..9000) %}" + "x" * 50 + "{% endfor %}{% endcapture %}"
            "{% assign b = a %}{% assign c = a %}",
            "namespace limit",
        ),
    ],
)
def test_what_would_never_end_or_fill_the_memory_is_stopped(source: str, words: str) -> None:
    started = time.thread_time()
    with pytest.raises(RenderingError) as raised:
        rendered(source)
    assert words in raised.value.reason
    assert raised.value.limit
    assert time.thread_time() - started < 5


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'x' | date: 'long' }}",
        "{{ 'x' | money: 'EUR' }}",
        "{{ 1 | divided_by: 0 }}",
        "{{ day | date: '%Q' }}",
        "{{ 3 | number: 99 }}",
        "{{ '1e999999999' | number: 2 }}",
    ],
)
def test_an_error_tells_its_place_and_is_no_limit(source: str) -> None:
    with pytest.raises(RenderingError, match="line 1, column ") as raised:
        rendered(source, day=date(2026, 2, 9))
    assert not raised.value.limit


def test_files_are_out_of_reach() -> None:
    environment = BoundedEnvironment(MOMENT, escape=True)
    assert {"include", "render"}.isdisjoint(environment.tags)


def test_a_list_that_holds_one_long_text_many_times_is_as_large_as_its_texts() -> None:
    """Twelve doublings of a list of one text of 190,000 characters would take a gigabyte to write out."""
    source = "{% assign a = text | split: '~' %}" + "{% assign a = a | concat: a %}" * 12 + "{{ a }}"
    with pytest.raises(RenderingError, match="200,000 characters or items"):
        rendered(source, text="x" * 190_000)
    twice = "{% assign a = text | split: '~' %}{% assign a = a | concat: a %}{{ a | size }}"
    assert rendered(twice, text="x" * 90_000) == "2"


def test_long_lists_are_not_compared_item_by_item() -> None:
    source = "{{ text | split: ',' | uniq | size }}"
    assert rendered(source, text=",".join(map(str, [*range(500), *range(500)]))) == "500"
    with pytest.raises(RenderingError, match="more than 1,000 items"):
        rendered(source, text=",".join(map(str, range(1_001))))


def test_a_value_shows_nothing_of_python() -> None:
    for path in ("amount.__class__", "amount.real", "amount['__class__']", "text.upper", "rows.append", "rows[0].keys"):
        values: dict[str, Any] = {"amount": Decimal("1.5"), "text": "x", "rows": [{"name": "tea"}]}
        assert rendered(f"{{{{ {path} }}}}", **values) == ""
