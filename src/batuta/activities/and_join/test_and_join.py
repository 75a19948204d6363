"""And-join: whose population goes on, and what the other paths are to it."""

from __future__ import annotations

from batuta.activities.contract import Input, Output, Role
from batuta.testing import arriving, attempt

A, B, START = arriving("a"), arriving("b", "orders"), Input("start", "main", "Start")


def test_the_primary_population_goes_on_unchanged() -> None:
    found = attempt("and-join", {"primary": "b"}, A, B, START)
    assert found.populations == {"main": B.population}
    assert found.kind is not None
    assert found.kind.outputs() == (Output("main", "After all"),)
    assert [found.kind.role(place, name, "main") for place, name in enumerate("abc")] == [
        Role.AWAITED,
        Role.MAIN,
        Role.AWAITED,
    ]


def test_without_a_primary_one_it_only_activates() -> None:
    found = attempt("and-join", {}, A, B)
    assert found.populations == {}
    assert found.kind is not None
    assert found.kind.outputs() == (Output("main", "After all", carries=False),)
    assert {found.kind.role(0, "a", "main"), found.kind.role(1, "b", "main")} == {Role.AWAITED}


def test_the_primary_one_must_arrive_with_people() -> None:
    assert attempt("and-join", {"primary": "zzz"}, A, B).said == [
        ("primary", "No transition comes here from zzz. Use one of: a, b.")
    ]
    assert attempt("and-join", {"primary": "start"}, A, START).said == [
        (
            "",
            (
                "No people arrive from Start: it only says when to begin. "
                "Put a Build audience between the two, or let it pass people on."
            ),
        )
    ]
