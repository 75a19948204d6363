"""The graph of a campaign: order, paths, disabled activities and broken joints."""

from __future__ import annotations

from decimal import Decimal

import pytest

from batuta.campaign import graph
from batuta.campaign.model import Activity, Campaign, Transition, Variable
from batuta.kit.problems import Problem, Texts
from batuta.schema.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    DOUBLE,
    INSTANT,
    INTEGER,
    STRING,
    DataType,
    Kind,
    Scalar,
)

TEXTS = Texts.load(["batuta.campaign", "batuta.rules"])


def campaign(joints: str, disabled: str = "", ids: str = "") -> Campaign:
    """Joints as `a>b b>c`; activities in the order of `ids`, else of their first mention."""
    pairs = [tuple(joint.split(">")) for joint in joints.split()]
    names = ids.split() or list(dict.fromkeys(name for pair in pairs for name in pair))
    return Campaign(
        id="c",
        name="C",
        activities=tuple(Activity(id=name, kind="k", enabled=name not in disabled.split()) for name in names),
        transitions=tuple(Transition(source=here, target=there) for here, there in pairs),
    )


def ids(activities: tuple[Activity, ...]) -> str:
    return " ".join(activity.id for activity in activities)


def test_order_puts_each_after_its_sources_and_keeps_the_order_of_the_file() -> None:
    assert ids(graph.order(campaign("d>a d>b a>c b>c", ids="c b a d"))) == "d a b c"
    assert ids(graph.order(campaign("", ids="z y x"))) == "z y x"


def test_inbound_lists_keep_the_order_of_the_transitions() -> None:
    joined = campaign("b>x a>x b>y c>x")
    assert graph.sources(joined)["x"] == ("b", "a", "c")
    assert [t.source for t in graph.inbound_lists(joined)["x"]] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("joints", "around"),
    [
        ("a>b b>c", ()),
        ("a>b b>c c>b c>d", ("b", "c", "b")),
        ("a>a", ("a", "a")),
        ("s>a a>b b>c c>a c>t t>u", ("a", "b", "c", "a")),
    ],
)
def test_a_cycle_is_named_along_its_path(joints: str, around: tuple[str, ...]) -> None:
    assert graph.cycle(campaign(joints)) == around


def test_a_long_chain_is_no_trouble() -> None:
    chain = campaign(" ".join(f"a{n}>a{n + 1}" for n in range(5000)))
    assert graph.cycle(chain) == ()
    assert len(graph.order(chain)) == 5001


def test_what_follows_a_disabled_activity_is_off() -> None:
    split = campaign("a>b b>c b>d x>d d>e", disabled="b")
    assert graph.off(split, lambda *_: False) == {"b", "c"}
    assert graph.off(split, lambda activity, place, _: (activity, place) == ("d", 0)) == {"b", "c", "d", "e"}
    assert graph.off(split, lambda activity, place, _: (activity, place) == ("d", 1)) == {"b", "c"}
    assert graph.off(campaign("a>c b>c", disabled="a b"), lambda *_: False) == {"a", "b", "c"}


def said(found: Campaign) -> list[str]:
    return [TEXTS.say(problem) for problem in graph.problems(found)]


def test_a_sound_campaign_has_no_problems() -> None:
    assert said(campaign("a>b a>c b>d c>d")) == []


def test_problems_are_told_all_at_once() -> None:
    broken = Campaign(
        id="Spring Sale",
        name="Spring",
        timezone="Europe/Pari",
        variables=(Variable(name="v", type=STRING), Variable(name="v", type=STRING)),
        activities=(
            Activity(id="buyers", kind="k", label="Buyers"),
            Activity(id="buyers", kind="k"),
            Activity(id="Über", kind="k"),
            Activity(id="mail", kind="k"),
        ),
        transitions=(
            Transition(source="buyer", target="mail"),
            Transition(source="buyers", target="1234"),
            Transition(source="mail", target="mail"),
            Transition(source="mail", target="mail"),
        ),
    )
    assert said(broken) == [
        "Spring Sale cannot be the id of a campaign. Use small letters, digits, - and _ only, a letter or digit first.",
        "There is no time zone Europe/Pari. Did you mean Europe/Paris?",
        "Several variables have the name v. Give each a name of its own.",
        "Several activities have the id buyers. Give each an id of its own.",
        "Über cannot be the id of an activity. Use small letters, digits, - and _ only, a letter or digit first.",
        "A transition comes from buyer, which is no activity. Did you mean buyers?",
        "A transition leads to 1234, which is no activity. Remove it or name one of: buyers, mail, Über.",
        "Two transitions join the same output main of mail to mail. Remove one of them.",
        "These activities lead back to themselves: mail → mail. Remove one of the transitions between them.",
    ]


