from __future__ import annotations

from pathlib import Path

import pytest

from batuta.channels.email.outbox import ALREADY_SENT, Outbox
from batuta.channels.transports import HomeTransports
from batuta.kit.errors import InputError, SystemFault
from batuta.messages.configuration import Transport
from batuta.runs.sending.contract import DeliveryKey, Envelope, Outcome, Status

ID = "<0123456789abcdef0123456789abcdef@shop.example>"
KEY = DeliveryKey("run1", "mail", 1)


def envelope(message_id: str = ID, content: bytes = b"Subject: x\r\n\r\nHello") -> Envelope:
    return Envelope(message_id, "shop@shop.example", "ann@example.com", content)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_message_becomes_one_file_with_its_bytes(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    assert not outbox.was_sent(ID)
    assert outbox.send(envelope()) == Outcome(0, Status.SENT)
    outbox.flush()
    outbox.close()
    (path,) = files(tmp_path)
    assert path.name == "0123456789abcdef0123456789abcdef.eml"
    assert path.read_bytes() == b"Subject: x\r\n\r\nHello"
    assert outbox.was_sent(ID)


def test_the_same_message_twice_stays_one_file_and_is_told(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.send(envelope())
    assert outbox.send(envelope(content=b"other")).reason == ALREADY_SENT
    (path,) = files(tmp_path)
    assert path.read_bytes() == b"Subject: x\r\n\r\nHello"


def test_a_half_written_message_was_not_sent(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    part = outbox.path_of(ID).with_suffix(".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"Subj")
    assert not outbox.was_sent(ID)
    outbox.send(envelope())
    assert [path.suffix for path in files(tmp_path)] == [".eml"]


def test_a_name_that_a_power_cut_left_without_content_is_no_message(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    path = outbox.path_of(ID)
    path.parent.mkdir(parents=True)
    path.touch()
    assert not outbox.was_sent(ID)
    assert outbox.send(envelope()) == Outcome(0, Status.SENT)
    assert path.read_bytes() == b"Subject: x\r\n\r\nHello"


def test_no_message_id_leads_out_of_the_outbox(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    Outbox(folder).send(envelope("<../../../etc/x@y>"))
    Outbox(folder).send(envelope("<..@y>"))
    assert len(files(folder)) == len(files(tmp_path)) == 2


def test_an_outbox_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here is no folder")
    with pytest.raises(SystemFault, match="the outbox cannot take a message"):
        Outbox(blocked).send(envelope())


def test_each_run_has_its_own_folder(tmp_path: Path) -> None:
    HomeTransports(tmp_path).open(Transport(), KEY).send(envelope())
    (path,) = files(tmp_path)
    assert path.is_relative_to(tmp_path / "run1")


def test_an_unknown_transport_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no transport 'pigeon'"):
        HomeTransports(tmp_path).open(Transport(kind="pigeon"), KEY)
