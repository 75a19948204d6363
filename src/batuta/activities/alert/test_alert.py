"""Alert: a notice whose texts are checked before the run, and what arrives goes on."""

from __future__ import annotations

from batuta.activities.alert import Alert
from batuta.activities.contract import Input
from batuta.activities.effects import Notify
from batuta.testing import arriving, attempt, scope

START = Input("start", "main", "Start")
TEXTS = {"title": "{{ context.targets }} people", "message": "Run {{ context.run }}", "level": "warning"}


def test_it_gives_a_notice_and_lets_go_on_what_arrives() -> None:
    arrived = arriving()
    found = attempt("alert", TEXTS, arrived)
    assert found.populations == {"main": arrived.population}
    assert isinstance(found.kind, Alert)
    notice = Notify("{{ context.targets }} people", "Run {{ context.run }}", "warning", arrived.population)
    assert found.kind.effects((arrived,), scope()) == (notice,)
    assert attempt("alert", TEXTS, START).populations == {}
    assert found.kind.effects((START,), scope())[0].population is None


def test_mistakes_in_a_text_are_told_on_its_field() -> None:
    found = attempt("alert", {"title": "{{ context.target }}", "message": "{{ vars.brand }}"}, START)
    assert [problem.field for problem in found.problems] == ["title", "message"]
    assert "targets" in found.said[0][1]
    assert [field for field, _ in attempt("alert", {"title": ""}, START).said] == ["title"]
    assert [field for field, _ in attempt("alert", {"title": "{% if %}"}, START).said] == ["title"]
