"""What may be wrong with the name of a file, told in both languages."""

from __future__ import annotations

import pytest

from batuta.kit.problems import Problems, Texts
from batuta.messages.naming import check_name
from batuta.schema.locations import LONGEST_NAME, NameFault

TEXTS = Texts.load(["batuta.messages"])


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        (" ", "the name is empty", "il est vide"),
        ("a" * 1001, "the name is longer than 1000 characters", "il dépasse 1000 caractères"),
        (
            "a\\b",
            "the name holds a character that no name of a file should",
            "il contient un caractère qu'un nom de fichier ne devrait pas avoir",
        ),
        ("/a.csv", "the name is not relative to the location", "il n'est pas relatif à l'emplacement"),
        ("../a.csv", "the name leads out of the location", "il sort de l'emplacement"),
        (
            "new/.a.csv",
            "a part of the name is empty or begins with a dot",
            "une de ses parties est vide ou commence par un point",
        ),
    ],
)
def test_a_fault_of_a_name_is_told_in_both_languages(name: str, english: str, french: str) -> None:
    with pytest.raises(Problems) as caught:
        check_name(name, {})
    (problem,) = caught.value.problems
    said, dit = TEXTS.say(problem), TEXTS.say(problem, "fr")
    assert said.startswith(name[:50])
    assert f" cannot be the name of a file: {english}. " in said
    assert f" ne peut pas être le nom d'un fichier : {french}. " in dit


def test_every_fault_has_a_text_that_is_true() -> None:
    english = TEXTS.by_language["en"]
    assert {fault: english[f"name-fault.{fault.name.lower()}"] for fault in NameFault} == {
        f: f.value for f in NameFault
    }
    assert str(LONGEST_NAME) in TEXTS.by_language["fr"]["name-fault.long"]
