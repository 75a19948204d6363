"""One message on the wire: its bytes, its addresses, and a connection that ends within it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from batuta.channels.email.smtp.settings import SmtpSettings
from batuta.channels.email.smtp.transfer import stuffed
from batuta.channels.email.smtp.transport import Smtp
from batuta.runs.sending.contract import Envelope, Outcome, Status

from .server import DROP, DROP_AFTER, Server, at
from .world import QUICK

ID = "<1@shop.example>"


def transport(server: Server, **settings: object) -> Smtp:
    return Smtp(SmtpSettings.model_validate({**QUICK, "port": server.port, **settings}))


def envelope(
    content: bytes = b"Subject: x\r\n\r\nHi\r\n", recipient: str = "ann@example.org", sender: str = "shop@shop.example"
) -> Envelope:
    return Envelope(ID, sender, recipient, content)


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"", b".\r\n"),
        (b".\r\n..\r\n.a\r\na.\r\n", b"..\r\n...\r\n..a\r\na.\r\n.\r\n"),
        (b"a\n.\nb\r.\rc\r\n", b"a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n"),
        (b"a\n.\r\nMAIL FROM:<x@y>\r\n", b"a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"),
        (b"a\r\n\r.\r\n", b"a\r\n\r\n..\r\n.\r\n"),
    ],
)
def test_dots_and_line_ends(content: bytes, wire: bytes) -> None:
    assert stuffed(content) == wire


def test_the_server_reads_back_the_very_bytes(serve: Callable[..., Server]) -> None:
    server = serve()
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.leading\r\n" + b"x" * 998 + b"\r\n.\r\n"
    sender = transport(server)
    assert sender.send(envelope(content)) == Outcome(0, Status.SENT)
    sender.close()
    assert server.accepted[0].content == content
    assert server.commands[1:4] == [
        f"MAIL FROM:<shop@shop.example> SIZE={len(content)}",
        "RCPT TO:<ann@example.org>",
        "DATA",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org>\r\nRCPT TO:<eve@example.org",
        "ann\n@example.org",
        "ann\0@example.org",
        "a b@example.org",
        "a>@b.c",
        "\ud800@b.c",
        "",
    ],
)
def test_no_address_brings_a_command_of_its_own(serve: Callable[..., Server], address: str) -> None:
    server = serve()
    sender = transport(server)
    for message in (envelope(recipient=address), envelope(sender=address)):
        outcome = sender.send(message)
        assert (outcome.status, outcome.reason) == (Status.FAILED, "smtp-bad-address")
    sender.close()
    assert [command.split()[0] for command in server.commands] == ["EHLO", "QUIT"]


def test_a_domain_of_any_script_is_written_in_ascii(serve: Callable[..., Server]) -> None:
    server = serve()
    assert transport(server).send(envelope(recipient="ann@bücher.example")).status is Status.SENT
    assert server.recipients == ["ann@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("message", "keyword", "parameter"),
    [
        (envelope(recipient="zoë@example.org"), "SMTPUTF8", " SMTPUTF8"),
        (envelope(content="Subject: x\r\n\r\né\r\n".encode()), "8BITMIME", " BODY=8BITMIME"),
    ],
)
def test_what_the_server_must_offer(
    serve: Callable[..., Server], message: Envelope, keyword: str, parameter: str
) -> None:
    plain, capable = serve(), serve(offers=(keyword,))
    outcome = transport(plain).send(message)
    assert outcome == Outcome(0, Status.FAILED, "smtp-not-supported", f"the server does not offer {keyword}")
    assert plain.recipients == []
    assert transport(capable).send(message).status is Status.SENT
    assert capable.recipients == [message.recipient]
    assert parameter in capable.commands[1]


def test_a_hang_up_while_a_large_message_still_leaves_is_no_doubt(serve: Callable[..., Server]) -> None:
    """More than the buffers of both ends hold: its end cannot have left, so it is sent again at once."""
    content = b"Subject: x\r\n\r\n" + (b"z" * 76 + b"\r\n") * 400_000
    server = serve(at("body", DROP, times=1))
    assert transport(server).send(envelope(content)) == Outcome(0, Status.SENT)
    assert server.connections == 2
    assert len(server.accepted) == 1


def test_a_connection_that_ended_while_idle_costs_one_more(serve: Callable[..., Server]) -> None:
    server = serve(at("dot", DROP_AFTER))
    sender = transport(server, retries=0)
    assert [sender.send(envelope()).status for _ in range(3)] == [Status.SENT] * 3
    assert (server.connections, len(server.accepted)) == (3, 3)


def test_a_connection_that_always_ends_puts_the_message_off(serve: Callable[..., Server]) -> None:
    server = serve(at("rcpt", DROP))
    outcome = transport(server).send(envelope())
    assert outcome == Outcome(0, Status.DELAYED, "smtp-lost", "nothing was sent: the server closed the connection")
    assert server.connections == 2


def test_pauses_grow_are_bounded_and_not_in_step() -> None:
    settings = SmtpSettings.model_validate({**QUICK, "retries": 6, "retry_pause": 2, "retry_pause_max": 20})
    for longest, pauses in zip(
        [2, 4, 8, 16, 20, 20], zip(*(Smtp(settings).pauses() for _ in range(50)), strict=True), strict=True
    ):
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(set(pauses)) > 40


def test_an_old_server_is_greeted_as_it_knows(serve: Callable[..., Server]) -> None:
    def script(step: str, _recipient: str, before: int) -> str | None:
        return "502 what?" if step == "ehlo" and before == 0 else None

    server = serve(script)
    assert transport(server).send(envelope()).status is Status.SENT
    assert [command.split()[0] for command in server.commands[:2]] == ["EHLO", "HELO"]
    assert server.commands[2] == "MAIL FROM:<shop@shop.example>"


def test_leaving_a_server_that_says_nothing_takes_two_seconds_at_most(serve: Callable[..., Server]) -> None:
    server = serve(at("quit", "silence"))
    sender = transport(server, timeout=60)
    sender.send(envelope())
    sender.close()
    assert server.commands[-1] == "QUIT"
