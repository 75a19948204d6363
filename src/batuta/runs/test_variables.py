from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from batuta.campaign.model import Activity, Campaign, Variable
from batuta.kit.errors import InputError
from batuta.runs.model import Mode
from batuta.runs.variables import bind_variables, read_variables, write_variables
from batuta.schema.types import BOOLEAN, DATE, DECIMAL, INSTANT, INTEGER, STRING, DataType, Kind, Scalar


def campaign(*variables: Variable) -> Campaign:
    return Campaign(id="c", name="C", activities=(Activity(id="a", kind="fork"),), variables=variables)


def test_what_is_given_wins_over_the_default_and_has_its_type() -> None:
    declared = campaign(
        Variable(name="least", type=DECIMAL, default=Decimal("1.50")),
        Variable(name="since", type=DATE, default="2026-01-31"),
        Variable(name="strict", type=BOOLEAN, default=False),
    )
    types, values = bind_variables(declared, {"strict": "true", "note": "42"}, Mode.LIVE)
    assert values == {"least": Decimal("1.50"), "since": date(2026, 1, 31), "strict": True, "note": "42"}
    assert types == {"least": DECIMAL, "since": DATE, "strict": BOOLEAN, "note": STRING}


def test_the_test_value_stands_in_only_in_test_mode_and_only_without_default() -> None:
    declared = campaign(
        Variable(name="a", type=INTEGER, test_value=3), Variable(name="b", type=INTEGER, default=1, test_value=3)
    )
    assert bind_variables(declared, {}, Mode.TEST)[1] == {"a": 3, "b": 1}
    with pytest.raises(InputError, match=r"variable a: .*no value was given\n  to do: Give one with --var a=VALUE"):
        bind_variables(declared, {}, Mode.LIVE)


@pytest.mark.parametrize(
    ("of", "text", "expected"),
    [
        (INTEGER, "many", "a value of type integer"),
        (DATE, "31.01.2026", "a value of type date"),
        (DataType(kind=Kind.ENUM, values=("gold", "silver")), "tin", "one of gold, silver"),
    ],
)
def test_a_value_that_does_not_fit_is_told(of: DataType, text: str, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        bind_variables(campaign(Variable(name="v", type=of)), {"v": text}, Mode.LIVE)
    assert raised.value.message() == f"variable v: {text!r} does not fit\n  expected: {expected}"


def test_variables_are_stored_without_loss() -> None:
    types = {"a": DECIMAL, "b": DATE, "c": INSTANT, "d": STRING, "e": BOOLEAN, "f": INTEGER}
    values: dict[str, Scalar] = {
        "a": Decimal("0.10"),
        "b": date(2026, 2, 28),
        "c": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "d": "é",
        "e": False,
        "f": 2**60,
    }
    assert read_variables(write_variables(types, values)) == (types, values)
