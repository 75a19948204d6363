"""TLS and logins: whom the transport trusts, and that without both nothing leaves."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from .server import Server, at, usual
from .world import WRITTEN_TO, Post, balanced

USERS = {"shop": "s3cret-é"}


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context(authority: trustme.CA, name: str = "localhost", until: datetime | None = None) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    since = datetime(2020, 1, 1, tzinfo=UTC) if until else None
    authority.issue_cert(name, not_before=since, not_after=until).configure_cert(made)
    return made


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MAIL_PASSWORD", USERS["shop"])
    return "env:MAIL_PASSWORD"


def refused(post: Post, server: Server, words: str) -> None:
    """Run, and check that nothing left, that the reason is told with the server's name, and that no secret is."""
    told = post.send(code=1)
    said = told.out + told.err
    assert f"localhost:{server.port}: {words}" in said, said
    assert USERS["shop"] not in said
    assert balanced(post, server).pending == WRITTEN_TO
    assert server.recipients == []
    assert not any(command.startswith(("MAIL", "RCPT", "DATA")) for command in server.commands)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.usefixtures("password")
def test_mail_leaves_under_tls_after_a_login(
    post: Post, serve: Callable[..., Server], authority: trustme.CA, ca_file: str, security: str
) -> None:
    server = serve(tls=context(authority), at_once=security == "tls", users=USERS)
    login = {"username": "shop", "password": "env:MAIL_PASSWORD"}
    post.apply(server, host="localhost", security=security, ca_file=ca_file, **login)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO
    verbs = [command.split()[0] for command in server.commands[:4]]
    assert verbs == (
        ["EHLO", "STARTTLS", "EHLO", "AUTH"] if security == "starttls" else ["EHLO", "AUTH", "MAIL", "RCPT"]
    )
    state = b"".join(path.read_bytes() for path in post.home.rglob("*") if path.is_file())
    assert USERS["shop"].encode() not in state


def test_starttls_is_the_default_and_no_way_back_is_taken(post: Post, serve: Callable[..., Server]) -> None:
    server = serve()
    settings = {"host": "localhost", "port": server.port, "local_hostname": "sender.example", "retries": 0}
    post.configure(settings)
    refused(post, server, "the server does not offer STARTTLS, so nothing was sent")


def test_a_refused_starttls_sends_nothing(
    post: Post, serve: Callable[..., Server], authority: trustme.CA, ca_file: str
) -> None:
    server = serve(at("starttls", "501 no"), tls=context(authority))
    post.apply(server, host="localhost", security="starttls", ca_file=ca_file)
    refused(post, server, "the server answers STARTTLS with 501 no")
    server.script = at("starttls", "454 not now")
    told = post.resume(code=1)
    assert "cannot be reached: the server answers STARTTLS with 454 not now" in told.out + told.err
    server.script = usual
    post.resume()
    assert balanced(post, server).sent == WRITTEN_TO


def test_what_is_said_before_tls_is_not_believed_after_it(
    post: Post, serve: Callable[..., Server], authority: trustme.CA, ca_file: str
) -> None:
    """An attacker on the way may add commands' answers to that of STARTTLS."""
    server = serve(at("starttls", b"220 go on\r\n250 hostile.example"), tls=context(authority))
    post.apply(server, host="localhost", security="starttls", ca_file=ca_file)
    refused(post, server, "the mail server cannot be reached: the server spoke out of turn before TLS")


@pytest.mark.parametrize("fault", ["unknown", "name", "expired"])
def test_a_certificate_that_proves_nothing_is_refused(
    post: Post, serve: Callable[..., Server], authority: trustme.CA, ca_file: str, fault: str
) -> None:
    made = {
        "unknown": lambda: context(trustme.CA()),
        "name": lambda: context(authority, "elsewhere.example"),
        "expired": lambda: context(authority, until=datetime(2021, 1, 1, tzinfo=UTC)),
    }[fault]()
    server = serve(tls=made)
    post.apply(server, host="localhost", security="starttls", ca_file=ca_file)
    why = {"unknown": "unable to get local issuer", "name": "Hostname mismatch", "expired": "certificate has expired"}
    refused(post, server, f"the server cannot be trusted: its certificate is not trusted: {why[fault]}")


def test_the_authorities_of_the_machine_hold_unless_others_are_named(
    post: Post, serve: Callable[..., Server], authority: trustme.CA
) -> None:
    server = serve(tls=context(authority), at_once=True)
    post.apply(server, host="localhost", security="tls")
    refused(post, server, "the server cannot be trusted: its certificate is not trusted")


def test_a_server_without_tls_is_told_from_one_that_is_gone(post: Post, serve: Callable[..., Server]) -> None:
    server = serve()
    post.apply(server, host="localhost", security="tls")
    refused(post, server, "the server cannot be trusted: it does not speak TLS here")


def test_a_wrong_password_pauses_the_run_and_the_right_one_lets_it_go_on(
    post: Post, serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(users=USERS)
    kept = tmp_path / "password"
    kept.write_text("wrong\n", "utf-8")
    post.apply(server, host="localhost", username="shop", password=f"file:{kept}")
    refused(post, server, "the server refuses the login: 535 5.7.8 no")
    kept.write_text(USERS["shop"] + "\n", "utf-8")
    post.resume()
    assert balanced(post, server).sent == WRITTEN_TO


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NOT_THERE", "the password is missing: the variable NOT_THERE is not set"),
        ("file:not/there", "the password is missing: the file not/there cannot be read: No such file"),
    ],
)
def test_a_password_that_is_not_there_sends_nothing(
    post: Post, serve: Callable[..., Server], reference: str, words: str
) -> None:
    server = serve(users=USERS)
    post.apply(server, host="localhost", username="shop", password=reference)
    refused(post, server, words)


@pytest.mark.parametrize("offered", ["LOGIN", "PLAIN", "CRAM-MD5 LOGIN PLAIN"])
def test_the_ways_to_log_in(post: Post, serve: Callable[..., Server], password: str, offered: str) -> None:
    server = serve(users=USERS, offers=(f"AUTH {offered}",))
    post.apply(server, host="localhost", username="shop", password=password)
    post.send()
    assert balanced(post, server).sent == WRITTEN_TO
    assert f"AUTH {offered.split(maxsplit=1)[0]}" in " ".join(server.commands)


@pytest.mark.parametrize("offered", ["XOAUTH2 GSSAPI", ""])
def test_no_way_to_log_in(post: Post, serve: Callable[..., Server], password: str, offered: str) -> None:
    server = serve(users=USERS, offers=(f"AUTH {offered}",))
    post.apply(server, host="localhost", username="shop", password=password)
    refused(post, server, f"the server offers no way to log in that is known ({offered or 'none'})")


def test_an_unknown_host_pauses_the_run(post: Post) -> None:
    post.configure({"host": "mail.invalid", "security": "none", "retries": 0, "local_hostname": "sender.example"})
    told = post.send(code=1)
    assert "mail.invalid:25: " in told.out + told.err
    assert post.tally().pending == WRITTEN_TO
