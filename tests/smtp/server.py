"""A mail server on loopback that follows a script: any answer, a hang-up or silence, at any step, for anybody."""

from __future__ import annotations

import base64
import hmac
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.parser import BytesParser

DROP = "drop"
"""Hang up instead of answering."""
DROP_AFTER = "drop after"
"""Answer as usual, then hang up."""
SILENCE = "silence"
"""Say nothing, and keep the connection."""
TAKEN_DROP, TAKEN_SILENCE = "taken, drop", "taken, silence"
"""Only after a whole message: take it, then hang up or say nothing. DROP and SILENCE there take nothing."""
DRIP = "drip"
"""Answer a byte at a time, never to the end."""
ENDLESS_LINE = b"250 " + b"x" * 100_000
ENDLESS_REPLY = b"250-more\r\n" * 10_000

Answer = str | bytes
"""One of the above, or what to answer."""
Script = Callable[[str, str, int], Answer | None]
"""From step, recipient (empty before RCPT) and how often this happened before, to an answer other than the usual."""


def usual(_step: str, _recipient: str, _before: int) -> Answer | None:
    return None


def each(step: str, answers: Mapping[str, Answer], *, times: int = 1_000_000) -> Script:
    """Give each recipient an answer of their own at a step, so many times."""

    def script(here: str, recipient: str, before: int) -> Answer | None:
        return answers.get(recipient) if here == step and before < times else None

    return script


def in_turn(step: str, answers: Sequence[Answer]) -> Script:
    """Give one answer after the other at a step of which no recipient is known."""

    def script(here: str, _recipient: str, before: int) -> Answer | None:
        return answers[before] if here == step and before < len(answers) else None

    return script


def at(step: str, answer: Answer, *, times: int = 1_000_000, only: str = "") -> Script:
    """Give an answer at a step, so many times for each recipient, to those whose address contains `only`."""

    def script(here: str, recipient: str, before: int) -> Answer | None:
        return answer if here == step and only in recipient and before < times else None

    return script


