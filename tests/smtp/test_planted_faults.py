"""Faults put into the transport on purpose: each must be seen by what the other tests look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from batuta.channels.email.smtp import transfer, transport
from batuta.channels.email.smtp.session import Session
from batuta.channels.email.smtp.settings import SmtpSettings
from batuta.channels.email.smtp.wire import Reply, Wire
from batuta.runs.sending.batch import Batch
from batuta.runs.sending.contract import Outcome, Status
from batuta.store.shards import JournalFile

from .server import DROP, TAKEN_DROP, Answer, Server, at, each, usual
from .world import WRITTEN_TO, Post, balanced


def test_a_message_without_an_answer_taken_for_not_sent_goes_out_twice(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hopeful(session: Session, settings: SmtpSettings) -> Outcome:
        session.wire.reply(settings.message_timeout)
        return Outcome(0, Status.SENT)

    monkeypatch.setattr(transfer, "_answered", hopeful)
    server = serve(at("dot", TAKEN_DROP, times=1, only="p11@"))
    post.apply(server)
    post.send()
    assert server.recipients.count("p11@example.org") == 2
    with pytest.raises(AssertionError):
        balanced(post, server)


def test_a_message_without_an_answer_taken_for_sent_is_missed(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_answered", lambda *_: Outcome(0, Status.SENT))
    server = serve(at("dot", DROP, only="p11@"))
    post.apply(server)
    post.send()
    with pytest.raises(AssertionError):
        balanced(post, server)


def test_a_session_that_is_not_reset_takes_its_next_message_down(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Wire.ask

    def forgetful(wire: Wire, command: str) -> Reply:
        return Reply(250, ()) if command == "RSET" else ask(wire, command)

    monkeypatch.setattr(Wire, "ask", forgetful)
    server = serve(each("rcpt", {"p11@example.org": "550 no"}))
    post.apply(server)
    post.send()
    assert balanced(post, server).failed > 1


def test_a_fault_that_is_not_noted_as_such_leaves_doubt(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JournalFile, "rest", lambda *_: None)
    server = serve(at("connect", DROP))
    post.apply(server)
    post.send(code=1)
    server.script = usual
    post.resume()
    assert balanced(post, server).in_doubt == 1


def test_a_second_try_that_is_not_noted_goes_out_twice(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies within it; only the note made before keeps the message from a third."""

    class Death(BaseException):
        pass

    def script(step: str, recipient: str, before: int) -> Answer | None:
        return "450 later" if step == "rcpt" and recipient == "p11@example.org" and before == 0 else None

    server = serve(script)
    post.apply(server)
    mark: Any = vars(Batch)["_mark"]
    monkeypatch.setattr(
        Batch, "_mark", lambda batch, outcome: None if outcome.reason == "cut-off" else mark(batch, outcome)
    )
    send = transport.Smtp.send

    def deadly(smtp: transport.Smtp, envelope: Any) -> Outcome:
        outcome = send(smtp, envelope)
        if server.recipients.count("p11@example.org") == 1:
            raise Death
        return outcome

    with monkeypatch.context() as planted:
        planted.setattr(transport.Smtp, "send", deadly)
        with pytest.raises(Death):
            post.send()
    post.resume()
    assert server.recipients.count("p11@example.org") == 2
    assert len(server.recipients) == WRITTEN_TO + 1
