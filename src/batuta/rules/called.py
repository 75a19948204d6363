"""What attributes, relationships and formulas of a rule are called: by their labels where they have any."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from batuta.rules.functions.model import Unfit
from batuta.rules.lists import ValueList
from batuta.rules.paths import follow
from batuta.schema.model import Catalogue
from batuta.schema.types import DataType

_NAMED = re.compile(r"\s*\[([^\[\]]+)\]\s*\Z")
_STEP = " \u203a "


@dataclass(frozen=True)
class Names:
    """The names that a rule over the rows of a schema may use; what is unknown keeps the name it is written with.

    `filters` maps the name of each predefined filter to what people call it, `parameters` those of its parameters
    by filter and name; `lists` are the long lists of values.
    """

    catalogue: Catalogue = field(default_factory=Catalogue)
    schema: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, ValueList] = field(default_factory=dict)
    parameters: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of_linked(self, path: str) -> Names:
        """Return the names that rows at the end of a path may use."""
        names = [name.strip() for name in path.split(".")]
        try:
            return replace(self, schema=follow(self.catalogue, self.schema, names)[1].name)
        except (Unfit, LookupError):
            return replace(self, catalogue=Catalogue(), schema="")

    def path(self, path: str) -> str:
        """Return what the rows at the end of a path are called: the relationships, one after the other."""
        return _STEP.join(name.strip() for name in path.split("."))

    def attribute(self, formula: str) -> tuple[str, DataType | None] | None:
        """Return what an attribute is called, and its type if it is known; None if a formula is more than a name."""
        match = _NAMED.match(formula)
        if match is None:
            return None
        *links, name = (part.strip() for part in match[1].split("."))
        there = self.of_linked(".".join(links)) if links else self
        known = there.catalogue.by_name.get(there.schema)
        attribute = known.by_name.get(name) if known is not None else None
        own = (attribute.label if attribute is not None else "") or name
        return _STEP.join((*links, own)), None if attribute is None else attribute.type

    def filter(self, name: str) -> str:
        """Return what a predefined filter is called."""
        return self.filters.get(name) or name

    def parameter(self, filter_name: str, name: str) -> str:
        """Return what a parameter of a predefined filter is called."""
        return self.parameters.get((filter_name, name)) or name
