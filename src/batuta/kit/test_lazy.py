from __future__ import annotations

from batuta.kit.lazy import LazyMapping


def test_it_is_worked_out_once_and_not_before_it_is_asked() -> None:
    asked: list[str] = []

    def find() -> dict[str, int]:
        asked.append("now")
        return {"one": 1, "two": 2}

    found = LazyMapping(find)
    assert asked == []
    assert (found["one"], list(found), len(found), "three" in found) == (1, ["one", "two"], 2, False)
    assert asked == ["now"]
