"""Feedback conditions: who was sent to, opened, clicked, bounced. Expectations by hand from spec/3-rules.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_rule
from batuta.rules.binding import Sends, Surroundings
from batuta.rules.tree import Rule
from batuta.schema.feedback import with_feedback
from batuta.schema.types import Scalar
from batuta.sets.algebra import Records

if TYPE_CHECKING:
    from conftest import World

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
PEOPLE = [(number, f"{number}@x.fr") for number in range(1, 10)]
OLD, NEW = datetime(2024, 2, 1, 9, tzinfo=UTC), datetime(2024, 3, 14, 9, tzinfo=UTC)
"""The present is noon of 15 March 2024: NEW was yesterday."""


def message(number: int, person: int, status: str = "sent", **said: Scalar) -> tuple[Scalar, ...]:
    values: dict[str, Scalar] = {
        "message_id": f"<{number}@x>",
        "campaign": "spring",
        "version": None,
        "run": "run-1",
        "activity": "mail",
        "channel": "email",
        "treatment": None,
        "status": status,
        "id": person,
        "reason": None,
        "domain": "x.fr",
        "sent_at": None if status in ("failed", "excluded", "in-doubt") else NEW,
        "delivered_at": None,
        "first_open_at": None,
        "first_click_at": None,
        "proof": False,
        "seed": False,
        "test": False,
        "secondary_key": None,
    }
    assert said.keys() <= values.keys()
    return tuple((values | said).values())


MESSAGES = [
    message(1, 1),  # opened by a person
    message(2, 2),  # opened by a machine only
    message(3, 3, "delivered", delivered_at=NEW),  # clicked, yet no opening is known
    message(4, 4, "failed", reason="552"),
    message(5, 5, "excluded", reason="suppressed"),
    message(6, 6, sent_at=OLD),  # sent and opened long ago
    message(7, 7, proof=True),  # a proof that was opened
    message(8, 8, "bounced-hard"),
    message(9, 1, campaign="autumn", run="run-2", activity="letter"),  # a second message to 1, not opened
    message(10, 8, "bounced-soft", activity="reminder"),
    message(11, 2, "in-doubt", activity="reminder"),
]


def event(number: int, of: int, person: int, status: str, time: datetime = NEW) -> tuple[Scalar, ...]:
    whence = ("spring", None, "run-1", "mail", "email", None)
    return (f"f{number}", f"<{of}@x>", *whence, status, person, None, "x.fr", time, None)


FEEDBACK = [event(1, 1, 1, "sent"), event(2, 8, 8, "bounced-hard"), event(3, 3, 3, "spam-complaint")]
TRACKING: list[tuple[Scalar, ...]] = [
    ("t1", "<1@x>", "opened", 1, None, NEW, "desktop", False),
    ("t2", "<1@x>", "opened", 1, None, NEW, "desktop", False),
    ("t3", "<2@x>", "opened", 2, None, NEW, "prefetch", True),
    ("t4", "<3@x>", "clicked", 3, "https://x.fr", NEW, "phone", False),
    ("t5", "<6@x>", "opened", 6, None, OLD, "phone", False),
    ("t6", "<7@x>", "opened", 7, None, NEW, "phone", False),
    ("t7", "<6@x>", "unsubscribed", 6, None, NEW, "phone", False),
]


@pytest.fixture
def post(world: World) -> World:
    world.schema("person", "*id integer, mail string", PEOPLE, identity="mail")
    world.catalogue = with_feedback(world.catalogue, world.catalogue.dimension_named("person"))
    world.rows("message_person", MESSAGES)
    world.rows("message_feedback_person", FEEDBACK)
    world.rows("message_tracking_person", TRACKING)
    return world


RECENT = {"operator": "last-days", "value": 7}
CASES: list[tuple[dict[str, object], set[int]]] = [
    ({"behaviour": "sent"}, {1, 2, 3, 6, 8}),
    ({"behaviour": "sent", "period": RECENT}, {1, 2, 3, 8}),
    ({"behaviour": "sent", "proofs": True}, {1, 2, 3, 6, 7, 8}),
    ({"behaviour": "sent", "activity": "reminder"}, {8}),
    ({"behaviour": "delivered"}, {3}),
    ({"behaviour": "opened"}, {1, 6}),
    ({"behaviour": "opened", "machines": True}, {1, 2, 6}),
    ({"behaviour": "opened", "proofs": True}, {1, 6, 7}),
    ({"behaviour": "opened", "period": RECENT}, {1}),
    ({"behaviour": "clicked"}, {3}),
    ({"behaviour": "unsubscribed"}, {6}),
    ({"behaviour": "complained"}, {3}),
    ({"behaviour": "bounced"}, {8}),
    ({"behaviour": "not-opened"}, {2, 3, 8}),
    ({"behaviour": "not-opened", "machines": True}, {3, 8}),
    ({"behaviour": "not-opened", "period": RECENT}, {2, 3, 8}),
    ({"behaviour": "not-clicked"}, {1, 2, 6, 8}),
    ({"behaviour": "not-opened", "campaign": "autumn"}, {1}),
    ({"behaviour": "opened", "campaign": "autumn"}, set()),
    ({"behaviour": "sent", "campaign": "winter"}, set()),
]


@pytest.mark.parametrize(("condition", "expected"), CASES, ids=str)
def test_people_are_chosen_by_what_became_of_their_messages(
    post: World, condition: dict[str, object], expected: set[int]
) -> None:
    assert post.who({"kind": "feedback", "campaign": "spring", **condition}, "person") == expected


def around(world: World, sends: Sends | None) -> Surroundings:
    return Surroundings(world.catalogue, "person", sends=None if sends is None else lambda: sends)


def chosen(world: World, sends: Sends, **condition: object) -> set[object]:
    rule = RULE.validate_python({"kind": "feedback", **condition})
    population = Records(world.shape("person"), bind_rule(rule, around(world, sends)))
    found = world.keys(population)
    assert found == world.evaluated(population)
    return {key for (key,) in found}


def test_without_a_campaign_the_nearest_channel_activity_of_this_run_is_meant(post: World) -> None:
    here = Sends("spring", "run-1", ("mail", "reminder"), ("mail",))
    assert chosen(post, here, behaviour="sent") == {1, 2, 3, 6, 8}
    assert chosen(post, here, behaviour="sent", activity="reminder") == {8}
    assert chosen(post, Sends("spring", "run-1", ("mail", "reminder"), ("reminder",)), behaviour="sent") == {8}
    assert chosen(post, Sends("spring", "another", ("mail",), ("mail",)), behaviour="sent") == set()


@pytest.mark.parametrize(
    ("condition", "sends", "code", "field"),
    [
        ({}, None, "rule.feedback-campaign-missing", "campaign"),
        ({}, Sends("spring"), "rule.feedback-nothing-sent", "campaign"),
        ({"activity": "mial"}, Sends("spring", "", ("mail",)), "rule.feedback-activity-near", "activity"),
        ({"activity": "zzz"}, Sends("spring", "", ("mail",)), "rule.feedback-activity", "activity"),
        (
            {"campaign": "c", "period": {"operator": "like", "value": "x"}},
            None,
            "rule.operator-unfit",
            "period.operator",
        ),
        ({"campaign": "c", "period": {"operator": "last-days"}}, None, "rule.amount", "period.value"),
    ],
)
def test_what_is_wrong_is_told(
    post: World, condition: dict[str, object], sends: Sends | None, code: str, field: str
) -> None:
    rule = RULE.validate_python({"kind": "feedback", "behaviour": "sent", **condition})
    with pytest.raises(Problems) as raised:
        bind_rule(rule, around(post, sends))
    assert [(problem.code, problem.field) for problem in raised.value.problems] == [(code, field)]


def test_messages_are_kept_of_dimensions_only(post: World) -> None:
    post.schema("shop", "*id integer")
    rule = RULE.validate_python({"kind": "feedback", "behaviour": "sent", "campaign": "c"})
    with pytest.raises(Problems) as raised:
        bind_rule(rule, Surroundings(post.catalogue, "shop"))
    assert [problem.code for problem in raised.value.problems] == ["rule.feedback-no-dimension"]
