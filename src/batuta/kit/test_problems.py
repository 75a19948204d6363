from __future__ import annotations

import pytest

from batuta.kit import problems
from batuta.kit.problems import LANGUAGES, Texts


def test_a_code_may_not_have_two_texts() -> None:
    texts = Texts.load(["batuta.rules", "batuta.rules"])
    with pytest.raises(ValueError, match="is defined twice"):
        assert texts.by_language


def test_texts_are_read_once_and_not_before_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(_: str, language: str) -> dict[str, str]:
        read.append(language)
        return {}

    monkeypatch.setattr(problems, "_read", reading)
    texts = Texts.load(["batuta.rules"])
    assert read == []
    assert texts.by_language is texts.by_language
    assert read == list(LANGUAGES)
