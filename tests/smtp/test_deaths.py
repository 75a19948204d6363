"""Senders that are killed, or asked to stop, in the middle of it; then the run is resumed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from batuta.channels.email.smtp.transport import Smtp
from batuta.runs.sending.contract import Envelope, Outcome

from .server import DROP, TAKEN_SILENCE, Answer, Server, at, each, usual
from .world import WRITTEN_TO, Post, balanced


class Death(BaseException):
    """The process ends here, as if killed."""


SHARD = 15
"""Messages in a shard, so that four connections send at once."""
P11 = "p11@example.org"


@contextmanager
def sending(post: Post, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Send in a process of its own, which does not outlive the test."""
    code = (
        f"from batuta.runs.sending import deliveries; deliveries.SHARD = {SHARD}; from batuta.app import main; main()"
    )
    command = [sys.executable, "-c", code, "--home", str(post.home), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def run_words(post: Post) -> tuple[str, ...]:
    return ("campaign", "run", str(post.campaign()), "--live", "--yes")


def until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)


@pytest.mark.parametrize("taken", [1, 12, 30])
def test_a_kill_leaves_at_most_one_message_of_each_connection_in_doubt(
    post: Post, serve: Callable[..., Server], taken: int
) -> None:
    server = serve(pause=0.03)
    post.apply(server, retries=0)
    with sending(post, *run_words(post)) as process:
        until(lambda: len(server.accepted) >= taken, process)
        process.send_signal(signal.SIGKILL)
    with sending(post, "run", "resume", "last", "--yes") as process:
        until(lambda: len(server.accepted) >= min(taken + 10, WRITTEN_TO - 4), process)
        process.send_signal(signal.SIGKILL)
    cut_off = server.connections
    server.pause = 0
    post.resume()
    tally = balanced(post, server)
    assert tally.pending == tally.failed == 0
    assert tally.in_doubt <= cut_off <= 8


def test_a_kill_while_a_message_waits_for_its_next_try_leaves_no_doubt(
    post: Post, serve: Callable[..., Server]
) -> None:
    server = serve(each("rcpt", {P11: "450 later"}, times=1))
    post.apply(server, retry_pause=600, retry_pause_max=600)
    with sending(post, *run_words(post)) as process:
        until(lambda: len(server.accepted) == WRITTEN_TO - 1, process)
        time.sleep(0.3)  # till the last answer is noted
        process.send_signal(signal.SIGKILL)
    post.resume()
    tally = balanced(post, server)
    assert (tally.sent, tally.in_doubt) == (WRITTEN_TO, 0)


def test_a_kill_within_the_second_try_of_a_message_leaves_it_in_doubt(post: Post, serve: Callable[..., Server]) -> None:
    def script(step: str, recipient: str, before: int) -> Answer | None:
        if recipient != P11:
            return None
        return {"rcpt": "450 later" if before == 0 else None, "dot": TAKEN_SILENCE}.get(step)

    server = serve(script)
    post.apply(server, message_timeout=60)
    with sending(post, *run_words(post)) as process:
        until(lambda: len(server.accepted) == WRITTEN_TO, process)
        time.sleep(0.3)  # till the others are noted
        process.send_signal(signal.SIGKILL)
    server.script = usual
    post.resume()
    tally = balanced(post, server)
    assert (tally.sent, tally.in_doubt) == (WRITTEN_TO - 1, 1)
    assert server.recipients.count(P11) == 1


def test_a_death_after_a_fault_is_not_taken_for_calm(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal says that nothing was under way when the fault came; the next sender makes that untrue."""
    server = serve(at("connect", DROP))
    post.apply(server)
    post.send(code=1)
    server.script = usual
    send = Smtp.send

    def deadly(smtp: Smtp, envelope: Envelope) -> Outcome:
        send(smtp, envelope)
        raise Death

    with monkeypatch.context() as planted:
        planted.setattr(Smtp, "send", deadly)
        with pytest.raises(Death):
            post.resume()
    assert len(server.recipients) == 1
    post.resume()
    tally = balanced(post, server)
    assert (tally.in_doubt, tally.sent) == (1, WRITTEN_TO - 1)


def test_a_stop_does_not_wait_for_the_next_try_and_keeps_the_counts(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(each("rcpt", {P11: "450 later"}, times=1))
    post.apply(server, retry_pause=600, retry_pause_max=600)
    with sending(post, *run_words(post)) as process:
        until(lambda: len(server.accepted) == WRITTEN_TO - 1, process)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    tally = balanced(post, server)
    assert (tally.sent, tally.in_doubt, tally.pending) == (WRITTEN_TO - 1, 0, 1)
    post.resume()
    assert balanced(post, server).sent == WRITTEN_TO


def test_a_stop_ends_between_two_messages(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(pause=0.2)
    post.apply(server)
    with sending(post, *run_words(post)) as process:
        until(lambda: len(server.accepted) >= 4, process)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    tally = balanced(post, server)
    assert tally.in_doubt == 0
    assert tally.sent == len(server.recipients) < WRITTEN_TO
    server.pause = 0
    post.resume()
    assert balanced(post, server).sent == WRITTEN_TO
