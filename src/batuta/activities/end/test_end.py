"""End: a mark that nothing leaves."""

from __future__ import annotations

from batuta.activities.contract import Input
from batuta.testing import arriving, attempt


def test_nothing_leaves_an_end() -> None:
    for arrived in (arriving(), Input("fork", "main", "Fork")):
        found = attempt("end", {}, arrived)
        assert found.kind is not None
        assert found.kind.outputs() == ()
        assert found.populations == {}
        assert found.problems == ()
