"""Digests of texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from batuta.rules.functions.model import Family, Function, Parameter, Template
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK
from batuta.schema.types import STRING


def _digest(name: str, title: str, made: Callable[[bytes], Any], digits: int, sql: Mapping[str, Template]) -> Function:
    return Function(
        name,
        (Parameter("text", Family.TEXT),),
        always(STRING),
        lambda _, text: made(text.encode()).hexdigest(),
        f"Gives the {title} digest of a text's UTF-8 bytes, as {digits} hexadecimal digits in lower case.",
        f"{name}([email])",
        sql,
    )


DIGESTS = (
    _digest(
        "Md5Digest",
        "MD5",
        lambda given: hashlib.md5(given, usedforsecurity=False),
        32,
        {DUCKDB: "MD5({0})", POSTGRES: "MD5({0})", SPARK: "MD5({0})"},
    ),
    _digest(
        "Sha256Digest",
        "SHA-256",
        hashlib.sha256,
        64,
        {
            DUCKDB: "SHA256({0})",
            POSTGRES: "ENCODE(SHA256(CONVERT_TO({0}, 'UTF8')), 'hex')",
            SPARK: "SHA2({0}, 256)",
        },
    ),
    _digest(
        "Sha512Digest",
        "SHA-512",
        hashlib.sha512,
        128,
        {POSTGRES: "ENCODE(SHA512(CONVERT_TO({0}, 'UTF8')), 'hex')", SPARK: "SHA2({0}, 512)"},
    ),
)
