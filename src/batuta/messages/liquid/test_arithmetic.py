from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from liquid.exceptions import FilterArgumentError

from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.rules.bound import Moment

ENVIRONMENT = BoundedEnvironment(Moment(datetime(2026, 1, 1, tzinfo=UTC)), escape=True)


def rendered(expression: str, **values: object) -> str:
    return ENVIRONMENT.from_string("{{ " + expression + " }}").render(**values)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("price | times: 3", "30.30"),
        ("price | plus: price", "20.20"),
        ("price | minus: 0.1", "10.00"),
        ("price | times: 100 | divided_by: 20.2 | round", "50"),
        ("7 | divided_by: 2", "3"),
        ("7 | divided_by: 2.0", "3.5"),
        ("price | modulo: 3", "1.10"),
        ("0.1 | plus: 0.2", "0.3"),
        ("2.5 | round", "3"),
        ("2.345 | round: 2", "2.35"),
        ("1251 | round: -2", "1300"),
        ("price | ceil", "11"),
        ("price | floor", "10"),
        ("price | at_least: 12", "12"),
        ("price | at_most: 12", "10.10"),
        ("loss | abs", "3.50"),
        ("'3' | times: 4", "12"),
        ("'3.5' | times: 2", "7.0"),
        ("'three' | plus: 4", "4"),
        ("nothing | plus: 4", "4"),
    ],
)
def test_numbers_are_exact_and_whole_ones_stay_whole(expression: str, shown: str) -> None:
    assert rendered(expression, price=Decimal("10.10"), loss=Decimal("-3.50"), nothing=None) == shown


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("price | divided_by: 0", "divide by 0"),
        ("price | divided_by: free", "divide by 0"),
        ("1 | modulo: 0", "divide by 0"),
        ("huge | times: huge", "too many digits"),
        ("huge | round: 2", "too many digits"),
        ("'1e999999' | ceil", "too many digits"),
        ("price | round: 99", "from -20 to 20"),
    ],
)
def test_what_cannot_be_computed_is_an_error_of_the_message(expression: str, words: str) -> None:
    with pytest.raises(FilterArgumentError, match=words):
        rendered(expression, price=Decimal("10.10"), free=Decimal("0.00"), huge=Decimal("1e999998"))
