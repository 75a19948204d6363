from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batuta.kit.errors import InputError
from batuta.schema.change import Addition, add_dimension, add_schemas
from batuta.schema.loading import LoadCounts, LoadRecord, LoadStatus
from batuta.schema.model import Attribute, Catalogue, Dimension, Schema
from batuta.schema.types import INTEGER, STRING
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)
PERSON = Schema(
    name="person",
    attributes=(Attribute(name="id", type=INTEGER, required=True), Attribute(name="email", type=STRING)),
    primary_key=("id",),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CatalogueStore]:
    database = Database(tmp_path / "state.sqlite")
    yield CatalogueStore(database)
    database.close()


def with_person(catalogue: Catalogue) -> Catalogue:
    return add_schemas(catalogue, Addition((PERSON,)), "person.sql")


def test_a_new_home_holds_the_built_in_schemas(store: CatalogueStore) -> None:
    catalogue = store.read()
    assert [schema.name for schema in catalogue.schemas] == ["suppression"]
    assert catalogue.version == 0


def test_each_change_raises_the_version_and_survives(store: CatalogueStore) -> None:
    assert store.change(with_person, NOW).version == 1
    assert store.change(with_person, NOW).version == 1
    dimension = Dimension(name="people", schema_name="person", identity="email")
    changed = store.change(lambda found: add_dimension(found, dimension, "email"), NOW)
    assert changed.version == 2
    assert store.read() == changed
    assert [schema.name for schema in changed.schemas] == [
        "suppression",
        "person",
        "consent_people",
        "message_people",
        "message_feedback_people",
        "message_tracking_people",
    ]


def test_a_refused_change_leaves_nothing(store: CatalogueStore) -> None:
    dimension = Dimension(name="people", schema_name="person", identity="id")
    store.change(with_person, NOW)
    with pytest.raises(InputError, match="of type integer and cannot be an identity"):
        store.change(lambda found: add_dimension(with_person(found), dimension, "email"), NOW)
    assert store.read().version == 1
    assert not store.read().dimensions


def test_a_load_is_remembered_and_raises_the_data_version(store: CatalogueStore) -> None:
    record = LoadRecord(id="l1", schema_name="person", file="p.csv", at=NOW, counts=LoadCounts(read=2, inserted=2))
    store.begin_load(record)
    assert [load.status for load in store.loads()] == [LoadStatus.COMMITTING]
    assert store.data_versions() == {"person": 1}
    store.end_load(record)
    assert [(load.status, load.counts.inserted) for load in store.loads("person")] == [(LoadStatus.DONE, 2)]
    assert store.data_versions() == {"person": 2}
    assert store.loads("other") == ()
