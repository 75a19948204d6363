"""Problems: what is wrong with a document, as codes whose texts stand in a catalogue per language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from typing import TypeVar

import yaml

LANGUAGES = ("en", "fr")
T = TypeVar("T")

_POSITION, _AT = "position", "term.at-position"
_LONGEST_SHOWN = 300


class Term(str):
    """A value of a problem that is itself a code of the catalogue: shown in the language of the text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong that its author can mend, on one field of one part of a document.

    `activity` is the id of the part (empty: the whole document), `field` a dotted path inside its
    parameters, `code` a key of the catalogue, `values` what its text names. A problem that is not
    `blocking` is a warning: the campaign may run with it.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    field: str = ""
    activity: str = ""
    blocking: bool = True

    def on(self, activity: str) -> Problem:
        """Return the problem placed on an activity."""
        return replace(self, activity=activity)

    def under(self, prefix: str) -> Problem:
        """Return the problem with its field moved below `prefix`."""
        return replace(self, field=f"{prefix}.{self.field}" if self.field else prefix)


class Problems(Exception):
    """One or more problems that keep a document from being understood."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.code for problem in self.problems))


class Gather:
    """Collects the problems of several attempts, so that all are told at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Keep a problem."""
        self.found.append(problem)

    def attempt(self, what: Callable[[], T], under: str = "") -> T | None:
        """Return what the call returns, or None after keeping its problems (their fields below `under`)."""
        try:
            return what()
        except Problems as error:
            self.found += [problem.under(under) if under else problem for problem in error.problems]
            return None

    def check(self) -> None:
        """Raise Problems if a blocking problem has been kept."""
        if any(problem.blocking for problem in self.found):
            raise Problems(self.found)


@dataclass(frozen=True)
class Texts:
    """The catalogue of problem texts: language, then code, then text with `{name}` places."""

    packages: tuple[str, ...]

    @staticmethod
    def load(packages: Iterable[str]) -> Texts:
        """Return the texts of `problems.<language>.yaml` of each package that has one, read when one is needed.

        Most commands tell no problem, and reading takes a good part of a short one.
        """
        return Texts(tuple(packages))

    @cached_property
    def by_language(self) -> Mapping[str, Mapping[str, str]]:
        """The texts of each language by code; a code defined twice is an error."""
        return {language: self._of(language) for language in LANGUAGES}

    def _of(self, language: str) -> Mapping[str, str]:
        merged: dict[str, str] = {}
        for package in self.packages:
            for code, text in _read(package, language).items():
                if code in merged:
                    raise ValueError(f"problem code {code!r} is defined twice (again in {package})")
                merged[code] = text
        return merged

    def say(self, problem: Problem, language: str = "en") -> str:
        """Return the problem in words a marketer understands: what is wrong, then what to do.

        A position that the text of the code does not name comes first.
        """
        texts = self.by_language[language]
        text = texts[problem.code]
        said = text.format_map({name: _shown(value, texts) for name, value in problem.values.items()})
        if _POSITION in problem.values and f"{{{_POSITION}}}" not in text:
            return texts[_AT].format(position=problem.values[_POSITION], text=said)
        return said


def _read(package: str, language: str) -> Mapping[str, str]:
    source = files(package).joinpath(f"problems.{language}.yaml")
    if not source.is_file():
        return {}
    return {
        str(code): str(text) for code, text in (yaml.load(source.read_text("utf-8"), yaml.CSafeLoader) or {}).items()
    }


def _shown(value: object, texts: Mapping[str, str]) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(item, texts) for item in value)
    return texts.get(value, value) if isinstance(value, Term) else _visible(str(value))


def _visible(text: str) -> str:
    """Return a text that somebody wrote as it can be shown: not without end, invisible characters by their numbers."""
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}..."
    return text if text.isprintable() else "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text)
