"""The settings of the SMTP transport in a channel configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt, StrictStr, ValidationError, field_validator, model_validator

from batuta.kit.document import Document
from batuta.kit.errors import InputError
from batuta.kit.secrets import REFERENCES
from batuta.schema.model import missing

Seconds = Annotated[float, Field(strict=True, gt=0, le=3600)]

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")


class Security(StrEnum):
    """How the connection is protected: by STARTTLS, by TLS from its first byte, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class SmtpSettings(Document):
    """How a server is reached and how patient one is with it."""

    host: StrictStr
    port: StrictInt = Field(0, ge=0, le=65535, description="0: 587 with starttls, 465 with tls, 25 without either")
    security: Security = Security.STARTTLS
    username: StrictStr = ""
    password: StrictStr = Field("", description="where it is kept: env:NAME or file:PATH")
    plain_login: StrictBool = Field(False, description="log in without TLS although the server is another machine")
    ca_file: StrictStr = Field("", description="PEM file of the authorities to trust instead of the machine's")
    local_hostname: StrictStr = Field("", description="the name this machine gives itself; empty: its own")
    connect_timeout: Seconds = 30
    timeout: Seconds = Field(60, description="for the answer to a command")
    message_timeout: Seconds = Field(600, description="for the answer to a whole message")
    retries: StrictInt = Field(3, ge=0, le=20, description="further tries of what the server puts off")
    retry_pause: Seconds = Field(1, description="before the first further try; each next pause is twice as long")
    retry_pause_max: Seconds = Field(60, description="the longest pause")
    messages_per_connection: StrictInt = Field(1000, ge=0, description="0: any number")

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        if not (_DOMAIN.match(host) or _is_ip(host)):
            raise ValueError("a host name or IP address, without a port")
        return host

    @field_validator("local_hostname")
    @classmethod
    def _is_name(cls, name: str) -> str:
        literal = name.startswith("[") and name.endswith("]") and _is_ip(name[1:-1].removeprefix("IPv6:"))
        if name and not (_DOMAIN.match(name) or literal):
            raise ValueError("a host name, or an IP address in brackets")
        return name

    @field_validator("password")
    @classmethod
    def _is_reference(cls, password: str) -> str:
        if password and not password.startswith(REFERENCES):
            raise ValueError("env:NAME or file:PATH")
        return password

    @model_validator(mode="after")
    def _login_is_whole(self) -> SmtpSettings:
        if bool(self.username) != bool(self.password):
            given, absent = ("username", "password") if self.username else ("password", "username")
            raise ValueError(f"{given} is given without {absent}")
        if self.username and self.security is Security.NONE and not (self.plain_login or is_loopback(self.host)):
            raise ValueError("username and password would cross the network unprotected: see plain_login")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port."""
        return self.host, self.port or _PORTS[self.security]

    @property
    def place(self) -> str:
        """Return host and port as messages name them."""
        host, port = self.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read(settings: Mapping[str, object], place: str) -> SmtpSettings:
    """Return the settings of a channel configuration; raise InputError with the first that is wrong."""
    try:
        return SmtpSettings.model_validate(settings)
    except ValidationError as error:
        raise _worded(error.errors()[0], place) from None


def check(settings: Mapping[str, object], place: str) -> None:
    """Raise InputError if settings are wrong, or name a file that is not there."""
    found = read(settings, place)
    if found.ca_file and not Path(found.ca_file).is_file():
        raise InputError(place, f"the setting ca_file names {found.ca_file}, which is no file", expected="a PEM file")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    return host.lower() == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _worded(error: Any, place: str) -> InputError:
    name = str(error["loc"][0]) if error["loc"] else ""
    said = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if error["type"] == "extra_forbidden":
        return missing("setting of smtp", name, SmtpSettings.model_fields, place)
    if error["type"] == "missing":
        return InputError(place, f"the setting {name} is missing", todo=f"Give smtp its {name}.")
    if not name:
        return InputError(place, said, todo="Give both or neither, and protect the connection.")
    shown = "something else" if name == "password" else repr(error["input"])
    return InputError(place, f"the setting {name} is {shown}", expected=said)
