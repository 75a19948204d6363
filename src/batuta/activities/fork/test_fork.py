"""Fork: one output for all paths, with or without a population."""

from __future__ import annotations

from batuta.activities.contract import Input, Output
from batuta.testing import arriving, attempt


def test_a_population_goes_along_unchanged() -> None:
    arrived = arriving()
    found = attempt("fork", {}, arrived)
    assert found.kind is not None
    assert found.kind.outputs() == (Output("main", "Each path"),)
    assert found.populations == {"main": arrived.population}


def test_a_fork_that_begins_or_is_merely_activated_activates_only() -> None:
    assert attempt("fork", {}).populations == {}
    assert attempt("fork", {}, Input("start", "main", "Start")).populations == {}


def test_it_has_no_settings() -> None:
    said = [("paths", "There is no field paths here, nor any other. Remove it.")]
    assert attempt("fork", {"paths": 2}).said == said
