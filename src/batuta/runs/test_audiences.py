from __future__ import annotations

from batuta.rules.bound import All, AllOf, Constant, IsTrue, Linked, Member
from batuta.runs.audiences import named_audiences, with_empty_audiences
from batuta.schema.model import Link
from batuta.schema.types import BOOLEAN, INTEGER
from batuta.sets.algebra import Barrier, Exclusion, Filtered, Records
from batuta.sets.shape import Shape

PEOPLE = Shape("people", "person", (INTEGER,))
HOUSEHOLD = Link("household", "person", "household", (("household_id", "id"),), many=False)
SET = Exclusion(
    Filtered(Records(PEOPLE, All()), AllOf((Member("VIP"), Member("Asleep", negated=True)))),
    (Barrier(Records(PEOPLE, Linked((HOUSEHOLD,), Member("VIP"))), "b"),),
    PEOPLE,
)


def test_every_audience_is_found_however_deep() -> None:
    assert set(named_audiences(SET)) == {"VIP", "Asleep"}
    assert set(named_audiences((Records(PEOPLE, All()),))) == set()


def test_an_empty_audience_holds_nobody_and_keeps_nobody_out() -> None:
    nobody = IsTrue(Constant(False, BOOLEAN))
    assert with_empty_audiences(SET, ["VIP", "Asleep"]) == Exclusion(
        Filtered(Records(PEOPLE, All()), AllOf((nobody, All()))),
        (Barrier(Records(PEOPLE, Linked((HOUSEHOLD,), nobody)), "b"),),
        PEOPLE,
    )
    assert with_empty_audiences(SET, []) == SET
