"""What a server answers decides what became of a message, and of no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from .server import Server, at
from .world import WRITTEN_TO, Post, balanced

SOME = "1@"
"""Recipients whose number ends with 1: 1, 11, 21, 31, 41 and 51."""
CHOSEN = 6


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


@pytest.mark.parametrize("code", [550, 552, 553, 554])
@pytest.mark.parametrize("step", ["rcpt", "data", "dot"])
def test_a_refusal_for_good_fails_that_message_alone(
    post: Post, serve: Callable[..., Server], step: str, code: int
) -> None:
    server = serve(at(step, f"{code}-5.1.1 No such\r\n{code} 5.1.1 user\x07here", only=SOME))
    post.apply(server)
    post.send()
    balanced(post, server)
    assert post.reasons() == Counter({("failed", f"smtp-{code}"): CHOSEN})
    assert len(server.recipients) == WRITTEN_TO - CHOSEN
    (detail,) = {detail for _, _, _, detail in post.outcomes()}
    said = {"rcpt": "RCPT TO", "data": "DATA", "dot": "message"}[step]
    assert detail == f"{said}: {code} 5.1.1 No such 5.1.1 user here"
    assert server.connections == 1


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
def test_what_is_put_off_is_tried_again(post: Post, serve: Callable[..., Server], step: str, code: int) -> None:
    server = serve(at(step, f"{code} 4.3.0 later", times=2, only="" if step == "mail" else SOME))
    post.apply(server)
    post.send()
    balanced(post, server)
    assert post.tally().sent == len(server.recipients) == WRITTEN_TO
    assert (server.connections > 1) == (code == 421)


@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_what_is_put_off_too_often_fails(post: Post, serve: Callable[..., Server], code: int) -> None:
    server = serve(at("rcpt", f"{code} 4.2.2 later", only=SOME))
    post.apply(server)
    post.send()
    balanced(post, server)
    assert post.reasons() == Counter({("failed", f"smtp-{code}"): CHOSEN})
    assert server.met["rcpt", "p1@example.org"] == 3  # once, and two retries
    assert server.met["rcpt", "p2@example.org"] == 1
