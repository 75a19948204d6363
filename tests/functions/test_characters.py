"""Case and words of all characters are those of Python's tables on every engine."""

from __future__ import annotations

import unicodedata

import pytest
from sqlglot import exp, parse_one

from batuta.rules.bound import Moment
from batuta.rules.functions import FUNCTIONS
from batuta.schema.types import STRING, Scalar
from tests.functions import nasty
from tests.functions.test_functions import ENGINES, runner

PLANES = (range(1, 0x20000), range(0xE0000, 0xE1000))
WITHOUT_CASE = {"Cn", "Co", "Cs", "Lo"}
CHARACTERS = [chr(point) for plane in PLANES for point in plane if unicodedata.category(chr(point)) not in WITHOUT_CASE]
"""Those that may have a case, and marks, digits and signs; letters without case are among the nasty rows."""


def meant(name: str, moment: Moment, text: str) -> Scalar:
    return FUNCTIONS[name].evaluate(moment, text)


@pytest.mark.parametrize("name", ["Lower", "Upper", "Smart"])
@pytest.mark.parametrize("engine", ENGINES)
def test_every_character_is_changed_as_meant(engine: str, name: str) -> None:
    text = " a".join(CHARACTERS)
    template = FUNCTIONS[name].template(engine, (STRING,))
    assert template is not None
    literal = exp.Literal(this=text, is_string=True)
    tree = parse_one(template.format("__text"), dialect=engine)
    for column in list(tree.find_all(exp.Column)):
        if column.name == "__text":
            column.replace(literal.copy())
    ((found,),) = runner(engine, "gold").answers(exp.Select(expressions=[tree]))
    expected = meant(name, nasty.MOMENT, text)
    assert isinstance(expected, str)
    differing = [(one, other) for one, other in zip(found, expected, strict=True) if one != other]
    assert differing == []
