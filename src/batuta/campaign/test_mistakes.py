"""What pydantic finds wrong, in words: one problem for each field, with its place."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from batuta.campaign.mistakes import mistakes
from batuta.kit.document import Document
from batuta.kit.problems import LANGUAGES, Texts

TEXTS = Texts.load(["batuta.campaign"])


class Cat(Document):
    kind: Literal["cat"]
    lives: int = 9


class Song(Document):
    kind: Literal["song"]
    song: str


class Dog(Document):
    kind: Literal["dog", "puppy"]
    tricks: tuple[str, ...] = ()


class Home(Document):
    size: float = Field(1, le=100)
    form: Literal[1] = 1
    street: str = Field("", max_length=5)
    number: str = Field("1", min_length=1)
    rent: int = Field(1, gt=0, lt=10)
    colour: Literal["red", "green"] = "red"
    floor: Annotated[int, Field(ge=1)] | Literal["top"] = "top"
    built: datetime | None = None
    closes: time | None = None
    pets: tuple[Annotated[Cat | Dog | Song, Field(discriminator="kind")], ...] = ()
    town: str = Field("", alias="city")

    @field_validator("town")
    @classmethod
    def _known(cls, town: str) -> str:
        if town == "Atlantis":
            raise ValueError("it sank")
        return town


@pytest.mark.parametrize(
    ("raw", "field", "text"),
    [
        ({"size": "big"}, "size", "A number is needed here, found big. Write digits, with a point before decimals."),
        ({"size": 200}, "size", "200 is too large. Use 100 or less."),
        ({"form": 2}, "form", "2 is no possible choice here. Use one of: 1."),
        ({"form": "1"}, "form", "'1' is no possible choice here. Use one of: 1."),
        ({"number": ""}, "number", "This is still empty. Write something here."),
        ({"street": "too long"}, "street", "This is too long. Keep it to 5."),
        ({"rent": 0}, "rent", "0 is too small. Use more than 0."),
        ({"rent": 10}, "rent", "10 is too large. Use less than 10."),
        ({"rent": None}, "rent", "A whole number is needed here, found null. Write digits only."),
        ({"colour": "blue"}, "colour", "blue is no possible choice here. Use one of: red, green."),
        ({"colour": "gren"}, "colour", "gren is no possible choice here. Did you mean green?"),
        ({"floor": "last"}, "floor", "last is no possible choice here. Use one of: top; or write a whole number."),
        ({"floor": 0}, "floor", "0 is no possible choice here. Use one of: top; or write a whole number."),
        (
            {"built": "24/12/2026"},
            "built",
            "A date and time is needed here, found 24/12/2026. Write it like 2026-12-24T09:00.",
        ),
        ({"built": []}, "built", "A date and time is needed here, found [...]. Write it like 2026-12-24T09:00."),
        ({"closes": "25:00"}, "closes", "A time of day is needed here, found 25:00. Write it like 09:30."),
        ({"city": "Atlantis"}, "city", "Atlantis does not fit here (it sank). Correct it."),
        ({"citty": "Paris"}, "citty", "There is no field citty here. Did you mean city?"),
        (
            {"xyz": 1},
            "xyz",
            (
                "There is no field xyz here. "
                "Remove it, or use one of: size, form, street, number, rent, colour, floor, built, "
                "closes, pets, city."
            ),
        ),
        (
            {"pets": [{"kind": "song", "song": "la", "verse": 1}]},
            "pets.0.verse",
            ("There is no field verse here. Remove it, or use one of: kind, song."),
        ),
        (
            {"pets": [{"kind": "song", "song": 3}]},
            "pets.0.song",
            ("Text is needed here, found 3. Write text, in quotes if it looks like a number."),
        ),
        (
            {"pets": [{"kind": "song", "song": ["la", 2]}]},
            "pets.0.song",
            "Text is needed here, but [la, 2] without quotes is a list. Put all of it in quotes: '[la, 2]'.",
        ),
        ({"pets": [{"kind": "song"}]}, "pets.0.song", "The field song is missing. Add it here."),
        ({"pets": [{"kind": "cat", "lifes": 1}]}, "pets.0.lifes", "There is no field lifes here. Did you mean lives?"),
        (
            {"pets": [{"kind": "puppy", "lives": 1}]},
            "pets.0.lives",
            "There is no field lives here. Remove it, or use one of: kind, tricks.",
        ),
        (
            {"pets": [{"kind": "cow"}]},
            "pets.0.kind",
            "cow is no possible choice here. Use one of: cat, dog, puppy, song.",
        ),
        ({"pets": [{}]}, "pets.0.kind", "The field kind is missing. Add it here."),
        (
            {"pets": [{"kind": "dog", "tricks": ["sit", 5]}]},
            "pets.0.tricks.1",
            "Text is needed here, found 5. Write text, in quotes if it looks like a number.",
        ),
    ],
)
def test_each_mistake_is_placed_and_worded(raw: dict[str, Any], field: str, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Home.model_validate(raw)
    (problem,) = mistakes(caught.value, Home, raw)
    assert (problem.field, TEXTS.say(problem)) == (field, text)
    assert all(TEXTS.say(problem, language) for language in LANGUAGES)
