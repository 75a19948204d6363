"""Windows: up to which point time is covered, against minutes ticked off one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from batuta.activities.contract import Memory
from batuta.rules.bound import Moment
from batuta.runs.windows import Window, WindowState, memory_name, own_window, reached, recall
from batuta.schema.types import INTEGER, STRING
from batuta.sets.shape import Shape

START = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = Shape("people", "person", (INTEGER,))


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def window(
    lower: int | None, upper: int, state: WindowState = WindowState.RETURNED, number: int = 1, **of: object
) -> Window:
    start = None if lower is None else at(lower)
    settled, run = bool(of.get("settled")), str(of.get("run", "r"))
    return Window(number, "m", "c", "a", run, state, start, at(upper), settled=settled)


STATES = st.sampled_from(list(WindowState))
BOUNDS = st.tuples(st.none() | st.integers(0, 30), st.integers(0, 30), STATES)


def naively(windows: list[Window]) -> datetime | None:
    """Tick off every minute that some window queried, beginning long ago, and stop at the first that none did."""
    counting = [w for w in windows if w.state in (WindowState.ASKED, WindowState.RESERVED, WindowState.RETURNED)]
    ticked = {
        minute
        for minute in range(-1, 31)
        for w in counting
        if (w.lower is None or w.lower < at(minute)) and at(minute) <= w.upper
    }
    end = None
    for minute in range(-1, 31):
        if minute not in ticked:
            break
        end = at(minute)
    return end


@given(st.lists(BOUNDS, max_size=8))
def test_time_is_covered_up_to_the_first_minute_that_nobody_queried(
    bounds: list[tuple[int | None, int, WindowState]],
) -> None:
    windows = [window(*bound, number=number) for number, bound in enumerate(bounds, 1)]
    assert reached(windows) == naively(windows)


def test_nothing_is_covered_before_the_first_run_or_when_it_was_given_back() -> None:
    assert reached([]) is None
    assert reached([window(None, 5, WindowState.RELEASED), window(4, 9)]) is None
    assert reached([window(None, 5), window(4, 9, WindowState.RELEASED), window(8, 12)]) == at(5)
    assert reached([window(None, 5), window(4, 9), window(3, 20, WindowState.FORGOTTEN)]) == at(9)


def test_the_next_stretch_begins_an_overlap_before_what_is_covered() -> None:
    memory = Memory(PEOPLE, overlap=timedelta(minutes=3))
    windows = [
        window(None, 10, number=1),
        window(7, 20, WindowState.RELEASED, number=2),
        window(7, 25, WindowState.RELEASED, number=3, settled=True),
        window(8, 12, WindowState.RESERVED, number=4, run="mine"),
    ]
    found = recall(memory, "m", windows, Moment(at(30), "Asia/Tokyo"))
    assert (found.after, found.until, found.zone, found.without) == (at(9), at(30), "Asia/Tokyo", (2,))
    assert (found.since, found.held) == (None, ())
    own = own_window(windows, "mine")
    again = recall(memory, "m", windows, Moment(at(30)), own)
    assert (again.after, again.without) == (at(8), (2, 4))
    assert own_window(windows, "other") is None


def test_keys_count_for_some_days_by_the_clock_of_the_campaign_unless_a_run_holds_them() -> None:
    windows = [window(None, 10), window(None, 20, WindowState.RESERVED, number=2)]
    moment = Moment(datetime(2026, 4, 1, 7, tzinfo=UTC), "Europe/Paris")
    found = recall(Memory(PEOPLE, days=7), "m", windows, moment)
    assert found.since == datetime(2026, 3, 25, 8, tzinfo=UTC)  # nine o'clock in Paris, before the clocks changed
    assert found.held == (2,)


def test_memories_of_other_keys_have_other_names() -> None:
    names = {
        memory_name("c", "a", Memory(PEOPLE)),
        memory_name("c", "b", Memory(PEOPLE)),
        memory_name("d", "a", Memory(PEOPLE)),
        memory_name("c", "a", Memory(Shape("people", "person", (STRING,)))),
        memory_name("c", "a", Memory(Shape("pets", "pet", (INTEGER,)))),
    }
    assert len(names) == 5
    assert memory_name("c", "a", Memory(PEOPLE)) == memory_name("c", "a", Memory(PEOPLE, days=3))
