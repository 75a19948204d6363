from __future__ import annotations

from batuta.kit.stopping import Stop


def test_a_wish_is_heard_by_those_who_listen_and_by_nobody_afterwards() -> None:
    stop, told = Stop(), list[str]()
    with stop.heard_by(lambda: told.append("first")):
        assert told == []
        stop.wish()
    assert stop.wished
    assert told == ["first"]
    stop.wish()
    assert told == ["first"]


def test_a_wish_made_before_is_heard_at_once() -> None:
    stop, told = Stop(), list[str]()
    stop.wish()
    with stop.heard_by(lambda: told.append("late")):
        assert told == ["late"]
