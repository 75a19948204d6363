"""Twenty thousand messages to a mail server that others wrote: smtp-sink of postfix, which counts them."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ, geteuid
from pathlib import Path
from typing import IO

import pytest

from .world import QUICK, Post, build

PEOPLE, WRITTEN_TO = 20_834, 20_000
_COUNTS = re.compile(rb"mesg=(\d+)")


@dataclass(frozen=True)
class Tool:
    """smtp-sink, and where its libraries are if it was only unpacked."""

    path: Path
    libraries: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**environ, **({"LD_LIBRARY_PATH": str(self.libraries)} if self.libraries else {})}


@pytest.fixture(scope="session")
def smtp_sink(pytestconfig: pytest.Config) -> Tool:
    """The installed tool, or that of Debian's package, which is unpacked but not installed: no daemon can start."""
    installed = shutil.which("smtp-sink", path=f"{environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if installed:
        return Tool(Path(installed))
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("postfix")
    tool = Tool(folder / "usr/sbin/smtp-sink", folder / "usr/lib/postfix")
    if not tool.path.exists():
        _unpack(folder)
    if not tool.path.exists():
        pytest.skip("smtp-sink is not installed, and Debian's package postfix cannot be had here")
    tried = subprocess.run([tool.path, "-h"], env=tool.environment, capture_output=True, text=True, check=False)
    if "error while loading shared libraries" in tried.stderr:
        pytest.skip(f"smtp-sink cannot run here: {tried.stderr.strip()}")
    return tool


def _unpack(folder: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return
    download = ["apt-get", "download", "-q", "postfix"]
    if subprocess.run(download, cwd=folder, capture_output=True, check=False).returncode:
        subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False, timeout=120)
        subprocess.run(download, cwd=folder, capture_output=True, check=False, timeout=120)
    for package in folder.glob("postfix_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)


@contextmanager
def listening(tool: Tool, counts: IO[bytes]) -> Iterator[int]:
    """Start the tool on a free port; its counters go to a file."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    user = ["-u", "nobody"] if geteuid() == 0 else []
    process = subprocess.Popen(
        [tool.path, *user, "-c", f"127.0.0.1:{port}", "100"], stdout=counts, env=tool.environment
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_twenty_thousand_messages_are_counted_alike(tmp_path: Path, smtp_sink: Tool) -> None:
    post: Post = build(tmp_path / "post", PEOPLE)
    counts = tmp_path / "counts"
    with counts.open("wb") as file, listening(smtp_sink, file) as port:
        post.configure({**QUICK, "port": port, "timeout": 60, "message_timeout": 60})

        post.send()
    tally = post.tally()
    assert (tally.targeted, tally.sent) == (PEOPLE, WRITTEN_TO)
    assert tally.pending == tally.failed == tally.in_doubt == 0
    assert max(map(int, _COUNTS.findall(counts.read_bytes()))) == WRITTEN_TO
