"""Names of relationships from both of their ends, made from foreign keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from batuta.schema.model import Relationship

_VOWELS = "aeiou"
_HISSING = ("s", "x", "z", "ch", "sh")
_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "analysis": "analyses",
    "basis": "bases",
    "leaf": "leaves",
    "shelf": "shelves",
    "life": "lives",
    "quiz": "quizzes",
    "news": "news",
    "series": "series",
    "species": "species",
    "equipment": "equipment",
    "media": "media",
    "data": "data",
    "staff": "staff",
}
_SUFFIX = re.compile(r"(?<=.)(?:(?i:_id)|Id|ID)\Z")
_PLURAL_ENDINGS = ("ses", "xes", "zes", "ches", "shes", "ies")


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: columns of `source` that refer to columns of `target`; `unique` if no two rows share them."""

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    unique: bool = False


def plural(name: str) -> str:
    """Return a schema's name in the plural; only its last word changes, a plural stays as it is."""
    head, joint, word = name.rpartition("_")
    return head + joint + _plural_word(word)


def _plural_word(word: str) -> str:
    low = word.lower()
    if low in _IRREGULAR:
        return _matched(_IRREGULAR[low], word)
    if low in _IRREGULAR.values() or _is_plural(low):
        return word
    if low.endswith("y") and low[-2:-1] not in _VOWELS:
        return word[:-1] + _matched("ies", word)
    return word + _matched("es" if low.endswith(_HISSING) else "s", word)


def _is_plural(low: str) -> bool:
    if low.endswith(_PLURAL_ENDINGS):
        return True
    return low.endswith("s") and not low.endswith(("ss", "us", "is"))


def _matched(ending: str, word: str) -> str:
    return ending.upper() if word.isupper() and len(word) > 1 else ending


def free(name: str, taken: Collection[str]) -> str:
    """Return the name, or with the lowest number from 2 that makes it free; case does not distinguish names."""
    low = {known.lower() for known in taken}
    if name.lower() not in low:
        return name
    number = 2
    while f"{name}_{number}".lower() in low:
        number += 1
    return f"{name}_{number}"


def name_references(references: Sequence[Reference], taken: Mapping[str, Iterable[str]]) -> tuple[Relationship, ...]:
    """Name foreign keys from both ends; the order in which they come does not matter.

    The way there bears the word that the referring column uses (`support_rep` for `support_rep_id`), or the
    name of the other schema. The way back is the plural of the referring schema (`invoices`), followed by the
    column's word where several references join the two or a schema refers to itself
    (`orders_by_billing_address`). `taken` holds, for each schema, the names of its attributes and links.
    """
    used = {schema: set(names) for schema, names in taken.items()}
    joins = Counter((reference.source, reference.target) for reference in references)
    named: dict[Reference, Relationship] = {}
    for reference in sorted(references, key=lambda found: (found.source, found.target, found.pairs)):
        alone = joins[reference.source, reference.target] == 1 and reference.source != reference.target
        name = _first_free(_ways_there(reference, alone), used[reference.source])
        used[reference.source].add(name)
        reverse = _first_free(_ways_back(reference, alone), used[reference.target])
        used[reference.target].add(reverse)
        named[reference] = Relationship(
            source=reference.source,
            target=reference.target,
            pairs=reference.pairs,
            name=name,
            reverse=reverse,
            unique=reference.unique,
        )
    return tuple(named[reference] for reference in references)


def _ways_there(reference: Reference, alone: bool) -> tuple[str, ...]:
    role, target = _role(reference), reference.target
    last = f"{role}_{target}" if role != target else f"{target}_row"
    if alone and len(reference.pairs) > 1:
        return (target, role, last)
    return (role, target, last) if alone else (role, last)


def _ways_back(reference: Reference, alone: bool) -> tuple[str, ...]:
    many = reference.source if reference.unique else plural(reference.source)
    by_role = f"{many}_by_{_role(reference)}"
    return (many, by_role) if alone else (by_role,)


def _first_free(choices: Sequence[str], taken: Collection[str]) -> str:
    low = {name.lower() for name in taken}
    for choice in choices:
        if choice.lower() not in low:
            return choice
    return free(choices[-1], taken)


def _role(reference: Reference) -> str:
    """Return what the referring columns call the other row: `billing_address` for `billing_address_id`."""
    return "_".join(_SUFFIX.sub("", here) for here, _ in reference.pairs)
