"""Campaign files: the YAML rules, the errors with their places, and the loss-free round trip."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from batuta.campaign.file import load_campaign, load_documents, load_layout, read_campaign, write_campaign, write_layout
from batuta.campaign.invalid import InvalidFile
from batuta.campaign.layout import Layout, Position
from batuta.campaign.model import Activity, Campaign, Transition, Variable, WhenEmpty
from batuta.campaign.nodes import MAX_BYTES, read_nodes
from batuta.kit.errors import InputError, NotFound
from batuta.kit.problems import Problem
from batuta.schema.types import DECIMAL

HEAD = "batuta: 1\nid: spring\nname: Spring\n"


def parameters(text: str) -> Any:
    indented = "".join(f"    {line}\n" for line in text.splitlines())
    source = f"{HEAD}activities:\n- id: a\n  kind: k\n  parameters:\n{indented}"
    return read_campaign(source).campaign.activities[0].parameters


def campaign_with(values: dict[str, Any]) -> Campaign:
    return Campaign(id="spring", name="Spring", activities=(Activity(id="a", kind="k", parameters=values),))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("22:30", "22:30"),
        ("2024-02-29", "2024-02-29"),
        ("2024-02-29 10:00:00", "2024-02-29 10:00:00"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-12", -12),
        ("9007199254740993", 9007199254740993),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("12345678901234567.89", Decimal("12345678901234567.89")),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("! 12", "12"),
    ],
)
def test_scalars_follow_the_core_rules_of_yaml_1_2(text: str, value: object) -> None:
    found = parameters(f"v: {text}")["v"]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_always_text() -> None:
    assert parameters("NO: 1\n12: 2\ntrue: 3") == {"NO": 1, "12": 2, "true": 3}


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("a: 1\na: 2", "9:5", "The field a stands here again, after line 8. Remove one of the two."),
        ("a: &x [1]\nb: *x", "9:8", "*x stands for a value elsewhere. Write the value out here."),
        (
            "a: !!python/object:os.system x",
            "8:8",
            "The tag tag:yaml.org,2002:python/object:os.system means nothing here. Remove it.",
        ),
        ("? [1]\n: 2", "8:7", "What stands before the colon is no text. Write a plain name."),
        ("a: " + "9" * 5000, "8:8", "This number is too long (5000 characters). Put it in quotes if it is text."),
    ],
)
def test_what_yaml_would_let_pass_is_refused_with_its_place(text: str, place: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        parameters(text)
    assert caught.value.message() == f"campaign:{place}: {found}"


def test_a_syntax_error_names_line_and_column() -> None:
    with pytest.raises(InputError) as caught:
        read_campaign("id: spring\nname: [a, b\nactivities: []\n", "spring.yaml")
    assert caught.value.message().startswith("spring.yaml:3:11: This is not valid YAML (did not find expected ")


def test_an_unknown_field_and_a_wrong_one_are_told_together_with_their_places() -> None:
    text = "id: spring\nnmae: Spring\nactivities:\n- id: a\n  kind: 5\ntransitions:\n- from: a\n"
    with pytest.raises(InvalidFile) as caught:
        read_campaign(text, "spring.yaml")
    assert caught.value.message().splitlines() == [
        "spring.yaml:1:1: The field name is missing. Add it here.",
        "spring.yaml:2:7: There is no field nmae here. Did you mean name?",
        "spring.yaml:5:9: Text is needed here, found 5. Write text, in quotes if it looks like a number.",
        "spring.yaml:7:3: The field to is missing. Add it here.",
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "hello", "null"])
def test_a_file_that_is_no_mapping_says_how_to_begin(text: str) -> None:
    with pytest.raises(InvalidFile, match="This is not a campaign"):
        read_campaign(text)


def test_another_file_that_is_no_mapping_speaks_of_no_campaign(tmp_path: Path) -> None:
    (tmp_path / "layout.yaml").write_text("", "utf-8")
    with pytest.raises(InvalidFile, match=r"layout.yaml:1:1: Fields are needed here"):
        load_documents(tmp_path / "layout.yaml", Layout)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
def test_deep_nesting_is_an_error_and_no_crash(text: str) -> None:
    with pytest.raises(InputError):
        read_nodes(text, "deep.yaml")


def test_nesting_below_the_bound_is_read_and_above_it_refused() -> None:
    assert parameters("v: " + "[" * 240 + "]" * 240)
    with pytest.raises(InputError, match="nesting is deeper than 250 levels"):
        parameters("v: " + "[" * 260 + "]" * 260)


def test_a_text_above_the_size_bound_is_refused_unread() -> None:
    with pytest.raises(InputError, match="longer than 20,000,000 bytes"):
        read_nodes("#" * (MAX_BYTES + 1), "long.yaml")


def test_control_characters_are_an_error() -> None:
    with pytest.raises(InputError, match=r"character that YAML does not allow|not valid YAML"):
        read_nodes("a: \x07", "bell.yaml")


def test_two_documents_are_refused() -> None:
    with pytest.raises(InputError, match="A second document"):
        read_nodes("a: 1\n---\nb: 2\n", "two.yaml")


def test_the_written_form_is_readable_ordered_and_without_defaults() -> None:
    campaign = Campaign(
        name="Spring",
        id="spring",
        variables=(Variable(name="least", type=DECIMAL, default=Decimal("12.10")),),
        activities=(
            Activity(
                parameters={"html": "<p>\n  Hi\n</p>\n", "country": "NO", "at": "22:30", "octal": "0o17", "n": 3},
                kind="mail",
                id="hello",
                label="Hello",
                outputs={"sent": WhenEmpty(when_empty="end")},
            ),
        ),
        transitions=(Transition(source="hello", target="x"),),
    )
    assert (
        write_campaign(campaign)
        == """\
