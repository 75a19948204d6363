from __future__ import annotations

import pytest

from batuta.rules.patterns import Notation, check_pattern, found_in, written


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
        ("[a-]", "-", True),
        ("[-a]", "-", True),
        (r"[a\-c]", "b", False),
        ("a{", "a{", True),
        ("]}", "]}", True),
        ("(a{10}){10}", "a" * 100, True),
        (r"\Bb", "ab", True),
        ("[^a]", "\n", True),
    ],
)
def test_a_pattern_is_searched_for_anywhere(pattern: str, text: str, found: bool) -> None:
    assert check_pattern(pattern) == ""
    assert found_in(text, pattern, ignore_case=False) is found


def test_case_is_ignored_on_request() -> None:
    assert found_in("ÉÉ", "é+", ignore_case=True)
    assert not found_in("ÉÉ", "é+", ignore_case=False)
    assert not found_in("İ\u0131", "[a-z]", ignore_case=True)
    assert found_in("ΟΔΟΣ", "ς$", ignore_case=True)
    assert found_in("ẞ", "[ß-ÿ]", ignore_case=True)
    assert not found_in("A", "[^a]", ignore_case=True)


def test_a_pattern_is_written_anew() -> None:
    engine = Notation(r"\x{{{:x}}}", r"\z", "<", ">")
    assert written(r"^\bk.\w$", engine, ignore_case=False) == r"^<k[^\n][0-9A-Z\x{5f}a-z]\z"
    assert written("é1", engine, ignore_case=True) == r"[\x{c9}\x{e9}]1"


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
        "a{256}",
        "(a{100}){100}",
        "((a{10}){10}){11}",
        r"\b*",
        "^*",
        "$+",
        "a|*",
        "a??+",
        "a???",
        "a{2}{3}",
        "a)",
        r"[\d-z]",
        r"[a-\d]",
        "[z-a]",
        "a{3,2}",
        "a{٣}",
        r"\1",
        r"[\b]",
    ],
)
def test_what_engines_do_not_share_is_refused(pattern: str) -> None:
    assert check_pattern(pattern) != ""
