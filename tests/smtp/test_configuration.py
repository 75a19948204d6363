"""Settings that cannot work are refused when they are applied, and a server can be tried without sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from .server import Server, at
from .world import Post

LOGIN = {"username": "shop", "password": "env:MAIL_PASSWORD"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "the setting host is missing\n  to do: Give smtp its host."),
        ({"prot": 25}, "there is no setting of smtp 'prot'\n  to do: Did you mean port?"),
        ({"host": "mail.example:25"}, "the setting host is 'mail.example:25'\n  expected: a host name or IP address"),
        ({"host": "a\nb"}, "the setting host is 'a\\nb'\n  expected: a host name or IP address"),
        ({"host": "a" * 64 + ".example"}, f"the setting host is '{'a' * 64}.example'\n  expected: a host name"),
        ({"port": 70000}, "the setting port is 70000\n  expected: less than or equal to 65535"),
        ({"port": "smtp"}, "the setting port is 'smtp'\n  expected: a valid integer"),
        ({"port": True}, "the setting port is True\n  expected: a valid integer"),
        ({"security": "ssl"}, "the setting security is 'ssl'\n  expected: 'starttls', 'tls' or 'none'"),
        ({"timeout": 0}, "the setting timeout is 0\n  expected: greater than 0"),
        ({"retries": 21}, "the setting retries is 21\n  expected: less than or equal to 20"),
        ({"local_hostname": "a b"}, "the setting local_hostname is 'a b'\n  expected: a host name, or an IP address"),
        ({"username": "shop"}, "username is given without password"),
        ({"password": "env:X"}, "password is given without username"),
        ({"username": "shop", "password": "hunter2"}, "the setting password holds a secret itself"),
        ({**LOGIN, "security": "none"}, "username and password would cross the network unprotected: see plain_login"),
        ({"ca_file": "not/there.pem"}, "the setting ca_file names not/there.pem, which is no file"),
    ],
)
def test_wrong_settings_are_refused(post: Post, settings: Mapping[str, object], words: str) -> None:
    host = {} if not settings else {"host": "mail.example"}
    told = post.configure({**host, **settings}, code=1)
    assert f"channel.yaml: channel news: {words}" in told.err
    assert "hunter2" not in told.err
    assert post.batuta("channel", "list", "--json").json == []


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "mail.example"},
        {"host": "::1", "port": 2525, "security": "tls", "timeout": 1.5, "local_hostname": "[127.0.0.1]"},
        {"host": "127.0.0.1", "security": "none", **LOGIN},
        {"host": "mail.example", "security": "none", "plain_login": True, **LOGIN},
    ],
)
def test_right_settings_are_kept_as_they_are(post: Post, settings: Mapping[str, object]) -> None:
    post.configure(settings)
    assert post.batuta("channel", "show", "news", "--json").json["transport"] == {"kind": "smtp", "settings": settings}


def test_the_outbox_takes_no_settings(post: Post) -> None:
    post.configure({"host": "mail.example"})
    path = post.folder / "channel.yaml"
    path.write_text(path.read_text("utf-8").replace("kind: smtp", "kind: outbox"), "utf-8")
    assert "there is no setting of outbox 'host'" in post.batuta("channel", "apply", path, code=1).err


def test_a_server_is_tried_without_a_message(
    post: Post, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    server = serve(users={"shop": "s3cret"})
    post.apply(server, **LOGIN)
    told = post.batuta("channel", "check", "news").out.splitlines()
    assert told == [
        f"news: 127.0.0.1:{server.port} answers: 220 hostile.example ESMTP",
        "connection: not protected",
        "login: PLAIN",
        "the server offers:",
        "  AUTH PLAIN LOGIN",
        "  PIPELINING",
        "  SIZE 1000000",
    ]
    assert [command.split()[0] for command in server.commands] == ["EHLO", "AUTH", "QUIT"]
    found = post.batuta("channel", "check", "news", "--json").json
    assert found["login"] == "PLAIN"
    assert found["offers"] == {"AUTH": "PLAIN LOGIN", "PIPELINING": "", "SIZE": "1000000"}
    assert found["permitted"] is True


def test_a_server_that_is_not_ready_is_told(post: Post, serve: Callable[..., Server]) -> None:
    server = serve(at("banner", "421 busy"))
    post.apply(server)
    told = post.batuta("channel", "check", "news", code=3)
    assert f"127.0.0.1:{server.port}: the mail server cannot be reached: the server greets with 421 busy" in told.err
    assert "Did you mean news?" in post.batuta("channel", "check", "nws", code=1).err


def test_a_transport_that_the_environment_forbids_is_told(post: Post, serve: Callable[..., Server]) -> None:
    server = serve()
    post.apply(server)
    environment = post.folder / "environment.yaml"
    environment.write_text("{name: quiet, transports: [outbox]}", "utf-8")
    post.batuta("environment", "apply", environment)
    assert "The environment does not allow smtp" in post.batuta("channel", "check", "news").out
    assert post.batuta("channel", "check", "news", "--json").json["permitted"] is False
    assert "does not allow" in str(post.send(code=1)) or server.recipients == []


def test_secrets_that_are_not_readable_name_their_place(
    post: Post, serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(users={"shop": "x"})
    kept = tmp_path / "password"
    kept.write_bytes(b"\xff\xfe")
    post.apply(server, username="shop", password=f"file:{kept}")
    assert (
        f"the file {kept} cannot be read: it is not UTF-8 text" in post.batuta("channel", "check", "news", code=3).err
    )
