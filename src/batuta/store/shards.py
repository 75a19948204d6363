"""Files of a delivery in its run's folder: shards of prepared messages, journals beside them, samples."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
from pyarrow import ipc

from batuta.kit.errors import SystemFault
from batuta.runs.ports import Rows
from batuta.runs.sending.contract import DeliveryKey, Marks, Outcome, Status
from batuta.store.home import Home

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class ShardFiles:
    """Shards as Arrow files, each written under another name and then renamed."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def write(self, key: DeliveryKey, shard: int, columns: Sequence[str], rows: Rows) -> None:
        """Write a shard whole or not at all."""
        path = shard_path(self._home, key, shard)
        arrays = [pa.array([row[place] for row in rows]) for place, _ in enumerate(columns)]
        table = pa.Table.from_arrays(arrays, names=list(columns))
        temporary = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                with ipc.new_file(file, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
                    writer.write_table(table)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise SystemFault(str(path), f"a shard of messages cannot be written: {error.strerror}") from error

    def read(self, key: DeliveryKey, shard: int) -> tuple[tuple[str, ...], Rows]:
        """Return the columns and rows of a shard."""
        path = shard_path(self._home, key, shard)
        try:
            with ipc.open_file(path) as reader:
                table = reader.read_all()
        except OSError as error:
            raise SystemFault(str(path), f"a shard of messages cannot be read: {error}") from error
        columns = [column.to_pylist() for column in table.columns]
        return tuple(table.column_names), list(zip(*columns, strict=True))


class JournalFiles:
    """Journals as files of lines; each opening notes since when the machine has been up."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def read(self, key: DeliveryKey, shard: int) -> Marks:
        """Return what was noted. A last line that was cut off is ignored; one that a power cut spoiled leaves doubt."""
        path = _journal_path(self._home, key, shard)
        if not path.exists():
            return Marks()
        boot: str | None = None
        outcomes: dict[tuple[int, int], Outcome] = {}
        doubted, rested = set[int](), set[int]()
        spoiled = False
        for line in path.read_bytes().split(b"\n")[:-1]:
            match _entry(line):
                case ["boot", str(life)]:
                    boot = life
                    rested.clear()  # who opened the journal may have begun to send
                case ["doubt", int(batch)]:
                    doubted.add(batch)
                case ["rest", int(batch)]:
                    rested.add(batch)
                case [int(batch), int(ordinal), str(status), str(reason), str(detail)]:
                    outcomes[batch, ordinal] = Outcome(ordinal, Status(status), reason, detail)
                case _:
                    spoiled = True
        complete = not spoiled and boot is not None and boot == boot_id()
        return Marks(outcomes, complete, frozenset(doubted), frozenset(rested))

    def open(self, key: DeliveryKey, shard: int, doubted: Collection[int] = ()) -> JournalFile:
        """Open the journal of a shard to note more, the doubt about batches first."""
        path = _journal_path(self._home, key, shard)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return JournalFile(path, doubted)
        except OSError as error:
            raise SystemFault(str(path), f"a journal of messages cannot be opened: {error.strerror}") from error


class JournalFile:
    """An open journal: every mark is one write to the operating system, which keeps it if the process dies."""

    def __init__(self, path: Path, doubted: Collection[int] = ()) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _drop_torn_line(self._file)
        for batch in doubted:
            self._write(["doubt", batch])
        self._write(["boot", boot_id()])

    def mark(self, batch: int, outcome: Outcome) -> None:
        """Note what became of a message."""
        if outcome.status is Status.SENT and not (outcome.reason or outcome.detail):
            self._put(b'[%d,%d,"sent","",""]\n' % (batch, outcome.ordinal))
            return
        self._write([batch, outcome.ordinal, outcome.status.value, outcome.reason, outcome.detail])

    def rest(self, batch: int) -> None:
        """Note that a batch is left with no message under way."""
        self._write(["rest", batch])

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, entry: list[object]) -> None:
        self._put(json.dumps(entry).encode() + b"\n")

    def _put(self, line: bytes) -> None:
        try:
            whole = os.write(self._file, line) == len(line)
        except OSError as error:
            raise self._fault(error.strerror or "") from error
        if not whole:
            raise self._fault("No space left on device")

    def _fault(self, reason: str) -> SystemFault:
        found = f"what became of a message cannot be noted: {reason}"
        return SystemFault(str(self._path), found, todo="Make room or mend the folder's rights, then resume the run.")


class SampleFiles:
    """Samples as .eml files in the run's folder."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def keep(self, key: DeliveryKey, name: str, content: bytes) -> None:
        """Keep a message as a file of that name."""
        folder = samples_folder(self._home, key)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.eml").write_bytes(content)
        except OSError as error:
            raise SystemFault(str(folder), f"a sample cannot be kept: {error.strerror}") from error


def samples_folder(home: Home, key: DeliveryKey) -> Path:
    """Return the folder of the samples of a delivery."""
    return home.run_folder(key.run) / "samples" / _safe(key.activity)


def shard_path(home: Home, key: DeliveryKey, shard: int) -> Path:
    """Return the file of a shard."""
    return home.run_folder(key.run) / "shards" / f"{_safe(key.activity)}-{key.generation}" / f"{shard:05}.arrow"


def boot_id() -> str | None:
    """Return what is new at every start of the machine, or None where it cannot be known."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return None


def _entry(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _drop_torn_line(file: int) -> None:
    """Cut off a last line that a power cut left without its end, so that the next mark stands on its own."""
    size = os.fstat(file).st_size
    written = os.pread(file, size, 0)
    whole = written.rfind(b"\n") + 1
    if whole < size:
        os.ftruncate(file, whole)


def _journal_path(home: Home, key: DeliveryKey, shard: int) -> Path:
    return shard_path(home, key, shard).with_suffix(".journal")


def _safe(name: str) -> str:
    return quote(name, safe="").replace(".", "%2E")
