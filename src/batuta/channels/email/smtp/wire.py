"""Commands and answers of SMTP over a socket, each within its time, and nothing believed that is no answer."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

LONGEST_LINE = 4096
MOST_LINES = 128
_SHORTEST_WAIT = 0.001
_ANSWER = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?\Z", re.DOTALL)
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Lost(Exception):
    """The connection is of no more use; says why. Whether the server got what was written last is not said."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: its code, and the text of its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def positive(self) -> bool:
        """Whether the command was carried out."""
        return 200 <= self.code < 300

    @property
    def passing(self) -> bool:
        """Whether the server says to try again later."""
        return 400 <= self.code < 500

    @property
    def refusing(self) -> bool:
        """Whether the server says no, now or for good."""
        return self.code >= 400

    def __str__(self) -> str:
        text = _UNSHOWN.sub(" ", " ".join(self.lines)).strip()
        return f"{self.code} {text}"[:400].strip()


class Untrusted(Exception):
    """TLS cannot be begun, and trying again would not help; says why."""


class Wire:
    """A connection that speaks in lines. After Lost or Untrusted it is closed. Connecting may raise OSError."""

    def __init__(self, address: tuple[str, int], connect_timeout: float, timeout: float) -> None:
        self._timeout = timeout
        self._buffer = b""
        self._socket = socket.create_connection(address, connect_timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, command: str) -> Reply:
        """Send a command and return the answer."""
        self.tell(command)
        return self.reply()

    def tell(self, command: str) -> None:
        """Send a command line. One that holds a line end never leaves."""
        if re.search(r"[\x00\r\n]", command):
            raise ValueError("a command holds a line end")
        self.write(command.encode("utf-8") + b"\r\n", self._timeout)

    def write(self, content: bytes, timeout: float) -> None:
        """Send bytes. If Lost is raised, at least the last of them has not left this machine."""
        with self._ending("the connection was lost while sending"):
            self._socket.settimeout(timeout)
            self._socket.sendall(content)

    def reply(self, timeout: float | None = None) -> Reply:
        """Return the next answer; what is no answer, or comes too late, is Lost."""
        until = monotonic() + (timeout or self._timeout)
        with self._ending("the connection was lost"):
            return _read(self._lines(until))

    def protect(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS; raise Untrusted if the server is not who it should be, or speaks something else."""
        with self._ending("the connection was lost at the start of TLS"):
            if self._buffer:  # sent before TLS by who knows whom: RFC 3207, section 5
                raise Lost("the server spoke out of turn before TLS")
            self._socket.settimeout(self._timeout)
            try:
                self._socket = context.wrap_socket(self._socket, server_hostname=host)
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                raise
            except ssl.SSLCertVerificationError as error:
                raise Untrusted(f"its certificate is not trusted: {error.verify_message}") from error
            except ssl.SSLError as error:
                raise Untrusted(f"it does not speak TLS here ({error.reason or error})") from error

    @property
    def protection(self) -> str:
        """Return version and cipher of TLS, or nothing."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return ""
        cipher = self._socket.cipher()
        return f"{self._socket.version()} {cipher[0] if cipher else ''}".strip()

    @property
    def local_literal(self) -> str:
        """Return the address of this end as EHLO takes it in place of a name."""
        with self._ending("the connection was lost"):
            address = self._socket.getsockname()[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _lines(self, until: float) -> Iterator[bytes]:
        for _ in range(MOST_LINES):
            while b"\n" not in self._buffer:
                if len(self._buffer) > LONGEST_LINE:
                    raise Lost("the server's answer has a line without end")
                self._socket.settimeout(max(until - monotonic(), _SHORTEST_WAIT))
                more = self._socket.recv(LONGEST_LINE)
                if not more:
                    raise Lost("the server closed the connection")
                self._buffer += more
            line, _, self._buffer = self._buffer.partition(b"\n")
            if len(line) > LONGEST_LINE:
                raise Lost("the server's answer has a line without end")
            yield line.removesuffix(b"\r")
        raise Lost("the server's answer does not end")

    @contextmanager
    def _ending(self, what: str) -> Iterator[None]:
        """Hang up on any failure, and call it Lost."""
        try:
            yield
        except (Lost, Untrusted):
            self.close()
            raise
        except TimeoutError as error:
            self.close()
            raise Lost("the server did not answer in time") from error
        except OSError as error:
            self.close()
            raise Lost(f"{what}: {error.strerror or error}") from error


def _read(lines: Iterator[bytes]) -> Reply:
    texts: list[str] = []
    code = 0
    for line in lines:
        found = _ANSWER.match(line)
        if found is None or code not in (0, int(found[1])):
            raise Lost(f"the server answered {line[:60]!r}, which is no answer of SMTP")
        code = int(found[1])
        texts.append((found[3] or b"").decode("utf-8", "replace"))
        if found[2] != b"-":
            break
    return Reply(code, tuple(texts))
