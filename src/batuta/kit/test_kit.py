from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from batuta.kit.errors import HomeTaken, InputError, UsageError
from batuta.kit.identifiers import new_id, seed_of
from batuta.kit.problems import Gather, Problem, Problems
from batuta.kit.text import counted, drop_accents, fold, key_text, suggest


def test_folding_drops_case_and_marks_only() -> None:
    assert fold("JOSÉ") == "jose"
    assert fold("e\u0301") == "e"
    assert fold("Łódź") == "łodz"
    assert fold("straße") == "straße"
    assert drop_accents("Élan") == "Elan"


def test_key_text_tells_composite_keys_apart() -> None:
    assert key_text([42]) == "42"
    assert key_text(["a:b"]) == "a:b"
    assert key_text(["a", "bc"]) == "1:a2:bc"
    assert key_text(["ab", "c"]) == "2:ab1:c"
    assert key_text([date(2024, 2, 29)]) == "2024-02-29"
    assert key_text([datetime(2024, 2, 29, 12, 0, 1)]) == "2024-02-29 12:00:01"
    assert key_text([Decimal("1.50")]) == "1.50"


@pytest.mark.parametrize("value", [1.5, True, None, [1]])
def test_doubles_booleans_and_nothing_are_no_keys(value: object) -> None:
    with pytest.raises(TypeError):
        key_text([value])


def test_suggestions_are_near_or_absent() -> None:
    assert suggest("contry", ["city", "country"]) == "country"
    assert suggest("Émail", ["email"]) == "email"
    assert suggest("zzz", ["email"]) == ""


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    early = new_id(datetime(2024, 1, 1, tzinfo=UTC))
    late = new_id(datetime(2024, 1, 1, 0, 0, 0, 1000, tzinfo=UTC))
    assert len(early) == 16
    assert early < late
    assert len({new_id(datetime(2024, 1, 1, tzinfo=UTC)) for _ in range(1000)}) == 1000


def test_seeds_depend_on_every_part() -> None:
    assert seed_of("a", "b") == seed_of("a", "b")
    assert seed_of("a", "b") != seed_of("ab", "")
    assert len(seed_of(1)) == 16


def test_errors_say_where_what_and_what_to_do() -> None:
    error = InputError("orders.csv:3", "total is 'abc'", expected="a number", todo="Correct the line.")
    assert str(error) == "orders.csv:3: total is 'abc'\n  expected: a number\n  to do: Correct the line."
    assert (InputError.exit_code, UsageError.exit_code, HomeTaken.exit_code) == (1, 2, 3)


def test_gathered_problems_are_raised_together_with_their_fields() -> None:
    gather = Gather()

    def fails() -> None:
        raise Problems([Problem("one", field="value"), Problem("two")])

    assert gather.attempt(lambda: 7) == 7
    assert gather.attempt(fails, under="rule") is None
    gather.add(Problem("three", blocking=False))
    with pytest.raises(Problems) as caught:
        gather.check()
    assert [(p.code, p.field) for p in caught.value.problems] == [("one", "rule.value"), ("two", "rule"), ("three", "")]


def test_warnings_alone_do_not_block() -> None:
    gather = Gather()
    gather.add(Problem("soft", blocking=False))
    gather.check()


def test_things_are_counted_in_english() -> None:
    assert [counted(number, "record") for number in (0, 1, 2, 12_345)] == [
        "0 records",
        "1 record",
        "2 records",
        "12,345 records",
    ]