def test_other_problems_of_the_document() -> None:
    assert said(Campaign(id="c", name="C", activities=(), timezone="99:99")) == [
        "The campaign has no activities yet. Add the first one, such as Build audience.",
        "There is no time zone 99:99. Use a name such as Europe/Paris or UTC.",
    ]
    lost = campaign("a>b").model_copy(
        update={"transitions": (Transition(source="zzzz", target="a"), Transition(source="a", target="bb"))}
    )
    assert said(lost) == [
        "A transition comes from zzzz, which is no activity. Remove it or name one of: a, b.",
        "A transition leads to bb, which is no activity. Did you mean b?",
    ]


def test_every_problem_reads_in_french_too() -> None:
    problem = Problem("cycle", {"path": "A → B → A"})
    expected = "Ces activités reviennent sur elles-mêmes : A → B → A. Retirez l'une des transitions entre elles."
    assert TEXTS.say(problem, "fr") == expected


@pytest.mark.parametrize(
    ("variable", "field", "text"),
    [
        (
            Variable(name="two words", type=STRING),
            "variables.0.name",
            (
                "two words cannot be the name of a variable. "
                "Use letters without accents, digits and _ only, no digit first."
            ),
        ),
        (
            Variable(name="v", type=DataType(kind=Kind.ENUM), default="gold"),
            "variables.0.type",
            "The variable v is one of a list of values, but the list is empty. Add `values` to its type.",
        ),
        (
            Variable(name="v", type=DataType(kind=Kind.ENUM, values=("gold", "silver")), default="golt"),
            "variables.0.default",
            "golt is not one of the possible values. Did you mean gold?",
        ),
        (
            Variable(name="v", type=INTEGER, default="many"),
            "variables.0.default",
            "many cannot be read as a whole number. Write it like this: 1200.",
        ),
        (
            Variable(name="v", type=INTEGER, test_value=Decimal("1.5")),
            "variables.0.test_value",
            "1.5 cannot be read as a whole number. Write it like this: 1200.",
        ),
        (
            Variable(name="v", type=DATE, default="2024-02-29T10:00"),
            "variables.0.default",
            "2024-02-29T10:00 cannot be read as a date. Write it like this: 2024-02-29.",
        ),
        (
            Variable(name="v", type=STRING, default=12),
            "variables.0.default",
            "Text is needed here, found 12. Write text, in quotes if it looks like a number.",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.type.kind,
)
def test_what_a_variable_cannot_be(variable: Variable, field: str, text: str) -> None:
    found = campaign("", ids="a").model_copy(update={"variables": (variable,)})
    assert [(problem.field, TEXTS.say(problem)) for problem in graph.problems(found)] == [(field, text)]


@pytest.mark.parametrize(
    ("of", "value"),
    [
        (STRING, ""),
        (INTEGER, "12"),
        (INTEGER, 12.0),
        (DECIMAL, Decimal("12.5")),
        (DOUBLE, 12),
        (BOOLEAN, "true"),
        (DATE, "2024-02-29"),
        (DATETIME, "2024-02-29T10:00"),
        (INSTANT, "2024-02-29T10:00Z"),
        (DataType(kind=Kind.ENUM, values=("gold",)), "gold"),
    ],
    ids=str,
)
def test_what_a_variable_may_hold(of: DataType, value: Scalar) -> None:
    variable = Variable(name="_v1", type=of, default=value, test_value=value)
    assert graph.problems(campaign("", ids="a").model_copy(update={"variables": (variable,)})) == ()
