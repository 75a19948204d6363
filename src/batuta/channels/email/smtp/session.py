"""A session with a server: greeted, protected, logged in, and ready for messages."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from socket import EAI_AGAIN, gaierror, getfqdn

from batuta.channels.email.smtp.settings import Security, SmtpSettings
from batuta.channels.email.smtp.wire import Lost, Reply, Untrusted, Wire
from batuta.kit.errors import SystemFault
from batuta.kit.secrets import secret

_RESUME = "then resume the run."
_FAREWELL = 2.0
"""Seconds that the answer to QUIT is waited for."""


class Unready(Exception):
    """The server is not ready now, and may be later; says why."""


@dataclass(slots=True)
class Session:
    """An open connection, and what the server offers on it: the keywords of EHLO with their parameters."""

    wire: Wire
    greeting: str
    offers: Mapping[str, str]
    login: str = ""
    messages: int = 0

    def close(self) -> None:
        """Take leave; a server that does not answer is left without a word."""
        try:
            self.wire.tell("QUIT")
            self.wire.reply(_FAREWELL)
        except Lost:
            return
        self.wire.close()


def opened(settings: SmtpSettings) -> Session:
    """Return a session; raise Unready if that may be tried again, SystemFault if something must be done first."""
    wire = _connected(settings)
    try:
        return _begun(wire, settings)
    except Lost as lost:
        raise Unready(str(lost)) from lost
    except Untrusted as error:
        todo = f"Check host, port, security and ca_file, {_RESUME}"
        raise SystemFault(settings.place, f"the server cannot be trusted: {error}", todo=todo) from error
    except BaseException:
        wire.close()
        raise


def _connected(settings: SmtpSettings) -> Wire:
    try:
        return Wire(settings.address, settings.connect_timeout, settings.timeout)
    except gaierror as error:
        if error.errno == EAI_AGAIN:
            raise Unready(f"its name cannot be looked up now: {error.strerror}") from error
        found, todo = f"there is no such host: {error.strerror}", f"Check the setting host, {_RESUME}"
        raise SystemFault(settings.place, found, todo=todo) from error
    except OSError as error:
        raise Unready(str(error.strerror or error)) from error


def _begun(wire: Wire, settings: SmtpSettings) -> Session:
    context = None if settings.security is Security.NONE else _context(settings)
    if context is not None and settings.security is Security.TLS:
        wire.protect(context, settings.host)
    greeting = _wanted(wire.reply(), settings, "greets with", "Check host and port")
    offers = _introduced(wire, settings)
    if context is not None and settings.security is Security.STARTTLS:
        if "STARTTLS" not in offers:
            found = "the server does not offer STARTTLS, so nothing was sent"
            todo = f"Check host and port, or choose security tls or none, {_RESUME}"
            raise SystemFault(settings.place, found, todo=todo)
        _wanted(wire.ask("STARTTLS"), settings, "answers STARTTLS with", "Check port and security")
        wire.protect(context, settings.host)
        offers = _introduced(wire, settings)  # what was offered before may be another's: RFC 3207
    session = Session(wire, str(greeting), offers)
    if settings.username:
        session.login = _logged_in(wire, settings, offers)
    return session


def _introduced(wire: Wire, settings: SmtpSettings) -> Mapping[str, str]:
    name = settings.local_hostname or _own_name() or wire.local_literal
    reply = wire.ask(f"EHLO {name}")
    if not reply.positive and reply.code // 100 == 5:  # a server from before 1995
        _wanted(wire.ask(f"HELO {name}"), settings, "answers HELO with", "Check the setting local_hostname")
        return {}
    _wanted(reply, settings, "answers EHLO with", "Check the setting local_hostname")
    words = (line.partition(" ") for line in reply.lines[1:])
    return {keyword.upper(): parameters.strip() for keyword, _, parameters in words}


def _logged_in(wire: Wire, settings: SmtpSettings, offers: Mapping[str, str]) -> str:
    offered = offers.get("AUTH", "").upper().split()
    order = _WAYS if wire.protection else ["CRAM-MD5", *_WAYS]
    way = next((name for name in order if name in offered), None)
    if way is None:
        found = f"the server offers no way to log in that is known ({' '.join(offered) or 'none'})"
        todo = f"Check port and security, or leave username and password out, {_RESUME}"
        raise SystemFault(settings.place, found, expected=", ".join(_WAYS), todo=todo)
    password = secret(settings.password, settings.place, todo="Provide it, then resume the run.")
    _wanted(
        _WAYS[way](wire, settings.username, password), settings, "refuses the login:", "Check username and password"
    )
    return way


def _plain(wire: Wire, username: str, password: str) -> Reply:
    words = f"\0{username}\0{password}"
    return wire.ask(f"AUTH PLAIN {_coded(words.encode())}")


def _login(wire: Wire, username: str, password: str) -> Reply:
    reply = wire.ask("AUTH LOGIN")
    for word in (username, password):
        if reply.code != 334:
            break
        reply = wire.ask(_coded(word.encode()))
    return reply


def _cram_md5(wire: Wire, username: str, password: str) -> Reply:
    reply = wire.ask("AUTH CRAM-MD5")
    if reply.code != 334:
        return reply
    try:
        challenge = b64decode("".join(reply.lines), validate=True)
    except ValueError as error:
        wire.close()
        raise Lost("the server's challenge is not base64") from error
    digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    return wire.ask(_coded(f"{username} {digest}".encode()))


_WAYS: dict[str, Callable[[Wire, str, str], Reply]] = {"PLAIN": _plain, "LOGIN": _login, "CRAM-MD5": _cram_md5}
"""The ways to log in, the best under TLS first; without it the last does not show the password."""


def _coded(words: bytes) -> str:
    return b64encode(words).decode("ascii")


def _wanted(reply: Reply, settings: SmtpSettings, said: str, todo: str) -> Reply:
    """Return a positive answer; raise Unready if the server says later, SystemFault if it says no."""
    if reply.positive:
        return reply
    if reply.passing:
        raise Unready(f"the server {said} {reply}")
    raise SystemFault(settings.place, f"the server {said} {reply}", todo=f"{todo}, {_RESUME}")


def _context(settings: SmtpSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:
        found = f"the setting ca_file names {settings.ca_file}, which cannot be read: {error.strerror or error}"
        raise SystemFault(settings.place, found, todo=f"Name a PEM file of certificates, {_RESUME}") from error


@lru_cache(maxsize=1)
def _own_name() -> str:
    """Return the machine's name if it is a full one."""
    name = getfqdn()
    return name if "." in name and name.isascii() else ""
