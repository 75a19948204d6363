"""What `settings.yaml` of a home may say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from batuta.kit.document import Document
from batuta.kit.secrets import REFERENCES, is_reference, secret
from batuta.messages.configuration import Environment

_PASSWORD_WITHIN = re.compile(r"^[a-z]+://[^/@]*:[^/@]*@|[?&\s]?\bpassword\s*=", re.IGNORECASE)


class EngineSettings(Document):
    """The engine of a home, and how it is reached. DuckDB needs no address: its files are in the home.

    The address of a PostgreSQL database is written as `postgresql://user@host:port/database` or
    `host=... dbname=...`, without a password, which is kept elsewhere; or it is kept elsewhere as a whole.
    """

    kind: Literal["duckdb", "postgres"] = "duckdb"
    address: str = Field("", description="of the PostgreSQL database: itself, or env:NAME or file:PATH")
    password: str = Field("", description="where it is kept, if not in an address kept there: env:NAME or file:PATH")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, found: Any) -> Any:
        return {"kind": found} if isinstance(found, str) else found

    @field_validator("address")
    @classmethod
    def _holds_no_secret(cls, address: str) -> str:
        if address.startswith(REFERENCES):
            return _reference(address)
        if _PASSWORD_WITHIN.search(address):
            raise ValueError("the address holds a password: name where it is kept, env:NAME or file:PATH")
        return address

    @field_validator("password")
    @classmethod
    def _is_reference(cls, password: str) -> str:
        return _reference(password) if password else password

    @model_validator(mode="after")
    def _is_whole(self) -> EngineSettings:
        if self.kind == "postgres" and not self.address:
            raise ValueError("postgres needs the address of its database")
        if self.kind == "duckdb" and (self.address or self.password):
            raise ValueError("duckdb has no address and no password: its files are in the home")
        return self

    def reach(self) -> tuple[str, str]:
        """Return the address and the password, fetched from where they are kept; the password may be ''."""
        place, todo = "engine of this home", "Provide it, or see batuta engine use --help."
        whole = is_reference(self.address)
        address = secret(self.address, place, what="address of the database", todo=todo) if whole else self.address
        return address, secret(self.password, place, todo=todo) if self.password else ""

    def told(self) -> Mapping[str, str]:
        """Return what was set, for people and programs; it holds no secret."""
        return {name: value for name, value in self.model_dump().items() if value}


class Settings(Document):
    """What `settings.yaml` of a home may say."""

    environment: Environment = Environment()
    engine: EngineSettings = EngineSettings()


def _reference(text: str) -> str:
    if not is_reference(text):
        raise ValueError("not where it is kept: env:NAME or file:PATH")
    return text
