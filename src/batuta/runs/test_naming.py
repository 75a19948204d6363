from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from batuta.kit.identifiers import new_id
from batuta.runs.model import Claim, JobKind
from batuta.runs.naming import audience_table, effect_key, intended_names, table_name

CLAIM = Claim(7, 3, "run1", "has-address", 1, JobKind.MAKE)


def test_a_name_is_unique_in_each_of_its_parts() -> None:
    claims = [
        CLAIM,
        replace(CLAIM, fence=4),
        replace(CLAIM, generation=2),
        replace(CLAIM, run="run2"),
        replace(CLAIM, activity="has_address"),
    ]
    names = [table_name(claim, "main") for claim in claims] + [table_name(CLAIM, "Main")]
    assert len(set(names)) == 6
    assert all(name == name.lower() and name.isidentifier() for name in names)


def test_a_name_with_what_engines_put_after_it_fits_into_63_bytes() -> None:
    claim = replace(CLAIM, run=new_id(datetime.now(UTC)), activity="a-very-long-name-" * 9, generation=999, fence=999)
    assert len(f"{table_name(claim, 'excluded')}_shared_99") <= 63


def test_a_table_made_by_a_former_attempt_is_adopted_and_one_that_was_not_gets_a_fresh_name() -> None:
    again = replace(CLAIM, fence=5, names={"main": "w_former_main", "rest": "w_former_rest"})
    names = intended_names(again, ["main", "rest"], {"w_former_main", "w_of_others"})
    assert names == {"main": "w_former_main", "rest": table_name(again, "rest")}


def test_an_effect_keeps_its_key_over_attempts_until_the_audience_moves() -> None:
    first, again = effect_key(CLAIM, "VIP", 2), effect_key(replace(CLAIM, fence=9), "VIP", 2)
    assert first == again
    assert effect_key(CLAIM, "VIP", 3) != first
    assert audience_table(first) != audience_table(effect_key(CLAIM, "VIP", 3))
