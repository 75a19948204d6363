from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from batuta.kit.errors import SystemFault
from batuta.runs.ports import Cell
from batuta.runs.sending.contract import DeliveryKey, Outcome, Status
from batuta.store import shards
from batuta.store.home import Home
from batuta.store.shards import JournalFiles, SampleFiles, ShardFiles, samples_folder, shard_path

KEY = DeliveryKey("run1", "mail/../../x y", 1)
SENT = Outcome(3, Status.SENT)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_rows_come_back_as_they_were(home: Home) -> None:
    rows: list[tuple[Cell, ...]] = [
        (1, "é", Decimal("1.50"), True, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 6), time(1, 2), None, [], 1.5),
        (2, None, None, None, None, None, None, None, [{"name": "tea", "price": Decimal("2.25")}], None),
        (3, "", Decimal("10.00"), False, None, None, None, None, [{"name": None, "price": None}], -0.5),
    ]
    columns = ("_t1", "name", "total", "flag", "day", "moment", "time", "nothing", "lines", "ratio")
    ShardFiles(home).write(KEY, 7, columns, rows)
    assert ShardFiles(home).read(KEY, 7) == (columns, rows)


def test_instants_come_back_as_the_same_instants(home: Home) -> None:
    instant = datetime(2026, 1, 2, 3, tzinfo=UTC)
    ShardFiles(home).write(KEY, 0, ("at",), [(instant,)])
    _, ((found,),) = ShardFiles(home).read(KEY, 0)
    assert found == instant


def test_a_shard_is_written_whole_and_replaced(home: Home) -> None:
    files = ShardFiles(home)
    files.write(KEY, 0, ("a",), [(1,), (2,)])
    files.write(KEY, 0, ("a",), [(3,)])
    assert files.read(KEY, 0) == (("a",), [(3,)])
    assert [path.suffix for path in shard_path(home, KEY, 0).parent.iterdir()] == [".arrow"]


def test_a_missing_shard_is_a_system_fault(home: Home) -> None:
    with pytest.raises(SystemFault, match="cannot be read"):
        ShardFiles(home).read(KEY, 0)


def test_files_stay_inside_the_folder_of_the_run(home: Home) -> None:
    SampleFiles(home).keep(KEY, "001", b"mail")
    assert (samples_folder(home, KEY) / "001.eml").read_bytes() == b"mail"
    assert shard_path(home, KEY, 0).resolve().is_relative_to(home.run_folder("run1").resolve())
    assert samples_folder(home, KEY).resolve().is_relative_to(home.run_folder("run1").resolve())


def test_a_journal_tells_what_was_marked(home: Home) -> None:
    journals = JournalFiles(home)
    assert not journals.read(KEY, 0).complete
    journal = journals.open(KEY, 0)
    failed = Outcome(4, Status.FAILED, "no-such-user", "550 é\nline")
    journal.mark(0, SENT)
    journal.mark(0, failed)
    marks = journals.read(KEY, 0)
    journal.close()
    assert marks.outcomes == {(0, 3): SENT, (0, 4): failed}
    assert marks.complete is (shards.boot_id() is not None)


def test_a_line_that_was_cut_off_is_no_mark_and_spoils_no_other(home: Home) -> None:
    journals = JournalFiles(home)
    first = journals.open(KEY, 0)
    first.mark(0, SENT)
    first.close()
    path = shard_path(home, KEY, 0).with_suffix(".journal")
    with path.open("ab") as file:
        file.write(b'[0, 4, "se')
    assert set(journals.read(KEY, 0).outcomes) == {(0, 3)}
    again = journals.open(KEY, 0)
    again.mark(0, Outcome(5, Status.SENT))
    again.close()
    assert set(journals.read(KEY, 0).outcomes) == {(0, 3), (0, 5)}


def test_after_a_restart_of_the_machine_marks_may_be_missing(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    boot = tmp_path / "boot_id"
    boot.write_text("first\n")
    monkeypatch.setattr(shards, "_BOOT", boot)
    journals = JournalFiles(home)
    journal = journals.open(KEY, 0)
    journal.mark(0, SENT)
    journal.close()
    assert journals.read(KEY, 0).complete
    boot.write_text("second\n")
    marks = journals.read(KEY, 0)
    assert not marks.complete
    assert marks.outcomes == {(0, 3): SENT}


def test_a_batch_once_in_doubt_stays_in_doubt(home: Home) -> None:
    journals = JournalFiles(home)
    journals.open(KEY, 0, [2]).close()
    journals.open(KEY, 0).close()
    marks = journals.read(KEY, 0)
    assert not marks.whole(2)
    assert marks.whole(3) is (shards.boot_id() is not None)


def test_lines_that_a_power_cut_spoiled_leave_doubt_but_can_be_read_past(home: Home) -> None:
    journals = JournalFiles(home)
    journals.open(KEY, 0).close()
    with shard_path(home, KEY, 0).with_suffix(".journal").open("ab") as file:
        file.write(b"\0\0\0\n[1]\n")
    journal = journals.open(KEY, 0)
    journal.mark(0, SENT)
    journal.close()
    marks = journals.read(KEY, 0)
    assert marks.outcomes == {(0, 3): SENT}
    assert not marks.complete


def test_a_full_disk_is_a_system_fault(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = JournalFiles(home).open(KEY, 0)
    monkeypatch.setattr(os, "write", lambda _file, text: len(text) - 1)
    with pytest.raises(SystemFault, match=r"cannot be noted.*\n  to do: Make room"):
        journal.mark(0, SENT)
    journal.close()
