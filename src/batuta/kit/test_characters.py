from __future__ import annotations

from batuta.kit.characters import cases, in_word, lower, lowered, of_words, raised, runs, upper


def test_case_changes_one_character_for_one() -> None:
    assert lower("İI ΟΔΟΣ ẞ") == "ii οδοσ ß"
    assert upper("straße ŉ ǆ ᾳ") == "STRAẞE ŉ Ǆ ᾼ"


def test_the_tables_are_what_the_functions_do() -> None:
    for change, (before, after) in ((lower, lowered()), (upper, raised())):
        assert change(before) == after
        assert len(before) == len(after) == len(set(before))
    assert "É" in lowered()[0]
    assert "é" in raised()[0]


def test_cases_go_together_but_not_those_of_the_turkish_i() -> None:
    assert cases()["s"] == {"s", "S", "\u017f"}
    assert cases()["\u03c3"] == {"\u03a3", "\u03c3", "\u03c2"}
    assert cases()["i"] == {"i", "I"}
    assert not {"\u0130", "\u0131", "1"} & set(cases())


def test_words_are_letters_marks_and_digits() -> None:
    for character, within in (("é", True), ("\u0301", True), ("٣", True), ("日", True), ("-", False), ("👍", False)):
        assert in_word(character) is within
        assert any(first <= ord(character) <= last for first, last in of_words()) is within


def test_consecutive_points_are_one_run() -> None:
    assert runs([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))
