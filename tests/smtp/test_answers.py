"""What a server answers decides what became of a message, and of no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from .server import Server, at, each, in_turn, usual
from .world import WRITTEN_TO, Post, balanced


def test_everybody_gets_a_message(post: Post, serve: Callable[..., Server]) -> None:
    server = serve()
    post.apply(server)
    post.send()
    balanced(post, server)
    assert post.tally().sent == len(server.recipients) == WRITTEN_TO
    assert server.connections == 1
    assert server.commands[0] == "EHLO sender.example"
    assert server.commands[-1] == "QUIT"
    assert "RSET" not in server.commands


REFUSED = {f"p{code - 540}@example.org": code for code in (550, 551, 552, 553, 554)}
PUT_OFF = {f"p{code - 410}@example.org": code for code in (421, 432, 450, 451, 452)}


@pytest.mark.parametrize(("step", "said"), [("rcpt", "RCPT TO"), ("data", "DATA"), ("dot", "message")])
def test_a_refusal_for_good_fails_that_message_alone(
    post: Post, serve: Callable[..., Server], step: str, said: str
) -> None:
    server = serve(
        each(step, {who: f"{code}-5.1.1 No such\r\n{code} 5.1.1 user\x07here" for who, code in REFUSED.items()})
    )
    post.apply(server)
    post.send()
    tally = balanced(post, server)
    assert (tally.failed, tally.sent, tally.in_doubt) == (5, WRITTEN_TO - 5, 0)
    assert {(status, reason, detail) for _, status, reason, detail in post.outcomes()} == {
        ("failed", f"smtp-{code}", f"{said}: {code} 5.1.1 No such 5.1.1 user here") for code in REFUSED.values()
    }
    assert server.connections == 1
    assert not set(REFUSED) & set(server.recipients)


def test_senders_refused_fail(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(in_turn("mail", ["550 no", "553 no"]))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO - 2
    assert post.reasons() == Counter({("failed", "smtp-550"): 1, ("failed", "smtp-553"): 1})


@pytest.mark.parametrize("step", ["rcpt", "data", "dot"])
def test_what_is_put_off_is_tried_again(post: Post, serve: Callable[..., Server], step: str) -> None:
    server = serve(each(step, {who: f"{code} 4.3.0 later" for who, code in PUT_OFF.items()}, times=2))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO
    assert {server.met[step, who] for who in PUT_OFF} == {3}
    assert server.connections == 3  # after each 421 one more


def test_senders_put_off_are_tried_again(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(in_turn("mail", ["421 later", "450 later", "451 later", "452 later"]))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO


def test_what_is_put_off_too_often_fails(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(each("rcpt", {who: f"{code} 4.2.2 later" for who, code in PUT_OFF.items()}))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO - 5
    assert post.reasons() == Counter({("failed", f"smtp-{code}"): 1 for code in PUT_OFF.values()})
    assert {server.met["rcpt", who] for who in PUT_OFF} == {3}  # once, and two retries
    assert server.met["rcpt", "p1@example.org"] == 1


def test_all_are_sent_before_any_is_tried_again(post: Post, serve: Callable[..., Server]) -> None:
    """One recipient whom the server puts off keeps nobody else waiting."""
    server = serve(each("rcpt", {"p1@example.org": "450 later"}, times=1))
    post.apply(server)
    post.send()
    balanced(post, server)
    assert server.recipients[0] == "p2@example.org"
    assert server.recipients[-1] == "p1@example.org"


@pytest.mark.parametrize("step", ["banner", "ehlo"])
def test_a_server_that_is_not_ready_yet_is_asked_again(post: Post, serve: Callable[..., Server], step: str) -> None:
    server = serve(in_turn(step, ["421 busy", "421 busy"]))
    post.apply(server)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO


@pytest.mark.parametrize(
    ("step", "answer", "words"),
    [
        ("banner", "554 no service", "the server greets with 554 no service"),
        ("banner", "421 busy", "the mail server cannot be reached: the server greets with 421 busy"),
        ("mail", "530 5.7.0 log in", "the server answers MAIL FROM with 530 5.7.0 log in"),
    ],
)
def test_a_server_that_takes_nothing_pauses_the_run(
    post: Post, serve: Callable[..., Server], step: str, answer: str, words: str
) -> None:
    server = serve(at(step, answer))
    post.apply(server)
    told = post.send(code=1)
    assert f"127.0.0.1:{server.port}: {words}" in told.out + told.err
    assert balanced(post, server).pending == WRITTEN_TO
    server.script = usual
    post.resume()
    assert balanced(post, server).sent == len(server.recipients) == WRITTEN_TO
