"""What a rule or expression is bound against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from batuta.rules.filters import Filter
from batuta.rules.lists import ValueList
from batuta.schema.model import Catalogue
from batuta.schema.types import DataType


@dataclass(frozen=True)
class Sends:
    """The messages of a run that a rule may ask about.

    `channels` are the channel activities of the campaign, `nearest` those before the rule's own activity with none
    between; `run` is empty while a campaign is only validated. In a `rehearsal` nothing leaves.
    """

    campaign: str
    run: str = ""
    channels: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """People of a transition that a rule may name: the schema of their rows, and where they are.

    `table` is their working table, None where nobody came that way. `unknown` says that they can never be known,
    since an activity on their way is disabled or failed.
    """

    schema: str
    table: str | None = None
    unknown: bool = False


@dataclass(frozen=True)
class Surroundings:
    """Where a rule stands: the catalogue, the schema whose rows it tests, and what else it may name.

    `columns` are those computed on the canvas, `variables` those of the campaign, `audiences` maps the
    label of each audience to the schema of its members. Names in `[brackets]` are looked up among the
    columns first (as `[target.name]` always), then among the attributes of the schema.

    `roots` are other rows that go with the one at hand, such as that of the secondary dimension: a name or path
    whose first step is a root is looked up there, even where a link has the same name. Conditions over linked
    rows see none of them. `sends` tells of the messages of the run; it is there
    inside a campaign only.

    `passages` are the transitions whose people are known where the rule is computed, by `activity.output`.
    `filters` are the predefined filters by their names, `within` those that the rule is a part of. `lists` are the
    long lists of values that rules name by what they hold.

    `windows` tells whether there is a population whose rows Over can look at. `engine` is the name of the engine that
    computes, where it is known: what it does not offer is a problem.
    """

    catalogue: Catalogue
    schema: str
    columns: Mapping[str, DataType] = field(default_factory=dict)
    variables: Mapping[str, DataType] = field(default_factory=dict)
    audiences: Mapping[str, str] = field(default_factory=dict)
    roots: Mapping[str, Surroundings] = field(default_factory=dict)
    windows: bool = True
    sends: Callable[[], Sends] | None = None
    passages: Mapping[str, Passage] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    lists: Mapping[str, ValueList] = field(default_factory=dict)
    engine: str = ""

    def of_linked(self, schema: str) -> Surroundings:
        """Return what may be named of a linked row: no columns, no roots, no other rows."""
        return replace(self, schema=schema, columns={}, roots={}, windows=False)

    def having(self, filters: Iterable[Filter]) -> Surroundings:
        """Return the same with some filters more, or in place of those of their names."""
        return replace(self, filters={**self.filters, **{known.name: known for known in filters}})

    def of_filter(self, name: str) -> Surroundings:
        """Return what may be named within a predefined filter: of the data and the campaign, nothing of the canvas."""
        return replace(self, columns={}, roots={}, passages={}, within=(*self.within, name))
