from __future__ import annotations

import pytest

from batuta.messages.address import PATTERNS, domain_of, is_valid, to_ascii
from batuta.rules.patterns import check_pattern


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com",
        "a@b.co",
        "first.last+tag@sub.example.co.uk",
        "o'brien_{x}!#$%&*/=?^`|~-@example.org",
        "1234567890@123.com",
        "ann@müller.example",
        "ann@bücher.de",
        "ann@例え.jp",
        "ann@παράδειγμα.ελ",
        "ann@xn--bcher-kva.xn--p1ai",
        "ANN@EXAMPLE.COM",
        f"{'a' * 64}@example.com",
        f"ann@{'b' * 63}.com",
    ],
)
def test_valid_addresses(address: str) -> None:
    assert is_valid(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@example",
        "ann@.com",
        "ann@example..com",
        "ann@-example.com",
        "ann@example-.com",
        "ann@example.com.",
        "ann@example.123",
        "ann@example.c",
        ".ann@example.com",
        "ann.@example.com",
        "a..b@example.com",
        "ann@@example.com",
        "ann@b@example.com",
        " ann@example.com",
        "ann@example.com ",
        "ann@example.com\n",
        "ann@example.com\r\nBcc: all@example.com",
        "ann smith@example.com",
        '"ann"@example.com',
        "ann@[127.0.0.1]",
        "<ann@example.com>",
        "ann@example.com,bob@example.com",
        "ann@exam ple.com",
        "ann@exam\u00a0ple.com",
        "ann@exam\u3000ple.com",
        "josé@example.com",
        f"{'a' * 65}@example.com",
        f"ann@{'b' * 64}.com",
        f"ann@{'b.' * 95}com",
    ],
)
def test_invalid_addresses(address: str) -> None:
    assert not is_valid(address)


def test_the_patterns_mean_the_same_on_every_engine() -> None:
    assert [check_pattern(pattern) for pattern in PATTERNS] == ["", ""]


@pytest.mark.parametrize(
    ("address", "ascii_form"),
    [
        ("ann@example.com", "ann@example.com"),
        ("ann@bücher.de", "ann@xn--bcher-kva.de"),
        ("ann@BÜCHER.de", "ann@xn--bcher-kva.de"),
        ("ann@faß.de", "ann@xn--fa-hia.de"),
        ("ann@例え.jp", "ann@xn--r8jz45g.jp"),
    ],
)
def test_domains_are_written_as_registered(address: str, ascii_form: str) -> None:
    assert to_ascii(address) == ascii_form
    assert domain_of(address) == ascii_form.partition("@")[2]


@pytest.mark.parametrize(
    "letter", ["\u037e", "\u33c2", "\u3231", "\u0384"], ids=["semicolon", "dots", "brackets", "space"]
)
def test_letters_that_stand_for_syntax_are_no_domain(letter: str) -> None:
    """Their compatible forms are ; a.m. ( ) and a space, which would reach the header."""
    assert not is_valid(f"ann@x{letter}y.com")
    with pytest.raises(ValueError, match="not a part of a domain"):
        to_ascii(f"ann@x{letter}y.com")


def test_a_label_too_long_once_written_in_ascii_is_no_domain() -> None:
    assert not is_valid(f"ann@{'é' * 63}.com")


def test_a_long_s_is_an_s() -> None:
    assert to_ascii("ann@\u017fhop.com") == "ann@shop.com"
