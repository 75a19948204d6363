from __future__ import annotations

from batuta.reports.funnel import Passage, funnel


def shares(*passages: Passage) -> list[float | None]:
    return [step.share for step in funnel(passages)]


def test_the_share_is_of_what_arrived_at_the_activity_a_transition_leaves() -> None:
    assert shares(
        Passage("audience", "main", "split", rows=200, targets=200),
        Passage("split", "a", "email", rows=150, targets=150),
        Passage("split", "b", "end", rows=50, targets=50),
    ) == [None, 0.75, 0.25]


def test_all_populations_of_a_union_count_together() -> None:
    assert shares(
        Passage("small", "main", "both", targets=40),
        Passage("large", "main", "both", targets=80),
        Passage("both", "main", "end", targets=90),
    ) == [None, None, 0.75]


def test_a_population_that_only_narrows_another_is_no_former_step() -> None:
    assert shares(
        Passage("buyers", "main", "without", targets=40),
        Passage("everyone", "main", "without", targets=1000, barrier=True),
        Passage("without", "main", "end", targets=10),
    ) == [None, None, 0.25]


def test_targets_count_not_rows() -> None:
    assert shares(
        Passage("audience", "main", "next", rows=500, targets=10), Passage("next", "main", "end", rows=9, targets=5)
    ) == [None, 0.5]


def test_nobody_and_a_mere_activation_have_no_share() -> None:
    assert shares(
        Passage("fork", "one", "audience"),
        Passage("audience", "main", "split", targets=0),
        Passage("split", "a", "end", targets=0),
    ) == [None, None, None]
