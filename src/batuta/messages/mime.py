"""Writing an email as bytes: RFC 5322 headers and a multipart/alternative body, fit for any server.

Headers are built by hand because the library's general message class is fifty times slower. Every line is at most
998 bytes (RFC 5322) and, but for single long words, 76; line ends are CRLF; all bytes are ASCII.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from batuta.messages.address import to_ascii

MAX_HEADER = 900
"""Characters of a subject or name; more is a mistake, and servers refuse it."""

_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_LINE = 76
_WORD_BYTES = 45


class HeaderTooLong(ValueError):
    """A subject or name is longer than any mail program shows."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a message is written from. `token` is unlike that of any other message of the delivery."""

    sender: str
    sender_name: str
    reply_to: str
    recipient: str
    subject: str
    text: str
    html: str
    date: datetime
    message_id: str
    token: str


def write(parts: Parts) -> bytes:
    """Return the whole message. The boundary cannot occur in a body: quoted-printable never writes `=_`."""
    boundary = f"=_{parts.token}"
    headers = [
        _header("From", mailbox(parts.sender_name, parts.sender)),
        *([_header("Reply-To", to_ascii(parts.reply_to))] if parts.reply_to else []),
        _header("To", to_ascii(parts.recipient)),
        _header("Subject", words(parts.subject, len("Subject: "))),
        _date(parts.date),
        f"Message-ID: {parts.message_id}\r\n",
        "MIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n',
    ]
    start = f"--{boundary}\r\n"
    return b"".join(
        (
            "".join(headers).encode("ascii"),
            _part(start, "plain"),
            quoted(parts.text),
            b"\r\n" + _part(start, "html"),
            quoted(parts.html),
            f"\r\n--{boundary}--\r\n".encode("ascii"),
        )
    )


def one_line(text: str) -> str:
    """Return text fit for a header: line ends, control characters and runs of space become one space."""
    line = _BREAKS.sub(" ", text).strip()
    if len(line) > MAX_HEADER:
        raise HeaderTooLong(f"{len(line)} characters where at most {MAX_HEADER} are allowed")
    return line


def quoted(text: str) -> bytes:
    """Return text as quoted-printable, its lines ended by CRLF and none of them longer than 76 bytes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    found = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    return found if "\n" in lines else found.replace(b"=\n", b"=\r\n")  # it breaks lines as the text's own end


@lru_cache(maxsize=64)
def _date(date: datetime) -> str:
    return f"Date: {format_datetime(date)}\r\n"


@lru_cache(maxsize=64)
def mailbox(name: str, address: str) -> str:
    """Return an address as a header has it, with the name quoted or encoded as it needs."""
    line = one_line(name)
    if not line:
        return to_ascii(address)
    shown = '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if _PLAIN_PHRASE.match(line) or not line.isascii() or len(shown) > MAX_HEADER:
        shown = words(line, len("From: "), plain=len(shown) <= MAX_HEADER)
    bracketed = f"<{to_ascii(address)}>"
    gap = " " if len(shown.rpartition("\n")[2]) + len(bracketed) < MAX_HEADER else "\r\n "
    return f"{shown}{gap}{bracketed}"


def words(text: str, used: int, *, plain: bool = True) -> str:
    """Return header text, as encoded words (RFC 2047) if it is not ASCII or not to be plain.

    `used` columns are taken already.
    """
    line = one_line(text)
    if plain and line.isascii() and "=?" not in line:
        return _folded(line, used)
    encoded, room = [], min(_WORD_BYTES, (_LINE - used - 12) // 4 * 3)
    piece = b""
    for character in line:
        symbol = character.encode("utf-8", "replace")
        if len(piece) + len(symbol) > room:
            encoded.append(piece)
            piece, room = b"", _WORD_BYTES
        piece += symbol
    encoded.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode('ascii')}?=" for piece in encoded)


def _folded(line: str, used: int) -> str:
    lines, room = [""], _LINE - used
    for word in line.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = _LINE - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _header(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"


def _part(start: str, kind: str) -> bytes:
    return (
        f"{start}Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")
