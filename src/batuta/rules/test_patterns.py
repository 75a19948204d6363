from __future__ import annotations

import pytest

from batuta.rules.patterns import check_pattern, found_in


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^a.c$", "abc", True),
        ("^a.c$", "a\nc", False),
        ("c$", "abc\n", False),
        (r"\d{2,3}", "a12", True),
        (r"^\d+$", "٣", False),
        (r"\bred\b", "a red car", True),
        (r"^\w+$", "é", False),
        ("[^a-c]", "abc", False),
        (r"[\d.]+\.", "1.2.", True),
        ("(ab|cd)+?", "xcd", True),
        (r"a\.b", "axb", False),
    ],
)
def test_a_pattern_is_searched_for_anywhere(pattern: str, text: str, found: bool) -> None:
    assert check_pattern(pattern) == ""
    assert found_in(text, pattern, ignore_case=False) is found


def test_case_is_ignored_on_request() -> None:
    assert found_in("ÉÉ", "é+", ignore_case=True)
    assert not found_in("ÉÉ", "é+", ignore_case=False)
    assert not found_in("İ\u0131", "[a-z]", ignore_case=True)


@pytest.mark.parametrize(
    "pattern",
    [
        "a(?=b)",
        "(?<!a)b",
        r"(a)\1",
        "(?i)a",
        "a*+",
        "a{1,2000}",
        "a{x}",
        "[[:alpha:]]",
        "[a",
        "(a",
        "*a",
        r"\p{L}",
        r"[\D]",
        "a" * 1001,
        "\\",
        "[a&&b]",
        "{3}",
        "[]a]",
    ],
)
def test_what_engines_do_not_share_is_refused(pattern: str) -> None:
    assert check_pattern(pattern) != ""