batuta: 1
id: spring
name: Spring
variables:
- name: least
  type:
    kind: decimal
  default: 12.10
activities:
- id: hello
  kind: mail
  label: Hello
  outputs:
    sent:
      when_empty: end
  parameters:
    html: |
      <p>
        Hi
      </p>
    country: 'NO'
    at: '22:30'
    octal: '0o17'
    n: 3
transitions:
- from: hello
  to: x
"""
    )


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    [
        "NO",
        "1e3",
        "0o7",
        "012",
        "1:30",
        " a\nb",
        "a \nb ",
        "\n",
        "\n\n a",
        "a\r\nb",
        "\ta\n",
        "x: y",
        "- a",
        "#",
        "=",
        "a\n\n",
    ]
)
SCALARS = TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=12)


@given(st.dictionaries(TEXTS, VALUES))
def test_whatever_is_written_reads_back_the_same(values: dict[str, Any]) -> None:
    campaign = campaign_with(values)
    text = write_campaign(campaign)
    again = read_campaign(text).campaign
    assert repr(again) == repr(campaign)
    assert write_campaign(again) == text


@given(st.dictionaries(TEXTS, TEXTS))
def test_other_readers_of_yaml_read_the_same_texts(values: dict[str, str]) -> None:
    read = yaml.safe_load(write_campaign(campaign_with(values)))
    assert read["activities"][0].get("parameters", {}) == values


def test_deeper_documents_than_can_be_read_are_not_written() -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    with pytest.raises(InputError, match="nesting deeper"):
        write_campaign(campaign_with({"v": deep}))


def test_a_problem_is_placed_in_the_file() -> None:
    file = read_campaign(f"{HEAD}activities:\n- id: a\n  kind: k\n  parameters:\n    rule:\n      kind: and\n")
    assert file.place(Problem("x", field="rule.kind", activity="a")) == (9, 13)
    assert file.place(Problem("x", field="rule.and.children", activity="a")) == (9, 7)
    assert file.place(Problem("x", field="timezone")) == (1, 1)


def test_the_layout_lies_beside_the_campaign_and_loses_unknown_activities(tmp_path: Path) -> None:
    path = tmp_path / "spring.yaml"
    path.write_text(write_campaign(campaign_with({})), "utf-8")
    campaign = load_campaign(path).campaign
    assert load_layout(path, campaign) == Layout()
    drawn = Layout(positions={"a": Position(x=1, y=2.5), "gone": Position(x=0, y=0)})
    (tmp_path / "spring.layout.yaml").write_text(write_layout(drawn), "utf-8")
    assert load_layout(path, campaign) == Layout(positions={"a": Position(x=1, y=2.5)})


def test_missing_files_and_wrong_encodings_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no such file"):
        load_campaign(tmp_path / "nothing.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: été\n".encode("latin-1"))
    with pytest.raises(InputError, match="Byte 7 of the file is not UTF-8"):
        load_campaign(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_campaign(tmp_path)
