from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from batuta.rules.bound import All, AllOf, Constant, IsTrue, Linked, Member
from batuta.runs.audiences import named_audiences, stored_versions, with_stored
from batuta.runs.model import Audience, AudienceVersion
from batuta.schema.model import Link
from batuta.schema.types import BOOLEAN, INTEGER, STRING
from batuta.sets.algebra import Barrier, Exclusion, Filtered, Members, Nobody, Records, version_name
from batuta.sets.shape import Column, Shape

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


def test_an_audience_that_is_not_stored_holds_nobody_and_keeps_nobody_out() -> None:
    nobody = IsTrue(Constant(False, BOOLEAN))
    assert with_stored(SET, {}) == Exclusion(
        Filtered(Records(PEOPLE, All()), AllOf((nobody, All()))),
        (Barrier(Records(PEOPLE, Linked((HOUSEHOLD,), nobody)), "b"),),
        PEOPLE,
    )
    assert with_stored(SET, {"VIP": PEOPLE, "Asleep": PEOPLE}) == SET


def test_members_are_those_of_a_version_and_lack_what_it_lacks() -> None:
    one, two = Column("one", INTEGER), Column("two", INTEGER)
    wide = PEOPLE.having((one, two))
    latest, fixed = Members("VIP", wide), Members("VIP", wide, 3)
    assert len(set(named_audiences((latest, fixed, Member("VIP"))))) == 2
    other = PEOPLE.having((Column("one", STRING), two))
    stored = {latest.audience: wide, fixed.audience: other}
    assert with_stored((latest, fixed), stored) == (latest, replace(fixed, lacking=frozenset({"one"})))
    nothing_kept: tuple[object, ...] = with_stored((latest, fixed), {"VIP": PEOPLE})
    assert nothing_kept == (replace(latest, lacking=frozenset({"one", "two"})), Nobody(wide))


def test_every_version_has_a_name_and_the_latest_the_label() -> None:
    versions = tuple(
        AudienceVersion(
            number, f"t{number}", 1, 1, PEOPLE, "r", "a", appended=False, saved_at=datetime(2026, 1, number)
        )
        for number in (1, 2)
    )
    found = stored_versions(Audience("VIP", PEOPLE, 2, "t2", versions=versions))
    tables = {name: version.table for name, version in found.items()}
    assert tables == {version_name("VIP", 1): "t1", version_name("VIP", 2): "t2", "VIP": "t2"}
    assert stored_versions(Audience("Never", PEOPLE)) == {}
