"""Split: segments and their outputs, and what a marketer can get wrong."""

from __future__ import annotations

import pytest

from batuta.activities.contract import Output
from batuta.rules.bound import AttributeOf, Compare
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import LimitKind, Part, Parted, Segment, Sort
from batuta.sets.algebra import Split as Division
from batuta.sets.shape import Column
from batuta.testing import arriving, attempt, scope

FRANCE = {"kind": "attribute", "expression": "[country]", "operator": "equal", "value": "FR"}
SEGMENTS = [
    {"name": "france", "label": "France", "rule": FRANCE, "skip_when_empty": True},
    {"name": "best", "count": 10, "sort": [{"expression": "[points]", "descending": True}]},
    {"name": "tenth", "percent": 10},
]


def test_segments_are_outputs_in_their_order_and_share_one_division() -> None:
    found = attempt("split", {"segments": SEGMENTS, "complement": True}, arriving())
    assert found.kind is not None
    assert found.kind.outputs() == (
        Output("france", "France", skip_when_empty=True),
        Output("best", "best"),
        Output("tenth", "tenth"),
        Output("complement", "The rest"),
    )
    parts = [part for part in found.populations.values() if isinstance(part, Part)]
    assert [part.place for part in parts] == [0, 1, 2, None]
    assert len({id(part.split) for part in parts}) == 1
    france, best, tenth = parts[0].split.segments
    assert isinstance(france.where, Compare)
    assert france.limit is None
    points = AttributeOf((), "points", INTEGER)
    assert best == Segment("best", None, LimitKind.COUNT, 10, (Sort(points, descending=True),))
    assert tenth == Segment("tenth", None, LimitKind.PERCENT, 10)
    assert parts[0].split.salt == scope().seed


def test_a_stable_split_keeps_its_salt_over_runs() -> None:
    part = attempt("split", {"segments": SEGMENTS, "stable": True, "overlapping": True}, arriving()).populations["best"]
    assert isinstance(part, Part)
    assert (part.split.stable, part.split.overlapping, part.split.salt) == (True, True, scope().stable_seed)


def test_all_in_one_table_has_a_segment_column() -> None:
    parameters = {"segments": SEGMENTS, "one_table": True, "segment_column": "group"}
    found = attempt("split", parameters, arriving(score=INTEGER))
    assert found.kind is not None
    assert [output.name for output in found.kind.outputs()] == ["main"]
    main = found.populations["main"]
    assert isinstance(main, Parted)
    assert isinstance(main.split, Division)
    assert main.shape.columns == (Column("score", INTEGER), Column("group", STRING))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"segments": [{"name": "A"}, {"name": "main"}, {"name": "x"}, {"name": "x"}]},
            [
                ("segments.0.name", "split-bad-name"),
                ("segments.1.name", "split-bad-name"),
                ("segments.2.name", "split-name-twice"),
                ("segments.3.name", "split-name-twice"),
            ],
        ),
        (
            {"segments": [{"name": "a", "label": "L"}, {"name": "b", "label": "L"}]},
            [("segments.0.label", "split-label-twice"), ("segments.1.label", "split-label-twice")],
        ),
        (
            {"segments": [{"name": "a", "count": 1, "percent": 1}]},
            [("segments.0.percent", "split-count-and-percent")],
        ),
        ({"segments": [{"name": "a", "percent": 60}, {"name": "b", "percent": 50}]}, [("segments", "split-over-100")]),
        ({"segments": [{"name": "a", "percent": 60}, {"name": "b", "percent": 50}], "overlapping": True}, []),
        (
            {"segments": [{"name": "a"}], "one_table": True, "overlapping": True, "complement": True},
            [("overlapping", "split-overlap-in-one-table"), ("complement", "split-complement-in-one-table")],
        ),
        (
            {"segments": [{"name": "a"}], "one_table": True, "segment_column": "Score"},
            [("segment_column", "column-taken")],
        ),
        ({"segments": [{"name": "a", "percent": 101}]}, [("segments.0.percent", "field-too-large")]),
        ({"segments": [{"name": "a", "count": 1.5}]}, [("segments.0.count", "field-needs-whole-number")]),
    ],
)
def test_mistakes(parameters: dict[str, object], said: list[tuple[str, str]]) -> None:
    found = attempt("split", parameters, arriving(score=INTEGER))
    assert [(problem.field, problem.code) for problem in found.problems] == said


def test_mistakes_in_rules_and_sorts_keep_their_places() -> None:
    segments = [{"name": "a"}, {"name": "b", "rule": {**FRANCE, "value": None}, "sort": [{"expression": "[no]"}]}]
    found = attempt("split", {"segments": segments}, arriving())
    assert [problem.field for problem in found.problems] == ["segments.1.rule.value", "segments.1.sort.0.expression"]
