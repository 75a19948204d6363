"""Sessions of PostgreSQL are stopped, undone, given back clean, and replaced when they are lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from batuta.engines.postgres.database import connect, prepare_database
from batuta.engines.postgres.faults import Lost
from batuta.engines.postgres.sessions import Session, Sessions
from batuta.kit.errors import HomeTaken, InputError, SystemFault
from batuta.runs.ports import Interrupted
from tests.postgres import new_database, server

ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a * b = 7"


@pytest.fixture(scope="module")
def address() -> str:
    made = new_database()
    prepare_database(made).close()
    with psycopg.connect(made) as connection:
        connection.execute("CREATE TABLE public.t (i INTEGER)")
    return made


@pytest.fixture
def sessions(address: str) -> Iterator[Sessions]:
    made = Sessions(lambda: connect(address))
    yield made
    made.close()


def count(session: Session) -> int:
    return session.number("SELECT count(*) FROM public.t")


def test_a_running_query_is_stopped_within_a_second_and_its_transaction_undone(sessions: Sessions) -> None:
    def insert_then_hang(session: Session) -> None:
        with session.transaction():
            session.run("INSERT INTO public.t VALUES (1)")
            session.run(ENDLESS)

    threading.Timer(0.2, sessions.stop).start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        sessions.heavy(insert_then_hang)
    assert time.monotonic() - began < 1.5
    assert sessions.interactive(count) == 0


def test_a_stop_between_two_statements_is_not_lost_and_touches_no_later_call(sessions: Sessions) -> None:
    with sessions.session() as session:
        session.run("SELECT 1")
        sessions.stop()
        with pytest.raises(Interrupted):
            session.run("SELECT 1")
    assert sessions.interactive(count) == 0


def test_a_session_leaves_no_temporary_table_and_no_cursor_behind(sessions: Sessions) -> None:
    with sessions.session() as session:
        session.run("CREATE TEMPORARY TABLE left_over (i INTEGER)")
        batches = session.stream("SELECT * FROM generate_series(1, 10)", 3, sessions.turn())
        assert next(batches) == [(1,), (2,), (3,)]
    with sessions.session() as session:
        assert session.rows("SELECT name FROM pg_cursors WHERE name = '_stream'") == []
        assert session.rows("SELECT to_regclass('pg_temp.left_over')") == [(None,)]


def test_rows_are_streamed_in_batches_while_their_table_may_be_dropped(sessions: Sessions) -> None:
    with sessions.session() as session, sessions.session() as other:
        session.run("CREATE TABLE public.read AS SELECT generate_series(1, 5) AS i")
        batches = session.stream("SELECT i FROM public.read ORDER BY i", 2, sessions.turn())
        first = next(batches)
        other.run("DROP TABLE public.read")
        assert [first, *batches] == [[(1,), (2,)], [(3,), (4,)], [(5,)]]


def test_a_lost_connection_is_told_and_another_one_serves_the_next_call(sessions: Sessions) -> None:
    def end_itself(session: Session) -> None:
        session.run("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Lost):
        sessions.heavy(end_itself)
    assert sessions.heavy(count) == 0


def test_a_connection_that_ended_while_it_waited_is_replaced(sessions: Sessions, address: str) -> None:
    number = sessions.heavy(lambda session: session.number("SELECT pg_backend_pid()"))
    with psycopg.connect(address) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [number])
    assert sessions.heavy(count) == 0


def test_an_error_of_a_query_is_told_in_words(sessions: Sessions) -> None:
    with pytest.raises(SystemFault, match="a query failed: division by zero"):
        sessions.heavy(lambda session: session.run("SELECT 1 / 0"))


def test_a_database_that_orders_texts_otherwise_is_refused() -> None:
    name = "batuta_ordered_otherwise"
    with psycopg.connect(server(), autocommit=True) as connection:
        found = connection.execute("SELECT collname FROM pg_collation WHERE collprovider = 'c' AND collname ~ 'en_US'")
        if not found.fetchall():
            pytest.skip("the server knows no other order")
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'en_US.utf8'")
    with pytest.raises(InputError, match="LOCALE 'C'"):
        prepare_database(psycopg.conninfo.make_conninfo(server(), dbname=name))


def test_a_database_of_another_encoding_is_refused() -> None:
    name = "batuta_latin"
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(InputError, match=r"CREATE DATABASE .* TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"):
        prepare_database(psycopg.conninfo.make_conninfo(server(), dbname=name))


def test_no_second_process_has_the_database(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batuta.engines.postgres.database._SECONDS", 1)
    owned = prepare_database(address)
    with pytest.raises(HomeTaken):
        prepare_database(address)
    owned.close()
    prepare_database(address).close()


@pytest.mark.parametrize(
    "wrong", ["postgresql://ana:hush@127.0.0.1:1/shop", "host=/nowhere user=ana password=hush", "no address, hush"]
)
def test_no_password_is_told(wrong: str) -> None:
    with pytest.raises(SystemFault) as told:
        prepare_database(wrong)
    assert "hush" not in str(told.value)
    assert told.value.todo
