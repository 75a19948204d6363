"""The database of a home: how it is reached, what it must be, and the engine's own tables in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import fields

import psycopg
from psycopg import conninfo
from psycopg.types.string import TextLoader

from batuta.engines.postgres.belonging import Owner, belongs, record
from batuta.engines.postgres.faults import PLACE, fault
from batuta.engines.postgres.sessions import ADDRESSES, FUNCTIONS, Connection
from batuta.engines.shared.addresses import Part
from batuta.engines.sql.for_postgres import Postgres
from batuta.kit.errors import HomeTaken, InputError, SystemFault

_OLDEST = 150000
_SECONDS = 10
_GUARD = 7_290_061_524_137
"""The number of the advisory lock that the process which owns the database holds."""

_SETTINGS = (
    f"SET search_path TO {FUNCTIONS}",
    "SET work_mem = '64MB'",
    "SET lock_timeout = '60s'",
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO'",
    "SET intervalstyle = 'postgres'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
    "SET standard_conforming_strings = on",
    "SET jit = off",
    "SET cursor_tuple_fraction = 1",
    "SET idle_in_transaction_session_timeout = 0",
    "SET client_min_messages = 'warning'",
    "SET client_connection_check_interval = '5s'",
)
"""What statements of the engine rely on, whatever the server and the user are set to.

Statements of a process that died end within seconds, so that none of them commits after its successor began.
"""

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS "batuta_system"."effects"
    ("key" TEXT PRIMARY KEY, "rows" BIGINT NOT NULL, "targets" BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS "batuta_system"."home" ("id" TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "batuta_system"."changes" ("key" TEXT PRIMARY KEY, "counts" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "batuta_work"."_carried" ("name" TEXT PRIMARY KEY, "carrier" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "batuta_work"."_made"
    ("name" TEXT PRIMARY KEY, "rows" BIGINT NOT NULL, "targets" BIGINT NOT NULL);
"""


_ORDER = """
SELECT d->>'datlocprovider', d->>'datcollate', coalesce(d->>'datlocale', d->>'daticulocale')
FROM (SELECT to_jsonb(p) AS d FROM pg_catalog.pg_database p WHERE datname = current_database()) AS here
"""
"""Which library orders texts, and how; where that is told changed between versions of PostgreSQL."""


def connect(address: str) -> Connection:
    """Open a connection on which each statement commits, with the settings that statements rely on."""
    try:
        connection = psycopg.connect(
            address, autocommit=True, prepare_threshold=None, connect_timeout=_SECONDS, application_name="batuta"
        )
    except psycopg.Error as error:
        raise _unreachable(address, error) from None  # its text may tell the address with all that is in it
    try:
        connection.execute("; ".join(_SETTINGS))
        connection.adapters.register_loader("jsonb", TextLoader)
    except psycopg.Error as error:
        connection.close()
        raise fault(error) from error
    return connection


def with_password(address: str, password: str) -> str:
    """Return an address with a password, if there is one."""
    try:
        return conninfo.make_conninfo(address, **({"password": password} if password else {}))
    except psycopg.Error as error:
        raise _unreachable(address, error) from None


def prepare_database(address: str, owner: Owner | None = None) -> Connection:
    """Make what the engine needs in its database, and own it: return the connection that holds it.

    Raises if the database is another owner's, or not this one's any more.
    """
    guard = connect(address)
    try:
        check(guard)
        _own(guard)
        known = owner is None or belongs(guard, owner)
        with guard.transaction():
            for part in _parts():
                guard.execute(f"CREATE SCHEMA IF NOT EXISTS {part}")
            guard.execute(_OWN_TABLES)
            for statement in Postgres.preparation:
                guard.execute(statement)
            if owner is not None and not known:
                record(guard, owner)
    except psycopg.Error as error:
        guard.close()
        raise fault(error) from error
    except BaseException:
        guard.close()
        raise
    return guard


def _parts() -> Iterator[str]:
    found: list[Part] = [getattr(ADDRESSES, field.name) for field in fields(ADDRESSES)]
    yield from (part.schema for part in found if part != ADDRESSES.temporary)
    yield FUNCTIONS


def check(connection: Connection) -> None:
    """Raise unless the database will do: a server that is new enough, texts in UTF-8 ordered by code point."""
    if connection.info.server_version < _OLDEST:
        found = f"the server is PostgreSQL {connection.info.server_version // 10000}"
        raise SystemFault(PLACE, found, expected="PostgreSQL 15 or later", todo="Use a newer server.")
    encoding = connection.info.parameter_status("server_encoding")
    order = order_of_texts(connection)
    if encoding != "UTF8" or order not in ("C", "POSIX", "C.UTF-8", "C.UTF8"):
        raise InputError(
            PLACE,
            f"the database orders texts by {order} in {encoding}",
            expected="texts in UTF8, ordered by code point, as on every other engine",
            todo="Make one with CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C', and use that.",
        )


def order_of_texts(connection: Connection) -> str:
    """Return the name of the order of texts; a locale of the C library has it in datcollate, others elsewhere."""
    ((provider, collate, other),) = connection.execute(_ORDER).fetchall()
    return str(collate if provider == "c" else other)


def _own(connection: Connection) -> None:
    """Take the database for this process; what a process that died left running may hold it for some seconds."""
    end = time.monotonic() + _SECONDS
    while True:
        ((taken,),) = connection.execute("SELECT pg_try_advisory_lock(%s)", [_GUARD]).fetchall()
        if taken:
            return
        if time.monotonic() > end:
            raise HomeTaken(
                PLACE,
                "another process of Batuta uses the database",
                todo="Wait until it ends, or give each home a database of its own.",
            )
        time.sleep(0.1)


def _unreachable(address: str, error: psycopg.Error) -> SystemFault:
    """Return the failure to connect: it names the server and the database, and nothing secret."""
    try:
        parts = conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        return SystemFault(
            PLACE,
            "the address of the database cannot be read",
            expected="one such as postgresql://user@server:5432/database",
            todo="Correct the address.",
        )
    where = f"{parts.get('dbname') or 'the database'} on {parts.get('host') or 'this machine'}"
    reason = _reason(str(error), str(parts.get("password") or ""))
    return SystemFault(
        PLACE,
        f"{where} cannot be reached: {reason}",
        todo="See that the PostgreSQL server runs, and that address, user and password are right.",
    )


def _reason(text: str, password: str) -> str:
    line = text.strip().rpartition("\n")[2]
    reason = line.rpartition("FATAL:")[2].strip() if "FATAL:" in line else line
    return reason.replace(password, "***") if password else reason
