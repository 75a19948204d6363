"""The tables of the state database, and of the ledgers beside it.

They stand together and know nothing of what they hold, so that a command on any of them finds them all made.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

catalogues = Table(
    "catalogue",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("document", Text, nullable=False),
    Column("changed_at", String, nullable=False),
)

data_versions = Table(
    "data_version",
    metadata,
    Column("schema", String, primary_key=True),
    Column("version", Integer, nullable=False),
)

loads = Table(
    "load",
    metadata,
    Column("id", String, primary_key=True),
    Column("schema", String, nullable=False, index=True),
    Column("status", String, nullable=False),
    Column("document", Text, nullable=False),
)

channels = Table(
    "channel",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Text, nullable=False),
    Column("changed_at", String, nullable=False),
)

locations = Table(
    "location",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Text, nullable=False),
    Column("changed_at", String, nullable=False),
)

filters = Table(
    "filter",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Text, nullable=False),
    Column("changed_at", String, nullable=False),
)

lists = Table(
    "value_list",
    metadata,
    Column("name", String, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("entries", Text, nullable=False),
)

runs = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("campaign", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("status", String, nullable=False),
    Column("wanted", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("now", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("seed", String, nullable=False),
    Column("variables", Text, nullable=False),
    Column("catalogue_version", Integer, nullable=False),
    Column("ask", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("last_event", Integer, nullable=False, default=0),
    Column("created_at", String, nullable=False),
    Column("ended_at", String),
    Column("error", Text, nullable=False, default=""),
    Column("pinned", Boolean, nullable=False, default=False),
    Column("skip_waits", Boolean, nullable=False, default=False),
    Column("filters", Text, nullable=False, default="{}"),
)

tasks = Table(
    "task",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("run.id"), nullable=False),
    Column("activity", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False),
    Column("first", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("state", String, nullable=False, default="pending"),
    Column("error", Text, nullable=False, default=""),
    Column("messages", String),
    Column("shards", Integer, nullable=False, default=0),
    Column("started_at", String),
    Column("ended_at", String),
    Column("now", String),
    Column("variables", Text, nullable=False, default="{}"),
    Column("onward", String),
    Column("due", String),
    Column("pause", Boolean, nullable=False, default=False),
    Column("process_errors", Boolean, nullable=False, default=False),
    UniqueConstraint("run", "generation", "activity"),
)

outputs = Table(
    "output",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("task.id"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("label", String, nullable=False),
    Column("carries", Boolean, nullable=False),
    Column("ends_when_empty", Boolean, nullable=False),
    Column("shape", Text),
    Column("state", String, nullable=False, default="open"),
    Column("table_name", String),
    Column("rows", Integer),
    Column("targets", Integer),
    Column("incomplete", Boolean, nullable=False, default=False),
    UniqueConstraint("task", "name"),
)

transitions = Table(
    "transition",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("output", String, nullable=False),
    Column("target", String, nullable=False),
    Column("role", String, nullable=False),
    Column("label", String, nullable=False),
)

jobs = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("task.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("shard", Integer, nullable=False, default=0),
    Column("state", String, nullable=False, default="ready", index=True),
    Column("attempt", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("owner", String),
    Column("names", Text, nullable=False, default="{}"),
    Column("error", Text, nullable=False, default=""),
    Column("not_before", String),
    UniqueConstraint("task", "kind", "shard"),
)

events = Table(
    "event",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("level", String, nullable=False),
    Column("activity", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("data", Text, nullable=False),
)

audiences = Table(
    "audience",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", String, nullable=False, unique=True),
    Column("shape", Text, nullable=False),
    Column("made_at", String, nullable=False),
    Column("campaign", String, nullable=False, default=""),
)

audience_versions = Table(
    "audience_version",
    metadata,
    Column("audience", ForeignKey("audience.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("table_name", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("targets", Integer, nullable=False),
    Column("shape", Text, nullable=False),
    Column("run", String, nullable=False),
    Column("activity", String, nullable=False),
    Column("appended", Boolean, nullable=False),
    Column("saved_at", String, nullable=False),
    UniqueConstraint("table_name"),
)

windows = Table(
    "memory_window",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("memory", String, nullable=False, index=True),
    Column("campaign", String, nullable=False, index=True),
    Column("activity", String, nullable=False),
    Column("run", ForeignKey("run.id"), nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("lower", String),
    Column("upper", String, nullable=False),
    Column("rows", Integer),
    Column("settled", Boolean, nullable=False, default=False),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,  # a number is never given out again: keys in the engine may still bear it
)

notices = Table(
    "notice",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", ForeignKey("run.id"), nullable=False),
    Column("activity", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("level", String, nullable=False),
    Column("at", String, nullable=False),
    Column("read_at", String),
)


def _key_columns() -> tuple[Column[Any], ...]:
    return (
        Column("run", String, primary_key=True),
        Column("activity", String, primary_key=True),
        Column("generation", Integer, primary_key=True),
    )


deliveries = Table(
    "delivery",
    metadata,
    *_key_columns(),
    Column("targeted", Integer, nullable=False),
    Column("excluded", Text, nullable=False),
    Column("opened_at", String, nullable=False),
)

shards = Table(
    "shard",
    metadata,
    *_key_columns(),
    Column("shard", Integer, primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
)

batches = Table(
    "batch",
    metadata,
    *_key_columns(),
    Column("shard", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("intent_at", String, nullable=False),
    Column("sent", Integer),
    Column("failed", Integer),
    Column("in_doubt", Integer),
    Column("excluded", Integer),
    Column("unrendered", Integer),
    Column("outcomes", Text),
)
