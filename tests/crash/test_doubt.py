"""Deaths while messages leave by a transport that cannot be asked: what is in doubt is never silently repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from batuta.store import shards as shards_module
from batuta.store.ledger import SqlLedger
from batuta.store.shards import JournalFile

from .deliveries import KEY, LEFT_OUT, PEOPLE, Death, World, complete, dying, order


@pytest.mark.parametrize("dies_after", [1, 2, 499, 500, 501, 1_199])
def test_of_a_transport_that_cannot_be_asked_one_message_is_in_doubt(silent: World, dies_after: int) -> None:
    silent.transports.dies_after = dies_after
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    tally = silent.carried_out(order(), fence=2)
    assert tally.balanced
    assert (tally.in_doubt, tally.pending) == (1, 0)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken)) == PEOPLE - LEFT_OUT - 1


def test_what_is_in_doubt_is_sent_again_only_if_so_chosen(silent: World) -> None:
    silent.transports.dies_after = 250
    with pytest.raises(Death):
        silent.carried_out(order(in_doubt="resend"), fence=1)
    tally = silent.carried_out(order(in_doubt="resend"), fence=2)
    taken = silent.transports.taken
    assert complete(tally)
    assert len(taken) == len(set(taken)) + 1


def test_after_a_power_cut_the_rest_of_the_open_batch_is_in_doubt(
    silent: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot_id"
    boot.write_text("first")
    monkeypatch.setattr(shards_module, "_BOOT", boot)
    silent.transports.dies_after = 620
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    boot.write_text("second")
    tally = silent.carried_out(order(), fence=2)
    assert tally.balanced
    taken = silent.transports.taken
    assert len(taken) == len(set(taken))
    assert tally.in_doubt == 500 - 119  # 619 are marked: 500 of the first batch, 119 of the second
    assert tally.pending == 0


@pytest.mark.parametrize("marks", [1, 60, 200])
def test_a_death_after_a_power_cut_does_not_make_lost_marks_trusted(
    silent: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marks: int
) -> None:
    """The power cut took the last fifty marks with it; then the process that settled the doubt died too."""
    boot = tmp_path / "boot_id"
    boot.write_text("first")
    monkeypatch.setattr(shards_module, "_BOOT", boot)
    silent.transports.dies_after = 620
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    boot.write_text("second")
    (journal,) = silent.home.path.rglob("*.journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-50]))
    with monkeypatch.context() as patch:
        dying(patch, JournalFile, "mark", marks, after=True)
        with pytest.raises(Death):
            silent.carried_out(order(), fence=2)
    tally = silent.carried_out(order(), fence=3)
    assert tally.balanced
    assert tally.in_doubt == 500 - 119 + 50
    taken = silent.transports.taken
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize("lost", ["the last fifty", "all of them"])
def test_a_death_right_after_the_journal_is_opened_again_does_not_make_lost_marks_trusted(
    silent: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """The power cut took marks with it; the next process died before it had looked at a single message."""
    boot = tmp_path / "boot_id"
    boot.write_text("first")
    monkeypatch.setattr(shards_module, "_BOOT", boot)
    silent.transports.dies_after = 620
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    boot.write_text("second")
    (journal,) = silent.home.path.rglob("*.journal")
    left = journal.read_bytes().splitlines(keepends=True)[:-50]
    journal.write_bytes(b"".join(left if lost == "the last fifty" else []))
    with monkeypatch.context() as patch:
        dying(patch, SqlLedger, "intend", 1, after=False)
        with pytest.raises(Death):
            silent.carried_out(order(), fence=2)
    tally = silent.carried_out(order(), fence=3)
    assert (tally.balanced, tally.pending) == (True, 0)
    assert tally.in_doubt == (500 - 119 + 50 if lost == "the last fifty" else 500)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken))


def test_a_planted_fault_is_seen_intents_that_are_not_committed(silent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a batch to leave before its intent is kept, a death would send it twice: this must be visible."""
    silent.transports.dies_after = 250
    monkeypatch.setattr(SqlLedger, "intend", lambda *_: True)
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    silent.carried_out(order(), fence=2)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken)) + 250


def test_a_planted_fault_is_seen_journal_marks_that_are_not_written(
    silent: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent.transports.dies_after = 250
    monkeypatch.setattr(JournalFile, "mark", lambda *_: None)
    with pytest.raises(Death):
        silent.carried_out(order(), fence=1)
    silent.carried_out(order(), fence=2)
    taken = silent.transports.taken
    assert len(taken) == len(set(taken)) + 249


def test_a_stop_takes_effect_within_a_batch_and_resuming_sends_exactly_the_rest(silent: World) -> None:
    sending = silent.born()
    sending.prepare(order())
    asked = iter([False, True])
    assert not sending.send(order(), 0, 1, lambda: next(asked))
    tally = sending.tally(KEY)
    assert (tally.sent, tally.pending, tally.balanced) == (500, 700, True)
    assert len(silent.transports.taken) == 500
    assert sending.send(order(), 0, 1, lambda: False)
    assert complete(sending.tally(KEY))
    assert len(set(silent.transports.taken)) == len(silent.transports.taken)
