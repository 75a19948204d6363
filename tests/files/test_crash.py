"""A process that dies while a file is loaded or written: it is loaded once, written once, deleted only when safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from batuta.runs import naming
from batuta.runs.fetching import files as loading
from batuta.runs.model import Claim
from batuta.sources.folder import FolderFiles, drafts
from batuta.store.moves import finishing

from .conftest import Office

COLUMNS = [{"name": "id", "type": "integer"}, {"name": "name"}]
FILE = "id,name\n1,a\n2,b\nx,c\n"
ROWS = [(1, 1, "a"), (2, 2, "b")]
LOAD: dict[str, Any] = {
    "id": "load",
    "kind": "load-file",
    "parameters": {
        "location": "shop",
        "file": "*.csv",
        "take": "latest",
        "columns": COLUMNS,
        "delete_after": True,
        "allowed_errors": 1,
    },
}
OUT: dict[str, Any] = {"id": "out", "kind": "export-file", "parameters": {"location": "shop", "name": "out/people.txt"}}


class Died(BaseException):
    """Stands for the death of the process: nothing catches it on the way."""


def dying(what: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """Return a function that dies before it does anything, or once it is done."""

    def die(*values: Any, **named: Any) -> None:
        if after:
            what(*values, **named)
        raise Died

    return die


def before_the_commit(activity: str) -> Callable[..., Any]:
    commit = finishing.finish

    def finish(connection: Any, claim: Claim, *rest: Any) -> None:
        if claim.activity == activity:
            raise Died
        commit(connection, claim, *rest)

    return finish


def die(office: Office, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, what: Callable[..., Any]) -> None:
    """Run the campaign live and die in one place."""
    campaign = office.campaign(LOAD, OUT)
    with monkeypatch.context() as patch:
        patch.setattr(where, name, what)
        with pytest.raises(Died):
            office.run(campaign, "--live")


def files(office: Office) -> list[str]:
    return sorted(str(path.relative_to(office.folder)) for path in office.folder.rglob("*") if path.is_file())


MOMENTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before the note of what was read": (FolderFiles, "note", dying(FolderFiles.note, after=False)),
    "after the note of what was read": (FolderFiles, "note", dying(FolderFiles.note, after=True)),
    "before deleting": (FolderFiles, "remove", dying(FolderFiles.remove, after=False)),
    "after deleting": (FolderFiles, "remove", dying(FolderFiles.remove, after=True)),
    "before the load's commit": (finishing, "finish", before_the_commit("load")),
    "before the draft": (FolderFiles, "draft", dying(FolderFiles.draft, after=False)),
    "before naming": (drafts, "give_name", dying(drafts.give_name, after=False)),
    "after naming": (drafts, "give_name", dying(drafts.give_name, after=True)),
    "before the file's commit": (finishing, "finish", before_the_commit("out")),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_file_is_loaded_and_written_once(office: Office, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    office.put("people.csv", FILE)
    die(office, monkeypatch, *MOMENTS[moment])
    office.call("run", "resume", "last")
    assert office.rows() == office.rows("out") == ROWS
    assert files(office) == ["out/people.txt"]
    assert (office.folder / "out/people.txt").read_text("utf-8") == "id,name\n1,a\n2,b\n"
    log = office.log()
    assert log.count("Deletes people.csv") == 1
    assert sum(line.startswith("1 record rejected: line 4, id: expected an integer, found 'x'") for line in log) == 1
    assert [line for line, _, _ in office.rejects()] == [4]


def test_a_file_that_came_meanwhile_is_neither_loaded_nor_deleted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("a.csv", FILE, changed=1_000)
    die(office, monkeypatch, FolderFiles, "remove", dying(FolderFiles.remove, after=False))
    office.put("a.csv", "id,name\n7,new\n", changed=2_000)
    office.put("b.csv", "id,name\n8,newer\n", changed=3_000)
    office.call("run", "resume", "last")
    assert office.rows() == ROWS
    assert files(office) == ["a.csv", "b.csv", "out/people.txt"]
    assert "Keeps a.csv: it is not the file any more that was loaded" in office.log()


def test_a_file_that_was_taken_away_is_not_written_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.put("people.csv", FILE)
    die(office, monkeypatch, *MOMENTS["before the file's commit"])
    (office.folder / "out/people.txt").unlink()
    office.call("run", "resume", "last")
    assert office.rows("out") == ROWS
    assert files(office) == []


def test_a_link_made_before_the_death_is_known_as_our_own(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has both names: the process died between giving it the second and taking the first."""
    office.put("people.csv", FILE)

    def half(prepared: Any, place: Any) -> None:
        place.hardlink_to(prepared)
        raise Died

    die(office, monkeypatch, drafts, "give_name", half)
    assert len(files(office)) == 2
    office.call("run", "resume", "last")
    assert files(office) == ["out/people.txt"]


def test_a_file_that_grows_while_it_is_read_is_not_loaded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    place = office.put("people.csv", FILE)
    told = loading.chosen

    def chosen(*values: Any) -> Any:
        found = told(*values)
        with place.open("a", encoding="utf-8") as file:
            file.write("3,late\n")
        return found

    campaign = office.campaign(LOAD)
    with monkeypatch.context() as patch:
        patch.setattr(loading, "chosen", chosen)
        office.run(campaign, "--live", code=1)
    assert "the file changed while it was read" in office.error()
    assert place.exists()
    office.call("run", "resume", "last")
    assert office.rows() == [*ROWS, (4, 3, "late")]


def run_and_resume(office: Office, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    office.put("people.csv", FILE)
    die(office, monkeypatch, *MOMENTS[moment])
    office.call("run", "resume", "last", code=1)


def test_planted_faults_are_seen(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the note of what was read, or of what was written, the attempt after a death goes wrong."""
    monkeypatch.setattr(FolderFiles, "noted", lambda *_: None)
    run_and_resume(office, monkeypatch, "before the file's commit")
    assert "there is a file out/people.txt already" in office.error("out")


def test_a_planted_fault_is_seen_tables_that_are_read_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_former", lambda *_: None)
    run_and_resume(office, monkeypatch, "after deleting")
    assert "there is no file *.csv" in office.error()


def test_a_planted_fault_is_seen_files_deleted_whatever_they_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("a.csv", FILE)
    die(office, monkeypatch, FolderFiles, "remove", dying(FolderFiles.remove, after=False))
    office.put("a.csv", "id,name\n7,new\n")

    def remove(*values: Any) -> bool:
        (office.folder / values[-1].name).unlink()
        return True

    monkeypatch.setattr(FolderFiles, "remove", remove)
    office.call("run", "resume", "last")
    assert "a.csv" not in files(office)
