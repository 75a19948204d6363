from __future__ import annotations

import email
import re
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batuta.messages.mime import HeaderTooLong, Parts, mailbox, one_line, write

WHEN = datetime(2026, 3, 3, 9, 5, 7, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def written(
    *, subject: str = "Hello", name: str = "The Shop", text: str = "Hi\n", html: str = "<p>Hi</p>\n", reply_to: str = ""
) -> bytes:
    return write(
        Parts(
            sender="shop@shop.example",
            sender_name=name,
            reply_to=reply_to,
            recipient="ann@bücher.example",
            subject=subject,
            text=text,
            html=html,
            date=WHEN,
            message_id="<0123@shop.example>",
            token="0" * 32,
        )
    )


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")


def visible(text: str) -> str:
    """Return what a header may show of a text: everything but control characters and doubled space."""
    return " ".join(text.split())


def test_a_message_reads_back() -> None:
    message = read(written(reply_to="help@shop.example"))
    assert message["From"] == "The Shop <shop@shop.example>"
    assert message["To"] == "ann@xn--bcher-kva.example"
    assert message["Reply-To"] == "help@shop.example"
    assert message["Subject"] == "Hello"
    assert message["Message-ID"] == "<0123@shop.example>"
    assert message["Date"].datetime == WHEN
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain") == "Hi\n"
    assert body(message, "html") == "<p>Hi</p>\n"
    assert message.defects == []


@pytest.mark.parametrize(
    "name", ["Zoë's Shop", 'The "Shop", Ltd.', "Back\\slash", "Shop (London)", "A=?utf-8?q?x?=", "日本の店", ""]
)
def test_names_of_senders_read_back(name: str) -> None:
    (address,) = read(written(name=name))["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "shop@shop.example")


def test_a_long_name_is_encoded_in_words_that_join_without_space() -> None:
    (line,) = re.findall(rb"From: (.*?) <shop@", written(name="日本の店" * 20), re.DOTALL)
    assert str(make_header(decode_header(line.decode()))) == "日本の店" * 20


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_reads_back_in_lines_that_every_server_takes(subject: str, text: str, html: str) -> None:
    content = written(subject=subject, text=text, html=html)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    message = read(content)
    assert message.keys() == ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    assert body(message, "plain").rstrip("\n") == _lines(text)
    assert body(message, "html").rstrip("\n") == _lines(html)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Cf"]), min_size=1, max_size=300))
def test_any_visible_subject_reads_back(subject: str) -> None:
    assert read(written(subject=subject))["Subject"] == visible(subject)


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00"])
def test_no_header_can_be_smuggled_in(line_end: str) -> None:
    attack = f"Hello{line_end}Bcc: all@example.com"
    message = read(written(subject=attack, name=attack))
    assert "Bcc" not in message
    assert message["Subject"] == "Hello Bcc: all@example.com"


def test_a_body_cannot_end_its_part() -> None:
    boundary = "--=_" + "0" * 32
    attack = f"{boundary}\r\nContent-Type: text/html\r\n\r\nother\r\n{boundary}--\r\n.\r\n"
    message = read(written(text=attack, html=attack))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain") == attack.replace("\r\n", "\n")


def test_a_subject_that_is_too_long_is_refused() -> None:
    assert len(one_line("x" * 900)) == 900
    with pytest.raises(HeaderTooLong, match="901 characters"):
        one_line("x" * 901)


def test_the_same_parts_give_the_same_bytes() -> None:
    assert written() == written()


@pytest.mark.parametrize(
    "name", ["x" * 900, '"' * 900, "x, " * 300, "é" * 900], ids=["word", "quotes", "commas", "accents"]
)
def test_no_header_line_is_longer_than_servers_take(name: str) -> None:
    address = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.com"
    value = mailbox(name, address)
    assert max(map(len, f"From: {value}".split("\r\n"))) <= 998
    parsed = read(f"From: {value}\r\n\r\n".encode("ascii"))
    (found,) = parsed["From"].addresses
    assert found.addr_spec == address
    assert "".join(found.display_name.split()) == "".join(name.split())  # the parser parts encoded words by spaces