@dataclass(frozen=True)
class Accepted:
    """A message that the server took."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message_id(self) -> str:
        return str(BytesParser().parsebytes(self.content, headersonly=True)["Message-ID"])


@dataclass
class Server:
    """Listens on a port of its own until it is closed, a thread for each connection."""

    script: Script = usual
    tls: ssl.SSLContext | None = None
    at_once: bool = False
    offers: tuple[str, ...] = ()
    users: dict[str, str] = field(default_factory=dict)
    accepted: list[Accepted] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    pause: float = 0
    """Seconds before each answer to a whole message."""

    def __post_init__(self) -> None:
        self._closing = threading.Event()
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def recipients(self) -> list[str]:
        """Whom it took messages for, in order."""
        return [message.recipient for message in self.accepted]

    def answer(self, step: str, recipient: str) -> Answer | None:
        """Look a step up in the script, and count it."""
        with self._guard:
            before = self.met[step, recipient]
            self.met[step, recipient] += 1
        return self.script(step, recipient, before)

    def close(self) -> None:
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for connection in list(self._open):
            with suppress(OSError):
                connection.close()

    def wait(self) -> None:
        """Say nothing until the client has given up, or the server is closed."""
        self._closing.wait(30)

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with suppress(OSError, _HangUp, ValueError):
            Conversation(self, connection).hold()
        self._open.discard(connection)
        with suppress(OSError):
            connection.close()


def _text(answer: Answer | None) -> bytes:
    return answer if isinstance(answer, bytes) else (answer or "").encode()


class _HangUp(Exception):
    """The server has had enough."""


class Conversation:
    """What is said on one connection."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self._server = server
        self._socket = connection
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = connection.makefile("rb")
        self._sender = self._recipient = ""
        self._protected = False
        self._known = False

    def hold(self) -> None:
        if self._server.at_once:
            self._protect()
        if self._server.answer("connect", "") == DROP:
            raise _HangUp
        self._say("banner", b"220 hostile.example ESMTP")
        while line := self._file.readline():
            self._server.commands.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            self._obey(verb.upper(), rest)

    def _obey(self, verb: str, rest: str) -> None:
        simple = {"RSET": self._reset, "EHLO": self._ehlo, "HELO": self._ehlo, "STARTTLS": self._starttls}
        if verb in simple:
            simple[verb]()
        elif verb == "AUTH":
            self._auth(*rest.split(" "))
        elif verb == "MAIL":
            self._mail(rest)
        elif verb == "RCPT":
            self._rcpt(rest)
        elif verb == "DATA":
            self._data()
        elif verb == "QUIT":
            self._say("quit", b"221 2.0.0 bye")
            raise _HangUp
        else:
            self._send(b"502 5.5.1 what?")

    def _say(self, step: str, answer: bytes) -> bytes:
        """Answer as usual or as the script says; return what was answered."""
        return self._give(self._server.answer(step, self._recipient), answer)

    def _give(self, found: Answer | None, answer: bytes) -> bytes:
        if found in (DROP, TAKEN_DROP):
            raise _HangUp
        if found in (SILENCE, TAKEN_SILENCE):
            self._server.wait()
            raise _HangUp
        if found == DRIP:
            self._drip()
        if found is not None and found != DROP_AFTER:
            answer = _text(found)
        self._send(answer)
        if found == DROP_AFTER or answer.startswith(b"421"):
            raise _HangUp
        return answer

    def _drip(self) -> None:
        for _ in range(200):
            self._socket.sendall(b"2")
            time.sleep(0.05)
        raise _HangUp

    def _send(self, answer: bytes) -> None:
        self._socket.sendall(answer + b"\r\n")

    def _ehlo(self) -> None:
        offers = ["hostile.example", "PIPELINING", "SIZE 1000000", *self._server.offers]
        if self._server.tls and not self._protected:
            offers.append("STARTTLS")
        if self._server.users and "AUTH" not in " ".join(self._server.offers):
            offers.append("AUTH PLAIN LOGIN")
        lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
        self._say("ehlo", "\r\n".join(lines).encode())

    def _starttls(self) -> None:
        if self._say("starttls", b"220 go on").startswith(b"220"):
            self._protect()

    def _protect(self) -> None:
        assert self._server.tls is not None
        self._socket = self._server.tls.wrap_socket(self._socket, server_side=True)
        self._file = self._socket.makefile("rb")
        self._protected = True

    def _auth(self, way: str, words: str = "") -> None:
        if way == "PLAIN":
            _, user, password = base64.b64decode(words).decode().split("\0")
            self._known = self._server.users.get(user) == password
        elif way == "LOGIN":
            user, password = self._asked(b"Username:"), self._asked(b"Password:")
            self._known = self._server.users.get(user) == password
        else:
            user, _, digest = self._asked(b"<1.2@hostile.example>").partition(" ")
            password = self._server.users.get(user, "")
            self._known = digest == hmac.new(password.encode(), b"<1.2@hostile.example>", "md5").hexdigest()
        self._say("auth", b"235 2.7.0 welcome" if self._known else b"535 5.7.8 no")

    def _asked(self, question: bytes) -> str:
        self._send(b"334 " + base64.b64encode(question))
        line = self._file.readline()
        self._server.commands.append(line.decode().strip())
        return base64.b64decode(line).decode()

    def _mail(self, rest: str) -> None:
        if self._server.users and not self._known:
            self._send(b"530 5.7.0 log in first")
        elif self._sender:
            self._send(b"503 5.5.1 nested MAIL")
        else:
            sender = rest.partition("<")[2].partition(">")[0]
            self._sender = sender if self._say("mail", b"250 2.1.0 ok").startswith(b"250") else "refused"

    def _rcpt(self, rest: str) -> None:
        self._recipient = rest.partition("<")[2].partition(">")[0]
        if not self._say("rcpt", b"250 2.1.5 ok").startswith(b"25"):
            self._recipient = ""

    def _data(self) -> None:
        if not self._recipient:
            self._send(b"503 5.5.1 no recipient")
        elif self._say("data", b"354 go on").startswith(b"354"):
            self._take()

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self._file.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                raise _HangUp
            if len(lines) == 3 and self._server.answer("body", self._recipient) == DROP:
                raise _HangUp
            lines.append(line[1:] if line.startswith(b".") else line)
        time.sleep(self._server.pause)
        found = self._server.answer("dot", self._recipient)
        answer = b"250 2.0.0 taken"
        if found in (None, DROP_AFTER, TAKEN_DROP, TAKEN_SILENCE) or _text(found).startswith(b"250"):
            self._server.accepted.append(Accepted(self._sender, self._recipient, b"".join(lines)))
        self._give(found, answer)
        self._reset(quiet=True)

    def _reset(self, *, quiet: bool = False) -> None:
        self._sender = self._recipient = ""
        if not quiet:
            self._say("rset", b"250 2.0.0 ok")
