from __future__ import annotations

import pytest

from batuta.reports.deliveries import DeliveryReport

REASONS = {"suppressed": 3, "no-consent": 40}


def report(targeted: int) -> DeliveryReport:
    return DeliveryReport(
        activity="mail", label="Mail", targeted=targeted, excluded=REASONS, sent=1200, failed=5, in_doubt=1, pending=2
    )


def test_the_identity_is_written_as_a_sum() -> None:
    found = report(1251)
    assert found.balanced
    assert found.identity == "1,251 targeted = 43 excluded + 1,200 sent + 5 failed + 1 in doubt + 2 pending"


@pytest.mark.parametrize(("targeted", "ending"), [(1253, "(2 missing)"), (1250, "(1 too many)")])
def test_an_identity_that_does_not_hold_says_by_how_much(targeted: int, ending: str) -> None:
    found = report(targeted)
    assert not found.balanced
    assert found.identity.startswith(f"{targeted:,} targeted ≠ 43 excluded")
    assert found.identity.endswith(ending)


def test_the_verdict_is_part_of_the_document() -> None:
    assert report(1251).as_json()["balanced"] is True
    assert report(1252).as_json()["balanced"] is False
