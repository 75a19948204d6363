from __future__ import annotations

from batuta.reports.deliveries import DEFINITIONS, DeliveryReport
from batuta.reports.funnel import Passage, funnel
from batuta.reports.run_report import RunReport


def report(*deliveries: DeliveryReport) -> RunReport:
    steps = funnel((Passage("people", "main", "mail", rows=4, targets=4), Passage("mail", "sent", "", targets=3)))
    return RunReport(run="r1", campaign="Spring", mode="live", status="completed", steps=steps, deliveries=deliveries)


def test_one_delivery_that_does_not_add_up_unbalances_the_report() -> None:
    whole = DeliveryReport(activity="a", label="A", targeted=4, excluded={"suppressed": 1}, sent=3)
    broken = DeliveryReport(activity="b", label="B", targeted=4, sent=3)
    assert report(whole).balanced
    assert not report(whole, broken).balanced


def test_programs_get_every_figure_with_its_definition() -> None:
    told = report(
        DeliveryReport(activity="mail", label="Mail", targeted=4, excluded={"suppressed": 1}, sent=3)
    ).as_json()
    assert told["transitions"] == [
        {
            "from": "people",
            "output": "main",
            "to": "mail",
            "label": "",
            "state": "",
            "rows": 4,
            "targets": 4,
            "share": None,
        },
        {
            "from": "mail",
            "output": "sent",
            "to": None,
            "label": "",
            "state": "",
            "rows": None,
            "targets": 3,
            "share": 0.75,
        },
    ]
    assert told["balanced"] is True
    assert told["definitions"] == DEFINITIONS
