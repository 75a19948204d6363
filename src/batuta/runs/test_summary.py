from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batuta.activities.contract import Role
from batuta.kit.errors import NotFound
from batuta.rules.bound import Moment
from batuta.runs.delivering import LedgerBroken, arithmetic, check, settled
from batuta.runs.model import (
    JobKind,
    Leg,
    Mode,
    OutputState,
    Run,
    RunStatus,
    RunView,
    Task,
    TaskOutput,
    Wanted,
)
from batuta.runs.sending.contract import Tally
from batuta.runs.summary import output_named, summary
from batuta.schema.types import INTEGER
from batuta.sets.shape import Shape

PEOPLE = Shape("people", "person", (INTEGER,))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def output(activity: str, name: str, rows: int | None, state: OutputState, shape: Shape | None = PEOPLE) -> TaskOutput:
    table = None if rows is None else f"w_{activity}_{name}"
    return TaskOutput(activity, name, name, True, False, shape, state, table, rows, rows and rows - 1)


@pytest.fixture
def view() -> RunView:
    outputs = [
        output("start", "main", None, OutputState.TAKEN, shape=None),
        output("both", "main", 7, OutputState.TAKEN),
        output("both", "complement", 0, OutputState.TAKEN),
        output("skipped", "main", None, OutputState.NOT_TAKEN),
        output("mail", "sent", None, OutputState.OPEN),
    ]
    run = Run(
        "r1", "c", "C", Mode.LIVE, RunStatus.RUNNING, Wanted.RUN, 1, Moment(NOW), {}, "", 1, ask=False, created_at=NOW
    )
    legs = [("start", "main", "both"), ("both", "main", "mail"), ("both", "main", "skipped")]
    return RunView(
        run,
        {of.activity: Task(of.activity, "k", of.activity.upper(), JobKind.MAKE) for of in outputs},
        {(of.activity, of.name): of for of in outputs},
        tuple(Leg(n, source, name, target, Role.MAIN) for n, (source, name, target) in enumerate(legs)),
    )


def test_every_output_is_visible_with_what_is_known_of_it(view: RunView) -> None:
    tally = Tally(10, {"no-consent": 2}, sent=5, failed=1, in_doubt=1, pending=1)
    assert summary(view, {"mail": tally}) == {
        "run": "r1",
        "status": "running",
        "transitions": [
            {"from": "start", "output": "main", "to": "both", "rows": None, "targets": None},
            {"from": "both", "output": "main", "to": "mail", "rows": 7, "targets": 6},
            {"from": "both", "output": "main", "to": "skipped", "rows": 7, "targets": 6},
            {"from": "both", "output": "complement", "to": None, "rows": 0, "targets": 0},
            {"from": "skipped", "output": "main", "to": None, "rows": 0, "targets": 0},
            {"from": "mail", "output": "sent", "to": None, "rows": None, "targets": None},
        ],
        "deliveries": [
            {
                "activity": "mail",
                "targeted": 10,
                "excluded": {"no-consent": 2},
                "sent": 5,
                "failed": 1,
                "in_doubt": 1,
                "pending": 1,
            }
        ],
        "waits": [],
    }


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("both", ("both", "main")),
        ("both.complement", ("both", "complement")),
        ("both>mail", ("both", "main")),
        ("both.main>skipped", ("both", "main")),
    ],
)
def test_a_transition_has_several_names(view: RunView, name: str, found: tuple[str, str]) -> None:
    assert output_named(view, name) == view.outputs[found]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("boht", "run r1: there is no activity 'boht'\n  to do: Did you mean both?"),
        ("both.complemet", "run r1: there is no output 'complemet'\n  to do: Did you mean complement?"),
        ("both>start", "run r1: there is no transition to 'start'\n  to do: Known: mail, skipped."),
        ("both.complement>mail", "run r1: there is no transition to 'mail'\n  to do: Known: none."),
    ],
)
def test_a_name_that_leads_nowhere_is_told(view: RunView, name: str, message: str) -> None:
    with pytest.raises(NotFound) as raised:
        output_named(view, name)
    assert raised.value.message() == message


def test_the_arithmetic_before_a_send_is_written_out() -> None:
    tally = Tally(22118, {"no-consent": 812, "holdout": 0, "suppressed": 1161}, pending=20145)
    assert (
        arithmetic(tally, live=True)
        == "targeted 22,118 - no consent 812 - suppressed 1,161 = 20,145 will be written to"
    )
    assert arithmetic(Tally(), live=False) == "targeted 0 = 0 would be written to"


def test_a_ledger_that_does_not_add_up_is_never_passed_over() -> None:
    short = Tally(10, {"no-consent": 2}, sent=7)
    with pytest.raises(LedgerBroken, match=r"targeted 10, but excluded 2 \+ sent 7 .* pending 0"):
        check("mail", short)
    waiting = Tally(10, {"no-consent": 2}, sent=7, pending=1)
    assert check("mail", waiting) is waiting
    with pytest.raises(LedgerBroken, match="1 messages are pending"):
        settled("mail", waiting)
    doubtful = Tally(10, {"no-consent": 2}, sent=7, in_doubt=1)
    assert settled("mail", doubtful) is doubtful
