"""One message handed to a server, and what its answers mean for it."""

from __future__ import annotations

import re

from batuta.channels.email.smtp.session import Session
from batuta.channels.email.smtp.settings import SmtpSettings
from batuta.channels.email.smtp.wire import Lost, Reply
from batuta.kit.errors import SystemFault
from batuta.messages.address import to_ascii
from batuta.runs.sending.contract import Envelope, Outcome, Status

NO_ANSWER = "smtp-no-answer"
"""The reason of a message that was handed over whole and not answered for."""
BAD_ADDRESS = "smtp-bad-address"
"""The reason of a message whose address could not be written in a command."""
NO_SUPPORT = "smtp-not-supported"
"""The reason of a message that needs what the server does not offer."""

_SENT = Outcome(0, Status.SENT)
_ADDRESS = re.compile(r"[^\x00-\x20\x7f-\x9f<>\u2028\u2029\ud800-\udfff]{1,320}\Z")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_DOTS = re.compile(rb"^\.", re.MULTILINE)
_LOGIN_CODES = frozenset({530, 534, 535, 538})


class Goodbye(Exception):
    """The message has its outcome, but the connection is of no more use."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.reason)


def transfer(session: Session, envelope: Envelope, settings: SmtpSettings) -> Outcome:
    """Return what became of a message.

    Raises Lost if nothing was sent and the connection is gone, Goodbye if something became of the message and the
    connection is gone, SystemFault if the server wants a login.
    """
    commands = _commands(session, envelope)
    if isinstance(commands, Outcome):
        return commands
    for command in commands:
        reply = session.wire.ask(command)
        if not reply.positive:
            return _refused(session, command.partition(":")[0], reply, settings)
    reply = session.wire.ask("DATA")
    if reply.code != 354:
        return _refused(session, "DATA", reply, settings)
    session.wire.write(stuffed(envelope.content), settings.message_timeout)
    return _answered(session, settings)


def stuffed(content: bytes) -> bytes:
    """Return a message as it crosses the wire: lines ended by CRLF alone, dots doubled at their start, then the dot."""
    if content.count(b"\n") != content.count(b"\r\n") or content.count(b"\r") != content.count(b"\r\n"):
        content = _LINE_ENDS.sub(b"\r\n", content)
    end = b".\r\n" if content.endswith(b"\r\n") or not content else b"\r\n.\r\n"
    return _DOTS.sub(b"..", content) + end


def _commands(session: Session, envelope: Envelope) -> tuple[str, str] | Outcome:
    """Return MAIL and RCPT, or why the message cannot be sent."""
    try:
        sender, recipient = to_ascii(envelope.sender), to_ascii(envelope.recipient)
    except ValueError as error:
        return Outcome(0, Status.FAILED, BAD_ADDRESS, str(error)[:200])
    for address in (sender, recipient):
        if not _ADDRESS.match(address):
            return Outcome(0, Status.FAILED, BAD_ADDRESS, repr(address)[:200])
    needs = _needs(session, envelope, sender + recipient)
    missing = [keyword for keyword in needs if keyword not in session.offers]
    if missing:
        return Outcome(0, Status.FAILED, NO_SUPPORT, f"the server does not offer {' and '.join(missing)}")
    return f"MAIL FROM:<{sender}>{''.join(needs.values())}", f"RCPT TO:<{recipient}>"


def _needs(session: Session, envelope: Envelope, addresses: str) -> dict[str, str]:
    """Return the extensions that a message needs, each with its parameter of MAIL."""
    needs = {}
    if "SIZE" in session.offers:
        needs["SIZE"] = f" SIZE={len(envelope.content)}"
    if not envelope.content.isascii():
        needs["8BITMIME"] = " BODY=8BITMIME"
    if not addresses.isascii():
        needs["SMTPUTF8"] = " SMTPUTF8"
    return needs


def _answered(session: Session, settings: SmtpSettings) -> Outcome:
    """Return what the answer to a whole message says. Without one nobody knows whether it was taken."""
    try:
        reply = session.wire.reply(settings.message_timeout)
    except Lost as lost:
        raise Goodbye(Outcome(0, Status.IN_DOUBT, NO_ANSWER, f"after the whole message: {lost}"[:400])) from lost
    if reply.positive:
        return _SENT
    if not reply.refusing:
        session.wire.close()
        raise Goodbye(Outcome(0, Status.IN_DOUBT, NO_ANSWER, f"the message was answered with {reply}"))
    outcome = _outcome("message", reply)
    if reply.code == 421:
        session.wire.close()
        raise Goodbye(outcome)
    return outcome


def _refused(session: Session, step: str, reply: Reply, settings: SmtpSettings) -> Outcome:
    """Return what a refusal before the message means, and make the session fit for the next one."""
    if not reply.refusing:
        session.wire.close()
        raise Lost(f"the server answered {step} with {reply}")
    if reply.code in _LOGIN_CODES:
        session.wire.close()
        found = f"the server answers {step} with {reply}"
        raise SystemFault(settings.place, found, todo="Check security, username and password, then resume the run.")
    outcome = _outcome(step, reply)
    if reply.code == 421:
        session.wire.close()
        raise Goodbye(outcome)
    try:
        reset = session.wire.ask("RSET")
    except Lost as lost:
        raise Goodbye(outcome) from lost
    if not reset.positive:
        session.wire.close()
        raise Goodbye(outcome)
    return outcome


def _outcome(step: str, reply: Reply) -> Outcome:
    status = Status.DELAYED if reply.passing else Status.FAILED
    return Outcome(0, status, f"smtp-{reply.code}", f"{step}: {reply}")
