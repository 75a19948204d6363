"""Long lists of values in the state database, each once however often documents name it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from batuta.rules.lists import ValueList
from batuta.store import tables
from batuta.store.database import Database

_NONE: Mapping[str, ValueList] = MappingProxyType({})


class ListStore(Mapping[str, ValueList]):
    """The lists of a home by their names; each is read when it is asked for, once.

    `beside` are lists at hand, which are found as if they were kept.
    """

    def __init__(self, database: Database, beside: Mapping[str, ValueList] = _NONE) -> None:
        self._database = database
        self._read = dict(beside)

    def keep(self, lists: Iterable[ValueList]) -> None:
        """Keep lists; one that is there is left as it is."""
        rows = [
            {"name": known.name, "length": len(known.values), "entries": json.dumps(known.values, ensure_ascii=False)}
            for known in lists
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(insert(tables.lists).on_conflict_do_nothing(), rows)

    def __getitem__(self, name: str) -> ValueList:
        if name not in self._read:
            with self._database.read() as connection:
                entries = connection.scalar(select(tables.lists.c.entries).where(tables.lists.c.name == name))
            if entries is None:
                raise KeyError(name)
            self._read[name] = ValueList(name, tuple(json.loads(entries)))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        with self._database.read() as connection:
            kept = connection.scalars(select(tables.lists.c.name)).all()
        return iter(sorted({*kept, *self._read}))

    def __len__(self) -> int:
        return sum(1 for _ in self)
