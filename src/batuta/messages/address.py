"""Email addresses: what is accepted, and how one is written in a header.

The same patterns serve engines (as regular expressions of a predicate) and Python, so they keep to what RE2 and
Python read alike: see rules.patterns. Accepted: an ASCII local part of up to 64
characters without quotes, and a domain of at least two labels, which may hold letters of any script. Not accepted:
surrounding space, quoted local parts, address literals, local parts beyond ASCII (few servers take them).
"""

from __future__ import annotations

import re
import unicodedata

_ATOM = r"[A-Za-z0-9!#$%\&'*+/=?^_`{|}\~-]+"
# letters beyond ASCII: scripts from Latin-1 to Greek Extended without their spaces, kana, ideographs, Hangul
_LETTERS = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u167f\u1681-\u180d\u1810-\u1fff\u3041-\ud7a3"
_EDGE = f"[A-Za-z0-9{_LETTERS}]"
_LABEL = f"{_EDGE}(?:[A-Za-z0-9{_LETTERS}-]{{0,61}}{_EDGE})?"
_TOP = f"(?:[A-Za-z{_LETTERS}]{{2,63}}|[Xx][Nn]--[A-Za-z0-9-]{{0,58}}[A-Za-z0-9])"

PATTERNS = (
    f"^{_ATOM}(?:\\.{_ATOM})*@(?:{_LABEL}\\.)+{_TOP}$",
    "^[^@]{1,64}@[^@]{4,189}$",
)
"""An address is valid if it matches all of these: its form, then its lengths."""

_LONGEST_LABEL = 63
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_COMPILED = tuple(re.compile(pattern) for pattern in PATTERNS)


def is_valid(address: str) -> bool:
    """Tell whether an address may be written to."""
    if not all(pattern.fullmatch(address) for pattern in _COMPILED):
        return False
    try:
        return max(map(len, to_ascii(address).rpartition("@")[2].split("."))) <= _LONGEST_LABEL
    except ValueError:
        return False


def to_ascii(address: str) -> str:
    """Return the address with its domain in the form that headers and servers take (`xn--...`).

    Raises ValueError if a letter of the domain stands for something that no domain holds, such as a semicolon.
    """
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}@{'.'.join(map(_ascii_label, domain.split('.')))}"


def domain_of(address: str) -> str:
    """Return the domain of an address, in ASCII and lower case."""
    return to_ascii(address).rpartition("@")[2].lower()


def _ascii_label(label: str) -> str:
    """Return one label as its owner registered it: IDNA 2008 keeps sharp s and final sigma, Python's codec does not."""
    if label.isascii():
        return label
    mapped = unicodedata.normalize("NFKC", label.lower())
    if not _PLAIN.issuperset(letter for letter in mapped if letter.isascii()):
        raise ValueError(f"{label!r} is not a part of a domain")
    return mapped if mapped.isascii() else "xn--" + mapped.encode("punycode").decode("ascii")
