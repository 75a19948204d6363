from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.messages.liquid.template import parse
from batuta.messages.plain import text_of, text_template, tidy
from batuta.rules.bound import Moment

HTML = """<html><head><title>Gone</title><style>p { color: red }</style></head>
<body>
<h1>Hello &amp; welcome, Ann</h1>
<p>Two   words<br>and a
line. <a href="https://shop.example/a?b=1&amp;c=2">Look</a> <a href="https://x.example">https://x.example</a></p>
<ul><li>tea</li><li>cup</li></ul>
<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>
<img src="x.png" alt="A cup"><script>alert(1)</script>
</body></html>"""


def test_text_is_made_from_html() -> None:
    assert text_of(HTML) == (
        "Hello & welcome, Ann\n"
        "\n"
        "Two words\n"
        "and a line. Look (https://shop.example/a?b=1&c=2) https://x.example\n"
        "\n"
        "- tea\n"
        "- cup\n"
        "\n"
        "1 2\n"
        "3 4\n"
        "\n"
        "A cup\n"
    )


def test_a_text_template_renders_to_the_text_of_the_rendered_html() -> None:
    html = (
        "<h1>Hello {{ name | default: 'friend' }}</h1>{% if items %}<p>Your &lt;things&gt;:</p>"
        '<p>See <a href="https://x.example/{{ id }}">here</a></p>{% endif %}<p>Bye</p>'
    )
    environment = BoundedEnvironment(Moment(datetime(2026, 1, 1, tzinfo=UTC)), escape=False)
    template = text_template(html)
    assert template is not None
    for values in ({"name": "Ann", "items": [1], "id": 7}, {"name": None, "items": None}):
        made = tidy(parse(template, environment).render(values))
        assert made == text_of(parse(html, environment).render(values))


@pytest.mark.parametrize(
    "html",
    [
        '<td {% if x %}class="a"{% endif %}>x</td>',
        "<p>{{ block | safe }}</p>",
        "{% raw %}<b>{{ x }}</b>{% endraw %}",
    ],
)
def test_a_text_template_is_refused_where_it_could_be_wrong(html: str) -> None:
    assert text_template(html) is None


def test_assignments_in_the_head_are_kept() -> None:
    assert text_template("<head>{% assign x = 1 %}<title>t</title></head><p>{{ x }}</p>") == (
        "{% assign x = 1 %}{{ x }}\n"
    )
