"""Connections that end, or fall silent, at every step: nobody is lost, nobody is written to twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from .server import (
    DRIP,
    DROP,
    DROP_AFTER,
    ENDLESS_LINE,
    ENDLESS_REPLY,
    SILENCE,
    TAKEN_DROP,
    TAKEN_SILENCE,
    Answer,
    Server,
    at,
    each,
    in_turn,
)
from .world import WRITTEN_TO, Post, balanced

SOME, CHOSEN = "1@", 6
NONSENSE: list[Answer] = [
    "HTTP/1.1 400 Bad Request",
    "999 what",
    "",
    ENDLESS_LINE,
    ENDLESS_REPLY,
    "250-one\r\n550 two",
    DRIP,
]
OPENING = ["connect", "banner", "ehlo"]
BEFORE = ["mail", "rcpt", "data"]
STEPS = [*OPENING, *BEFORE]


def only(step: str) -> str:
    """Whose steps fail: the recipient is known from RCPT on."""
    return SOME if step in ("rcpt", "data", "dot") else ""


@pytest.mark.parametrize("step", STEPS)
def test_a_hang_up_before_the_end_of_the_message_is_tried_again(
    post: Post, serve: Callable[..., Server], step: str
) -> None:
    server = serve(at(step, DROP, times=1, only=only(step)))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO
    assert server.connections == (1 + CHOSEN if only(step) else 2)


@pytest.mark.parametrize("step", ["banner", "ehlo", "mail", "rcpt", "data"])
def test_silence_before_the_end_of_the_message_is_tried_again(
    post: Post, serve: Callable[..., Server], step: str
) -> None:
    server = serve(at(step, SILENCE, times=1, only="p11@" if only(step) else ""))
    post.apply(server, timeout=0.2)
    post.send()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO
    assert server.connections == 2


@pytest.mark.parametrize("step", ["banner", "ehlo", "mail", "rcpt", "data"])
def test_what_is_no_answer_ends_the_connection_and_nothing_else(
    post: Post, serve: Callable[..., Server], step: str
) -> None:
    someone = [f"p{number}@example.org" for number in range(11, 21)]
    known = step in ("rcpt", "data")
    server = serve(
        each(step, dict(zip(someone, NONSENSE, strict=False)), times=1) if known else in_turn(step, NONSENSE)
    )
    post.apply(server, timeout=0.3, retries=len(NONSENSE))
    post.send()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO
    assert server.connections == 1 + len(NONSENSE)


@pytest.mark.parametrize(
    ("answer", "taken"),
    [(DROP, False), (TAKEN_DROP, True), (SILENCE, False), (TAKEN_SILENCE, True), ("hello?", False), (DRIP, False)],
)
def test_a_message_that_was_handed_over_whole_and_not_answered_is_in_doubt(
    post: Post, serve: Callable[..., Server], answer: Answer, taken: bool
) -> None:
    server = serve(at("dot", answer, only="p11@"))
    post.apply(server, message_timeout=0.3)
    post.send()
    tally = balanced(post, server)
    assert (tally.in_doubt, tally.sent) == (1, WRITTEN_TO - 1)
    assert len(server.recipients) == WRITTEN_TO - 1 + taken
    assert post.reasons() == Counter({("in-doubt", "smtp-no-answer"): 1})
    assert server.met["dot", "p11@example.org"] == 1


def test_a_hang_up_within_a_message_that_had_left_this_machine_whole_leaves_doubt(
    post: Post, serve: Callable[..., Server]
) -> None:
    """A small message is in the hands of the network at once: how much of it arrived nobody here can know."""
    server = serve(at("body", DROP, only="p11@"))
    post.apply(server)
    post.send()
    tally = balanced(post, server)
    assert (tally.in_doubt, tally.sent, len(server.recipients)) == (1, WRITTEN_TO - 1, WRITTEN_TO - 1)


def test_what_is_in_doubt_is_sent_again_if_the_activity_says_so(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(at("dot", TAKEN_DROP, times=1, only=SOME))
    post.apply(server)
    post.send(in_doubt="resend")
    tally = post.tally()
    assert (tally.in_doubt, tally.sent) == (0, WRITTEN_TO)
    twice = {address: n for address, n in Counter(server.recipients).items() if n > 1}
    assert twice == {f"p{n}1@example.org".replace("p01", "p1"): 2 for n in range(6)}


def test_what_may_have_left_stays_in_doubt_though_it_is_refused_later(post: Post, serve: Callable[..., Server]) -> None:
    def script(step: str, recipient: str, before: int) -> Answer | None:
        return (TAKEN_DROP, "550 no")[min(before, 1)] if step == "dot" and recipient.startswith("p11@") else None

    server = serve(script)
    post.apply(server)
    post.send(in_doubt="resend")
    tally = balanced(post, server)
    assert (tally.in_doubt, tally.failed, tally.sent) == (1, 0, WRITTEN_TO - 1)


@pytest.mark.parametrize("answer", [DROP, DROP_AFTER, SILENCE, "421 later", "500 what"])
@pytest.mark.parametrize("step", ["rset", "quit"])
def test_trouble_between_messages_costs_none(
    post: Post, serve: Callable[..., Server], step: str, answer: Answer
) -> None:
    refuse = at("rcpt", "550 no", only="p11@")

    def script(here: str, recipient: str, before: int) -> Answer | None:
        return answer if here == step else refuse(here, recipient, before)

    server = serve(script)
    post.apply(server, timeout=0.2)
    post.send()
    tally = balanced(post, server)
    assert (tally.failed, tally.sent) == (1, WRITTEN_TO - 1)


def test_a_hang_up_after_each_message_costs_none(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(at("dot", DROP_AFTER))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == server.connections == WRITTEN_TO


def test_one_message_that_always_ends_the_connection_fails_alone(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(at("data", DROP, only="p11@"))
    post.apply(server)
    post.send()
    tally = balanced(post, server)
    assert (tally.failed, tally.sent) == (1, WRITTEN_TO - 1)
    assert post.reasons() == Counter({("failed", "smtp-lost"): 1})


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_always_hangs_up_pauses_the_run_which_can_be_resumed(
    post: Post, serve: Callable[..., Server], step: str
) -> None:
    server = serve(at(step, DROP))
    post.apply(server)
    told = post.send(code=1)
    assert f"127.0.0.1:{server.port}" in told.out + told.err
    tally = balanced(post, server)
    assert (tally.sent, tally.failed, tally.in_doubt, tally.pending) == (0, 0, 0, WRITTEN_TO)
    server.script = at("nothing", DROP)
    post.resume()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO


def test_a_server_that_goes_away_within_a_batch_leaves_the_counts_true_and_the_run_resumable(
    post: Post, serve: Callable[..., Server]
) -> None:
    def script(step: str, _recipient: str, _before: int) -> Answer | None:
        return DROP if len(server.accepted) >= 20 and step in ("connect", "mail") else None

    server = serve(script)
    post.apply(server)
    post.send(code=1)
    tally = balanced(post, server)
    assert (tally.sent, tally.in_doubt, tally.pending) == (20, 0, WRITTEN_TO - 20)
    server.script = at("nothing", DROP)
    post.resume()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO


def test_a_server_that_never_answers_for_messages_is_not_given_all_of_them(
    post: Post, serve: Callable[..., Server]
) -> None:
    server = serve(at("dot", TAKEN_DROP))
    post.apply(server)
    told = post.send(code=1)
    assert "5 messages in a row" in told.out + told.err
    tally = balanced(post, server)
    assert (tally.in_doubt, tally.sent, tally.pending) == (5, 0, WRITTEN_TO - 5)
    server.script = at("nothing", DROP)
    post.resume()
    tally = balanced(post, server)
    assert (tally.in_doubt, tally.sent, len(server.recipients)) == (5, WRITTEN_TO - 5, WRITTEN_TO)


def test_nobody_listens(post: Post, serve: Callable[..., Server]) -> None:
    server = serve()
    post.apply(server)
    server.close()
    told = post.send(code=1)
    assert "the mail server cannot be reached: Connection refused" in told.out + told.err
    assert balanced(post, server).pending == WRITTEN_TO


def test_a_new_connection_after_so_many_messages(post: Post, serve: Callable[..., Server]) -> None:
    server = serve()
    post.apply(server, messages_per_connection=10)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO
    assert (server.connections, server.met["quit", ""]) == (6, 6)
