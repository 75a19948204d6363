from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from batuta.engines.duckdb.faults import OutOfMemory
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.runs.ports import Interrupted

ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = 7"

THREADS = "SELECT current_setting('threads')"


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("CREATE TABLE t (i INTEGER)")
        yield Sessions(connection)


def count(session: Session) -> object:
    return session.rows("SELECT count(*) FROM t")[0][0]


def stop_soon(sessions: Sessions) -> threading.Thread:
    timer = threading.Timer(0.2, sessions.stop)
    timer.start()
    return timer


def test_a_running_query_is_stopped_and_its_transaction_undone(sessions: Sessions) -> None:
    def insert_then_hang(session: Session) -> None:
        with session.transaction():
            session.run("INSERT INTO t VALUES (1)")
            session.run(ENDLESS)

    stopping = stop_soon(sessions)
    with pytest.raises(Interrupted):
        sessions.heavy(insert_then_hang)
    stopping.join()
    assert sessions.interactive(count) == 0


def test_a_stop_between_two_statements_is_not_lost(sessions: Sessions) -> None:
    with sessions.session() as session:
        session.run("SELECT 1")
        sessions.stop()
        with pytest.raises(Interrupted):
            session.run("SELECT 1")


def test_a_stop_does_not_touch_later_calls(sessions: Sessions) -> None:
    sessions.stop()
    assert sessions.interactive(count) == 0


def test_a_stream_is_read_in_batches_and_stopped_between_them(sessions: Sessions) -> None:
    with sessions.session() as session:
        batches = session.stream("SELECT range FROM range(100000) ORDER BY 1", 1500, sessions.turn())
        assert next(batches)[0].to_pylist() == list(range(1500))
        sessions.stop()
        with pytest.raises(Interrupted):
            next(batches)


def test_a_stream_is_stopped_while_it_computes(sessions: Sessions) -> None:
    stopping = stop_soon(sessions)
    with sessions.session() as session, pytest.raises(Interrupted):
        list(session.stream(ENDLESS.replace("count(*)", "a.range"), 1_000_000, sessions.turn()))
    stopping.join()


def test_all_that_runs_is_stopped(sessions: Sessions) -> None:
    def hang(session: Session) -> None:
        session.run(ENDLESS)

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(sessions.heavy, hang), *(pool.submit(sessions.interactive, hang) for _ in range(2))]
        stop_soon(sessions).join()
        for call in calls:
            with pytest.raises(Interrupted):
                call.result(timeout=5)


def test_one_heavy_task_and_two_queries_run_at_once(sessions: Sessions) -> None:
    lock = threading.Lock()
    running: dict[str, int] = {"heavy": 0, "interactive": 0}
    most: dict[str, int] = {"heavy": 0, "interactive": 0}

    def work(kind: str) -> None:
        with lock:
            running[kind] += 1
            most[kind] = max(most[kind], running[kind])
        time.sleep(0.05)
        with lock:
            running[kind] -= 1

    with ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            pool.submit(sessions.heavy, lambda _: work("heavy"))
            pool.submit(sessions.interactive, lambda _: work("interactive"))
    assert most == {"heavy": 1, "interactive": 2}


def test_a_task_out_of_memory_is_tried_again_alone(sessions: Sessions) -> None:
    attempts: list[bool] = []
    threads: list[int] = []
    asked = threading.Event()
    release = threading.Event()

    def query(session: Session) -> None:
        asked.set()
        release.wait(5)

    def task(session: Session) -> str:
        attempts.append(release.is_set())
        threads.append(session.number(THREADS))
        if len(attempts) == 1:
            threading.Timer(0.1, release.set).start()
            raise OutOfMemory("", "too much")
        return "done"

    with ThreadPoolExecutor(1) as pool:
        pool.submit(sessions.interactive, query)
        asked.wait(5)
        assert sessions.heavy(task) == "done"
    assert attempts == [False, True]  # the second attempt waited for the query to end
    assert [*threads, sessions.interactive(lambda session: session.number(THREADS))] == [2, 1, 2]


def test_a_second_attempt_may_take_most_of_the_memory_and_gives_it_back() -> None:
    limit = "SELECT current_setting('memory_limit')"
    with duckdb.connect(":memory:", config={"memory_limit": "1GiB", "threads": 2}) as connection:
        sessions = Sessions(connection, "3GiB")
        limits: list[object] = []

        def task(session: Session) -> str:
            limits.extend(session.rows(limit))
            if len(limits) == 1:
                raise OutOfMemory("", "too much")
            return "done"

        assert sessions.heavy(task) == "done"
        assert limits == [("1.0 GiB",), ("3.0 GiB",)]
        assert sessions.interactive(lambda session: session.rows(limit)) == [("1.0 GiB",)]


def test_a_second_attempt_that_is_stopped_leaves_the_threads_as_they_were(sessions: Sessions) -> None:
    def task(session: Session) -> None:
        if session.number(THREADS) == 1:
            session.run(ENDLESS)
        raise OutOfMemory("", "too much")

    stopping = stop_soon(sessions)
    with pytest.raises(Interrupted):
        sessions.heavy(task)
    stopping.join()
    assert sessions.interactive(lambda session: session.number(THREADS)) == 2


def test_a_task_twice_out_of_memory_fails(sessions: Sessions) -> None:
    def task(session: Session) -> None:
        raise OutOfMemory("", "too much")

    with pytest.raises(OutOfMemory):
        sessions.heavy(task)
    assert sessions.heavy(count) == 0
